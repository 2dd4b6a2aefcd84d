"""What addresses say: whether one looks like a document's, and the pattern that a listing's documents share.

What belongs here: pure functions on addresses. What does not: finding them in an answer (`items.py`, `data.py`).
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

_DOCUMENT: Final = r"(?:s?html?|jspx?|aspx?|php|do|pdf|docx?|wps|ofd|xlsx?|et|zip|rar)"
_FILE: Final = re.compile(rf"\.{_DOCUMENT}$", re.IGNORECASE)
_ATTACHED: Final = re.compile(r"\.(?:pdf|docx?|wps|ofd|xlsx?|et|zip|rar)$", re.IGNORECASE)
_PICTURE: Final = re.compile(r"\.(?:jpe?g|png|gif|svg|webp|ico|mp4|mp3|js|css)$", re.IGNORECASE)
_RUN: Final = re.compile(r"\d+|[A-Za-z]+|[^A-Za-z\d]")
_HEX: Final = re.compile(r"(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{16,}", re.IGNORECASE)
_DATE_DIGITS: Final = 8
_MOST_SHAPES: Final = 3
_COVERED: Final = 0.9
_LONGEST: Final = 150


def likeness(url: str, listing: str) -> float:
    """How much `url` looks like one document among many, from 0 (not at all) to 1.

    Documents carry a serial number, a date or an id; a column's address is words and ends in a slash.
    """
    parts = urlsplit(url)
    last = parts.path.rpartition("/")[2]
    if url.partition("#")[0] == listing.partition("#")[0] or _PICTURE.search(last) or not (last or parts.query):
        return 0.0
    digits = len(re.findall(r"\d", last + parts.query))
    if last and not digits:  # c5200001/content.html: the number stands before a word that all share
        digits = len(re.findall(r"\d", parts.path.split("/")[-2]))
    is_index = last.lower().startswith(("index", "default", "list")) and not digits
    if is_index and not _ATTACHED.search(last):
        return 0.1
    # Fewer than four digits count sections.
    if digits >= 4 or _ATTACHED.search(last) or _HEX.search(last) or (digits and _dated(parts.path)):  # noqa: PLR2004
        return 1.0
    is_page = bool(_FILE.search(last) or parts.query)
    return (0.8 if digits else 0.3) if is_page else 0.2


def _dated(path: str) -> bool:
    return bool(re.search(r"(?:19|20)\d{2}[/-]?\d{0,2}", path))


def pattern_of(urls: Sequence[str]) -> tuple[str, int] | None:
    """A regular expression for `re.search` that the documents' addresses share, and how many of `urls` it finds.

    None where they have too little in common to say anything.
    """
    shapes: dict[str, list[list[str]]] = {}
    for url in urls:
        parts = _tokens(_tail(url))
        shapes.setdefault("".join(_shape_of(token) for token in parts), []).append(parts)
    most = Counter({shape: len(rows) for shape, rows in shapes.items()}).most_common(_MOST_SHAPES)
    chosen: list[str] = []
    covered = 0
    for shape, count in most:
        if covered and (count == 1 or covered >= len(urls) * _COVERED) and len(most) > 1:
            continue
        pattern = _pattern(shapes[shape])
        if pattern not in chosen:
            chosen.append(pattern)
        covered += count
    if not chosen or covered < len(urls) * 0.6:
        return None
    whole = "|".join(f"/{pattern}$" for pattern in chosen)
    if len(whole) > _LONGEST:
        return None
    files = {match.group().lower() for url in urls if not re.search(whole, url) and (match := _ATTACHED.search(url))}
    whole = "|".join([whole, *(rf"\{ending}$" for ending in sorted(files))])
    found = [url for url in urls if re.search(whole, url)]
    if len(found) < len(urls) and (coarse := _coarse(urls)):
        return coarse, len(urls)
    return whole, len(found)


def _coarse(urls: Sequence[str]) -> str | None:
    """What all addresses share where their last parts are of many shapes: the date before them, and the ending."""
    patterns = set()
    for url in urls:
        parts = urlsplit(url)
        folder, _, last = parts.path.rpartition("/")
        stem, dot, ending = last.rpartition(".")
        before = re.sub(r"\d{8}|\d{6}", lambda digits: rf"\d{{{len(digits[0])}}}", folder.rpartition("/")[2])
        if not re.fullmatch(r"(?:19|20)\d{4}(?:\d\d)?", folder.rpartition("/")[2]) or not stem or parts.query:
            return None
        patterns.add(rf"/{before}/[\w-]+{chr(92) * bool(dot)}{dot}{ending}$")
    return patterns.pop() if len(patterns) == 1 else None


def _tail(url: str) -> str:
    """The part of an address that tells documents apart: its last segment and query; more where that is only a word."""
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/") if segment]
    query = f"?{parts.query}" if parts.query else ""
    tail = segments[-1] if segments else ""
    if not re.search(r"\d", tail + query) and not _HEX.search(tail):
        for segment in reversed(segments[:-1]):
            tail = f"{segment}/{tail}"
            if re.search(r"\d", segment):
                break
    elif re.fullmatch(r"\d+(\.\w+)?", tail) and not query and len(segments) > 1:
        tail = f"{segments[-2]}/{tail}"  # a number alone would fit anything
    return tail + query


def _tokens(tail: str) -> list[str]:
    found: list[str] = []
    at = 0
    for match in _HEX.finditer(tail):
        found += _RUN.findall(tail[at : match.start()])
        found.append(match.group())
        at = match.end()
    return found + _RUN.findall(tail[at:])


def _shape_of(token: str) -> str:
    if _HEX.fullmatch(token):
        return "\0h"
    if token.isdigit():
        return "\0d"
    return "\0w" if token.isalpha() and token.isascii() else token


def _pattern(rows: list[list[str]]) -> str:
    """One pattern for rows of tokens of one shape: what is the same stays, what differs becomes a class."""
    pattern = ""
    for column in zip(*rows, strict=True):
        lengths = {len(token) for token in column}
        if all(_HEX.fullmatch(token) for token in column):
            pattern += f"[0-9a-fA-F]{{{lengths.pop()}}}" if len(lengths) == 1 else "[0-9a-fA-F]+"
        elif column[0].isdigit():
            dates = lengths == {_DATE_DIGITS} and all(token.startswith(("19", "20")) for token in column)
            pattern += rf"\d{{{_DATE_DIGITS}}}" if dates else r"\d+"
        elif len(set(column)) == 1:
            pattern += re.sub(r"[.?+*()\[\]{}|^$\\]", r"\\\g<0>", column[0])
        else:
            pattern += r"\w+"
    return pattern


def relative(url: str, base: str) -> str:
    """`url` as short as it can stand beside `base`: the query alone, the file alone, or all of it."""
    to, here = urlsplit(url), urlsplit(base)
    if (to.scheme, to.netloc) != (here.scheme, here.netloc):
        return url
    query = f"?{to.query}" if to.query else ""
    if to.path == here.path and query:
        return query
    folder = here.path.rpartition("/")[0] + "/"
    return (to.path.removeprefix(folder) if to.path.startswith(folder) else to.path) + query
