r"""Documents that come as JSON: an answer that holds one document, or a page whose text only a script holds.

What belongs here: finding the document in the JSON, or in a hidden field or a string of a script, and setting it as a
page, which is then read like any other; where the answer holds only facts of it, a page of those. What does not: JSON
that lists documents (`listing`).

    {"data": {"docTitle": "…", "documentNo": "…", "publishDate": "2022-05-06", "docClob": "<html>…</html>"}}
    window._CONFIG = {DETAIL: {"title": "…", "content": "\u003Cp\u003E…", "gkml_data": {"publisher": "…"}}}
"""

import html
import itertools
import json
import re
from collections.abc import Iterator
from typing import Any, Final

from pipeline.parsers.characters import clean
from pipeline.parsers.dates import find_days, from_epoch
from pipeline.parsers.vocabulary import JSON_LABELS, JSON_TITLES

_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")
_MARKUP: Final = re.compile(r"<(?:p|div|br|table|span|html|section)\b[^<>]{0,2000}>", re.IGNORECASE)
_ESCAPED: Final = re.compile(
    r"(?:\\u003c|:\s?\"<)(?:p|div|table|span|section)\b|<\\/(?:p|div|table|span|section)>", re.IGNORECASE
)
_SCRIPT: Final = re.compile(r"<script\b[^<>]{0,300}>", re.IGNORECASE)
_SCRIPT_END: Final = re.compile(r"</script\s{0,5}>", re.IGNORECASE)
_FIELD: Final = re.compile(r"<textarea\b[^<>]{0,300}>", re.IGNORECASE)
_FIELD_END: Final = re.compile(r"</textarea\s{0,5}>", re.IGNORECASE)
_QUOTE: Final = re.compile(r"[\"']")
_INSIDE: Final = {quote: re.compile(rf"(?:[^{quote}\\]|\\.)*", re.DOTALL) for quote in "\"'"}
_LONG_STRING: Final = 120
_BARE_QUOTE: Final = re.compile(r"(?<!\\)\"")
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
    for script, _ in _scripts(text) if _ESCAPED.search(text) else ():
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
    return _page_of_field(text)


def _page_of_field(text: str) -> str | None:
    """The page with the markup in its place that a hidden field or a string of a script holds; None where none does."""
    for field in itertools.islice(_FIELD.finditer(text), _MAX_TRIES):
        over = _FIELD_END.search(text, field.end())
        content = html.unescape(text[field.end() : over.start()]) if over else ""
        if over and _is_text(content):
            return f"{text[: field.start()]}<div class='content'>{content}</div>{text[over.end() :]}"
    for script, end in _scripts(text):
        for quote, inner in _strings(script):
            content = _unquoted(quote, inner)
            if _is_text(content):
                return f"{text[:end]}<div class='content'>{content}</div>{text[end:]}"
    return None


def _scripts(text: str) -> Iterator[tuple[str, int]]:
    """The scripts of a page, each with the place behind it."""
    position = 0
    while begun := _SCRIPT.search(text, position):
        over = _SCRIPT_END.search(text, begun.end())
        if over is None:
            return
        yield text[begun.end() : over.start()], over.end()
        position = over.end()


def _strings(script: str) -> Iterator[tuple[str, str]]:
    """The long strings of a script, each with its quote; where the quotes do not pair, the code between two as well."""
    position = 0
    while quote := _QUOTE.search(script, position):
        inside = _INSIDE[quote[0]].match(script, quote.end())
        position = inside.end() if inside else quote.end()
        if position < len(script) and position - quote.end() >= _LONG_STRING:
            yield quote[0], script[quote.end() : position]


def _unquoted(quote: str, inner: str) -> str:
    """What a string of a script says."""
    inner = inner.replace("\\'", "'")
    if quote == "'":
        inner = _BARE_QUOTE.sub(r"\"", inner)
    try:
        return str(json.loads(f'"{inner}"', strict=False))
    except ValueError:
        return ""


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
