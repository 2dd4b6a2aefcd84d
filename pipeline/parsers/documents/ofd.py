"""OFD, the fixed layout of GB/T 33190-2016: XML in a ZIP.

What belongs here: from OFD.xml to the pages, and their text to printed lines. What does not: paragraphs (`layout`).
"""

import math
import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any, Final

from pipeline.parsers.documents.layout import Row, paragraphs
from pipeline.parsers.documents.packages import parse_xml
from pipeline.parsers.records import Unreadable

MAX_PAGES: Final = 1000


def read_ofd(package: zipfile.ZipFile, warnings: list[str]) -> list[str]:
    """The paragraphs of every document in an OFD package.

    Raises:
        Unreadable: needs_ocr, too_large or broken_file.
    """
    names = {name.lower().lstrip("/"): name for name in package.namelist()}
    pages: list[list[Row]] = []
    silent: list[int] = []
    for path in _pages(package, names):
        if len(pages) >= MAX_PAGES:
            raise Unreadable("too_large", f"an OFD with more than {MAX_PAGES:,} pages")
        root = parse_xml(package, path)
        rows = list(_rows(root))
        pages.append(rows)
        if not rows and next(_named(root, "ImageObject", "PathObject", "CompositeObject"), None) is not None:
            silent.append(len(pages))
    if not pages:
        raise Unreadable("broken_file", "an OFD whose pages cannot be found; fetch it again")
    if len(silent) * 2 >= len(pages):
        raise Unreadable(
            "needs_ocr", f"an OFD with pictures of text on {len(silent)} of {len(pages)} pages; run OCR on it"
        )
    if silent:
        warnings.append(f"no text on pages {', '.join(map(str, silent[:20]))}: they are pictures and need OCR")
    return paragraphs(pages)


def _named(element: Any, *names: str) -> Iterator[Any]:  # noqa: ANN401
    """Every element beneath `element` of these names, in whatever namespace; producers write two of them."""
    yield from element.iter(*(f"{{*}}{name}" for name in names))


def _pages(package: zipfile.ZipFile, names: dict[str, str]) -> Iterator[str]:
    """The names of the parts that hold the pages, in order."""
    entry = names["ofd.xml"]
    seen = {entry}  # no part is read twice, however often it is named
    for place in _named(parse_xml(package, entry), "DocRoot"):
        root = _part(names, entry, place.text)
        if root is None or root in seen:
            continue
        seen.add(root)
        for page in _named(parse_xml(package, root), "Page"):
            found = _part(names, root, page.get("BaseLoc"))
            if found is not None and found not in seen:
                seen.add(found)
                yield found


def _part(names: dict[str, str], base: str, place: str | None) -> str | None:
    """A place as one part writes it of another, as a name in the package; None where there is no such part."""
    if not place or not place.strip():
        return None
    whole = posixpath.normpath(posixpath.join("/", posixpath.dirname(base), place.strip().replace("\\", "/")))
    return names.get(whole.lstrip("/").lower())


def _rows(root: Any) -> Iterator[Row]:  # noqa: ANN401
    """The pieces of text of a page; y is turned upwards."""
    for item in _named(root, "TextObject"):
        box = _numbers(item.get("Boundary"))
        if len(box) != 4:  # noqa: PLR2004 - x, y, width, height
            box = [0.0, 0.0, 0.0, 0.0]
        size = (_numbers(item.get("Size")) or [0.0])[0]
        scale = _numbers(item.get("CTM"))
        if len(scale) == 6:  # noqa: PLR2004 - an affine matrix
            size *= math.hypot(scale[2], scale[3]) or 1.0
        codes = [code for code in _named(item, "TextCode") if code.text]
        if not codes:
            continue
        text = "".join(code.text for code in codes)
        left, top, width, height = box
        units = sum(0.5 if character < "\u2000" else 1.0 for character in text)
        right = left + min(width, units * size * 1.5) if size and width else left + (width or units * size)
        low = top + min(height, 2 * size) if size and height else top + (height or size)
        yield Row(text, left, right, -low, -top)


def _numbers(text: str | None) -> list[float]:
    try:
        found = [float(part) for part in (text or "").split()]
    except ValueError:
        return []
    return found if all(map(math.isfinite, found)) else []
