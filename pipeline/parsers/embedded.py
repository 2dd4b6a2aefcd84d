r"""Documents that come as JSON: an answer that holds one document, or a page whose text only a script holds.

What belongs here: finding the document in the JSON and setting it as a page, which is then read like any other; where
the answer holds only facts of it, a page of those. What does not: JSON that lists documents (`listing`).

    {"data": {"docTitle": "…", "documentNo": "…", "publishDate": "2022-05-06", "docClob": "<html>…</html>"}}
    window._CONFIG = {DETAIL: {"title": "…", "content": "\u003Cp\u003E…", "gkml_data": {"publisher": "…"}}}
"""

import html
import json
import re
from typing import Any, Final

from pipeline.parsers.characters import clean
from pipeline.parsers.dates import find_days, from_epoch
from pipeline.parsers.vocabulary import JSON_LABELS, JSON_TITLES

_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")
_MARKUP: Final = re.compile(r"<(?:p|div|br|table|span|html|section)\b[^<>]{0,2000}>", re.IGNORECASE)
_ESCAPED: Final = re.compile(
    r"(?:\\u003c|:\s?\"<)(?:p|div|table|span|section)\b|<\\/(?:p|div|table|span|section)>", re.IGNORECASE
)
_SCRIPT: Final = re.compile(r"<script\b[^<>]{0,300}>(.{1,2000000}?)</script", re.IGNORECASE | re.DOTALL)
_OPEN: Final = re.compile(r"[{]\s{0,20}\"")
_BODY: Final = re.compile(r"<body\b[^<>]{0,2000}>(?P<body>.{0,5000000}?)(?:</body>|$)", re.IGNORECASE | re.DOTALL)
_ENOUGH: Final = 60
_MAX_TRIES: Final = 40
_DEEPEST: Final = 12
_SHALLOW: Final = 3
_FACTS: Final = 2
_LONG: Final = 300


def page_of_answer(text: str) -> str | None:
    """`text`, JSON of one document with its text as markup, as a page; None where it is anything else."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return _compose(value) or _compose_facts(value)


def page_of_scripts(text: str) -> str | None:
    """The document that a script of the page `text` holds, as a page with that script; None where none does."""
    decoder = json.JSONDecoder()
    for script in _SCRIPT.findall(text) if _ESCAPED.search(text) else ():
        if not _ESCAPED.search(script):
            continue
        for tried, match in enumerate(_OPEN.finditer(script)):
            if tried >= _MAX_TRIES:
                break
            try:
                value, _ = decoder.raw_decode(script, match.start())
            except (ValueError, RecursionError):
                continue
            if page := _compose(value):
                return page.replace("</body>", f"<script>{script}</script></body>")
    return None


def _compose(value: Any) -> str | None:  # noqa: ANN401 - any JSON
    found = _document(value, 0)
    return None if found is None else _page(*found)


def _compose_facts(value: Any) -> str | None:  # noqa: ANN401 - any JSON
    """A page of what the answer says of one document whose text is elsewhere, as in a file to download."""
    found = _described(value, 0)
    return _page(found[0], "") if len(found) == 1 else None


def _described(value: Any, depth: int) -> list[dict[str, Any]]:  # noqa: ANN401 - any JSON
    """The objects with a title and two facts or more of a document, in no list: rows of a search are none."""
    if depth > _SHALLOW or not isinstance(value, dict):
        return []
    if any(key.lower() in JSON_TITLES and value[key] for key in value) and len(_labels(value)) >= _FACTS:
        return [value]
    return [one for part in value.values() for one in _described(part, depth + 1)]


def _page(row: dict[str, Any], content: str) -> str:
    title = html.escape(clean(next((str(row[key]) for key in row if key.lower() in JSON_TITLES and row[key]), "")))
    rows = "".join(f"<tr><td>{label}：</td><td>{html.escape(said)}</td></tr>" for label, said in _labels(row).items())
    inner = _BODY.search(content)
    body = inner["body"] if inner else content
    return (
        f"<html><head><title>{title}</title></head><body><table>{rows}</table><h1>{title}</h1>"
        f"<div class='content'>{body}</div></body></html>"
    )


def _document(value: Any, depth: int) -> tuple[dict[str, Any], str] | None:  # noqa: ANN401 - any JSON
    """The one object with a title and a text as markup, in no list; None for none or for several."""
    if depth > _DEEPEST:
        return None
    if isinstance(value, dict):
        if any(key.lower() in JSON_TITLES and isinstance(value[key], str) for key in value):
            texts = [item for item in value.values() if isinstance(item, str) and _is_text(item)]
            if texts:
                return value, max(texts, key=len)
        found = [one for part in value.values() if (one := _document(part, depth + 1))]
    else:
        return None
    return found[0] if len(found) == 1 else None


def _is_text(item: str) -> bool:
    return _MARKUP.search(item) is not None and len(_CHINESE.findall(item)) >= _ENOUGH


def _labels(row: dict[str, Any]) -> dict[str, str]:
    """What the object says beside its text, by the label that a page would print; of its parts too, one level down."""
    said: dict[str, str] = {}
    for part in (row, *(item for item in row.values() if isinstance(item, dict))):
        for key, item in part.items():
            label = JSON_LABELS.get(key.lower())
            if label == "有效性" and isinstance(item, str) and find_days(item):
                label = "有效期"
            if label and isinstance(item, str | int) and not isinstance(item, bool) and label not in said:
                day = from_epoch(item) if isinstance(item, int) else None
                text = day.isoformat() if day else str(item) if isinstance(item, str) else ""
                if 0 < len(text) < _LONG:
                    said[label] = clean(text)
    return said
