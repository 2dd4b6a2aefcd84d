"""Answers in JSON: which array holds the rows, and which key of a row holds which fact.

What belongs here: guessing on a decoded answer and its address. What does not: HTML inside an answer beyond finding it
(`systems.py` reads it).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from crawlers.guess.addresses import likeness, pattern_of
from crawlers.guess.result import Draft, NotAListing, Sample
from crawlers.guess.systems import read_fragment
from crawlers.guess.words import DATE, NUMBER
from crawlers.urls import clean_url

_TAG: Final = re.compile(r"</?[a-zA-Z][^>]*>")
_ADDRESS: Final = re.compile(
    r"(?:https?:)?//\S+|/?[\w./~-]+\.(?:s?html?|jspx?|aspx?|php|pdf|docx?)(?:\?\S*)?|/[\w~-]+(?:/[\w.~-]+)+(?:\?\S*)?"
)
_NAMES: Final = {
    "title": "^(?:doc)?title$|^bt$|^biaoti$|^name$|title|subject$|filename",
    "published_date": "^pub(?:lish|lished)?_?(?:date|time)$|^(?:fb|gb)(?:rq|sj)$|^pubtime|docrel|^(?:pub)?date$|release"
    "|publish|^time$",
    "signed_date": "^cwrq$|^ptime$|^cwsj$|sign|^writ|complet",
    "effective_date": "^ssrq$|^sxrq$|effectiv.*(?:date|time)|implement",
    "number": "^fwzh$|^wh$|^wenhao$|pcode|file_?no$|filenum|document_?number|doc_?n(?:o|um)|docnumber",
    "issuers": "^fwjg|^fbjg|puborg|publisher|issu|^zdjg|organ(?:ization)?(?:name)?$|department|deptname",
    "status": "^yxx$|^sxx$|shixiao|^status$|validity|effectivestate|is_abolished|^zt$",
    "topic": "childtype|theme_?name|^ztfl_?name|zhutiname|topic|^cname$",
}
"""What portals call a fact, the surest name first."""
_ID: Final = re.compile(r"^(?:doc)?_?id$|id$|bbbs|guid|code$", re.IGNORECASE)
_TOTAL: Final = re.compile(
    r"^(?:total|total_?(?:count|record|records|num|rows|elements)|record_?count|post_count|count|totalcount)$",
    re.IGNORECASE,
)
_PAGE: Final = re.compile(
    r"^(?:page|p|pageno|page_?num(?:ber)?|page_?index|curpage|current_?page|cur|pn)$", re.IGNORECASE
)
_OFFSET: Final = re.compile(r"^(?:offset|start|from|skip)$", re.IGNORECASE)
_LONG: Final = 300
"""Characters from which a value is the document's text."""
_MOST_ROWS: Final = 200


def draft_of_answer(answer: Any, url: str) -> Draft:  # noqa: ANN401 - JSON
    """The draft that an answer in JSON gives.

    Raises:
        NotAListing: it holds no rows that look like documents.
    """
    found = []
    for path, rows, around in _arrays(answer):
        fields = _fields(rows, url)
        if "title" in fields:
            score = min(len(rows), 50) * (2.0 if "url" in fields else 1.0) * (1 + 0.3 * len(fields))
            found.append((score, path, rows, fields, around))
    if not found:
        return _with_html(answer, url)
    _, path, rows, fields, around = max(found, key=lambda one: one[0])
    listing: dict[str, Any] = {"kind": "json", **_request(url), "rows": path}
    draft = Draft(listing, why={"rows": f"{len(rows)} rows"})
    if total := _total(around, path, len(rows)):
        listing["total"] = total[0]
        draft.why["total"] = f"it says {total[1]}"
    _address(draft, fields, rows, url)
    listing["fields"] = fields
    others = [f"{other} ({len(many)} rows)" for _, other, many, facts, _ in found if other != path and "url" in facts]
    if others:
        draft.notes.append(f"the answer lists more, at {', '.join(others)}: write a source for each, or one with each:")
    if _is_code(rows, fields.get("status")):
        draft.why["fields.status"] = "it holds codes: say what they mean under values, once you know it"
    if text := _text(rows, fields):
        listing["text"] = text
        draft.why["text"] = "the rows hold the documents' whole text: no page needs to be asked"
    _paging(draft, url)
    draft.samples = _samples(rows, fields, url)
    if shape := pattern_of([sample.url for sample in draft.samples]):
        draft.listing["page_url"] = shape[0]
        draft.why["page_url"] = f"what {shape[1]} of {len(draft.samples)} addresses have in common"
    return draft


def _arrays(
    value: Any,  # noqa: ANN401 - JSON
    path: str = "",
    around: tuple[Any, ...] = (),
) -> Iterator[tuple[str, list[dict[str, Any]], Any]]:
    """Every array of objects: its dotted path (`.` for the answer itself), its rows, and what stands around it."""
    if isinstance(value, list):
        rows = [row for row in value if isinstance(row, dict)]
        if rows and len(rows) >= len(value) * 0.8:
            yield path or ".", rows[:_MOST_ROWS], around
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            if "." not in key:
                yield from _arrays(inner, f"{path}.{key}" if path else key, (*around, value))


def _fields(rows: Sequence[Mapping[str, Any]], url: str) -> dict[str, str]:
    """The key of each fact: by its name, confirmed by its values; the address and the title by their values alone."""
    columns = {key: [row.get(key) for row in rows] for key in dict.fromkeys(key for row in rows for key in row)}
    columns = {key: values for key, values in columns.items() if "." not in key and any(map(_says, values))}
    fields: dict[str, str] = {}
    if address := _address_key(columns, url):
        fields["url"] = address
    for name, pattern in _NAMES.items():
        sure = [re.compile(part, re.IGNORECASE) for part in _alternatives(pattern)]
        fitting = {
            key: rank
            for key, values in columns.items()
            if key not in fields.values()
            and (rank := next((at for at, part in enumerate(sure) if part.search(key)), None)) is not None
            and _fits(name, [value for value in values if _says(value)])
        }
        if fitting:
            fields[name] = min(fitting, key=lambda key: (fitting[key], len(key)))
    if "number" not in fields:
        found = next((key for key, values in columns.items() if _numbers(values) and key not in fields.values()), None)
        fields |= {"number": found} if found else {}
    if "title" not in fields and (found := _wordy(columns)):
        fields["title"] = found
    return fields


def _alternatives(pattern: str) -> list[str]:
    """The alternatives of a pattern that stand in no group."""
    parts, depth, start = [], 0, 0
    for at, sign in enumerate(pattern):
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and not depth:
            parts.append(pattern[start:at])
            start = at + 1
    return [*parts, pattern[start:]]


def _says(value: Any) -> bool:  # noqa: ANN401
    return value not in (None, "", 0, [], {}, "无", "-", "--", "----", "〔〕号") and not isinstance(value, dict)


def _plain(value: Any) -> str:  # noqa: ANN401
    return " ".join(unescape(_TAG.sub("", str(value))).split())


def _fits(name: str, values: list[Any]) -> bool:
    texts = [_plain(value) for value in values if isinstance(value, str | int)]
    if not texts:
        return False
    if name.endswith("_date"):
        return (
            sum(bool(DATE.match(text) or re.fullmatch(r"1\d{9}|\d{12,13}|(?:19|20)\d{6}", text)) for text in texts)
            >= len(texts) * 0.8
        )
    if name == "title":
        return sum(len(text) for text in texts) / len(texts) >= 6 and len(set(texts)) > len(texts) / 2  # noqa: PLR2004
    if name == "number":
        return sum(bool(NUMBER.search(text)) and len(text) < 60 for text in texts) >= len(texts) * 0.5  # noqa: PLR2004
    if name in {"issuers", "topic"}:
        return all(not text.isdigit() and len(text) < 200 for text in texts)  # noqa: PLR2004
    return all(len(text) < 12 for text in texts)  # noqa: PLR2004 - a state is a word or a code


def _numbers(values: list[Any]) -> bool:
    texts = [value for value in values if isinstance(value, str) and value]
    right = sum(bool(NUMBER.search(text)) and len(text) < 40 for text in texts)  # noqa: PLR2004
    return len(texts) >= len(values) * 0.3 and right >= len(texts) * 0.8


def _wordy(columns: Mapping[str, list[Any]]) -> str | None:
    """The key whose values read like titles: Chinese, of some length, all different."""
    best: tuple[float, str] | None = None
    for key, values in columns.items():
        texts = [value for value in values if isinstance(value, str) and re.search(r"[\u4e00-\u9fff]", value)]
        length = sum(map(len, texts)) / len(texts) if texts else 0
        if len(set(texts)) > len(values) * 0.8 and 8 <= length <= 120 and (best is None or length > best[0]):  # noqa: PLR2004
            best = (length, key)
    return best[1] if best else None


def _address_key(columns: Mapping[str, list[Any]], url: str) -> str | None:
    """The key whose values are addresses of documents; of several the one whose name and values say so most."""
    best: tuple[float, str] | None = None
    for key, values in columns.items():
        texts = [value for value in values if isinstance(value, str) and value]
        right = [text for text in texts if _ADDRESS.fullmatch(text.strip())]
        if not right or len(right) < len(values) * 0.6:
            continue
        like = sum(likeness(clean_url(text, url) or url, url) for text in right) / len(values)
        named = 0.3 if re.search(r"url|link|href", key, re.IGNORECASE) else 0.0
        plain = 0.2 if re.fullmatch(r"(?:doc)?(?:pub)?url|link|href", key, re.IGNORECASE) else 0.0
        distinct = len(set(right)) / len(right)
        weight = like * distinct + named + plain
        if like * distinct > 0.3 and (best is None or weight > best[0]):  # noqa: PLR2004
            best = (weight, key)
    return best[1] if best else None


def _address(draft: Draft, fields: dict[str, str], rows: Sequence[Mapping[str, Any]], url: str) -> None:
    """Without an address in the rows, a template with their id, to be put right by a person."""
    if "url" in fields:
        return
    ids = [key for key in rows[0] if _ID.search(key) and re.fullmatch(r"\w+", key)]
    key = next((key for key in ids if len({str(row.get(key)) for row in rows}) == len(rows)), None)
    if key is None:
        msg = f"{url} answers with rows that hold neither an address nor an id; no page can be found from them"
        raise NotAListing(msg)
    parts = urlsplit(url)
    fields["url"] = f"{parts.scheme}://{parts.netloc}/detail/{{{key}}}"
    draft.missing["fields.url"] = (
        f"the rows hold no address: open a document and write its address with {{{key}}} in it"
    )


def _is_code(rows: Sequence[Mapping[str, Any]], key: str | None) -> bool:
    said = {_plain(row[key]) for row in rows if _says(row.get(key))} if key else set()
    return bool(said) and all(re.fullmatch(r"[\w-]{1,4}", word, re.ASCII) for word in said)


def _text(rows: Sequence[Mapping[str, Any]], fields: Mapping[str, str]) -> str | None:
    """The key that holds the documents' text, the longest of those that do; None where no key does."""
    best: tuple[float, str] | None = None
    for key in rows[0]:
        texts = [_plain(row[key]) for row in rows if isinstance(row.get(key), str)]
        if (
            "." in key
            or key in fields.values()
            or len(texts) < len(rows) * 0.6
            or re.search("abstract|summary|digest", key, re.IGNORECASE)
        ):
            continue
        median = sorted(map(len, texts))[len(texts) // 2]
        # An abstract is cut at a round length: texts differ.
        if median >= _LONG and max(map(len, texts)) > 1.5 * _LONG and (best is None or median > best[0]):
            best = (median, key)
    return best[1] if best else None


def _total(around: Sequence[Any], path: str, rows: int) -> tuple[str, int] | None:
    """The dotted path to the count of all rows: beside the array or beside what it stands in, nearest first."""
    steps = path.split(".") if path != "." else []
    for depth in range(len(around) - 1, -1, -1):
        before = ".".join(steps[:depth])
        for inner, prefix in [(around[depth], before), *_beside(around[depth], before)]:
            for key, value in inner.items():
                if _TOTAL.match(key) and str(value).isdigit() and not isinstance(value, bool) and int(value) >= rows:
                    return (f"{prefix}.{key}" if prefix else key), int(value)
    return None


def _beside(value: Mapping[str, Any], before: str) -> list[tuple[Mapping[str, Any], str]]:
    return [
        (inner, f"{before}.{key}" if before else key)
        for key, inner in value.items()
        if isinstance(inner, dict) and re.search(r"page|total|count", key, re.IGNORECASE) and "." not in key
    ]


def _request(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    params = dict(parse_qsl(parts.query, keep_blank_values=True))
    if len(params) != len(parse_qsl(parts.query, keep_blank_values=True)):  # a parameter twice: leave all in place
        return {"url": url}
    return {"url": f"{parts.scheme}://{parts.netloc}{parts.path}", **({"params": params} if params else {})}


def _paging(draft: Draft, url: str) -> None:
    """Make the parameter that counts pages a placeholder."""
    params: dict[str, Any] = draft.listing.get("params", {})
    for name, value in params.items():
        if _PAGE.match(name) and str(value).isdigit() and int(value) <= 1:
            params[name] = "{page}"
            draft.listing["first_page"] = int(value)
            draft.why["params"] = f"{name} counts the pages"
            return
        if _OFFSET.match(name) and str(value) == "0":
            params[name] = "{offset}"
            size = next(
                (
                    int(v)
                    for n, v in params.items()
                    if re.search("size|limit|rows|num", n, re.IGNORECASE) and str(v).isdigit()
                ),
                0,
            )
            draft.listing["page_size"] = size or len(draft.samples) or 20
            draft.why["params"] = f"{name} counts the rows that were had"
            return
    for name, value in params.items():
        if isinstance(value, str) and (match := re.search(r'"page(?:No|Num|Index)?"\s*:\s*"?([01])\b', value)):
            params[name] = f"{value[: match.start(1)]}{{page}}{value[match.end(1) :]}"
            draft.listing["first_page"] = int(match[1])
            draft.why["params"] = f"{name} counts the pages"
            return
    if match := re.search(r"(?<=[/_-])1(?=\.json$|$)", urlsplit(url).path):
        path = urlsplit(url).path
        draft.listing["url"] = str(draft.listing["url"]).replace(
            path, f"{path[: match.start()]}{{page}}{path[match.end() :]}"
        )
        draft.why["url"] = "a number in it may count the pages"
        return
    draft.missing["first_page"] = (
        "no parameter of the address counts pages: where there are more, write {page} for its value"
    )


def _samples(rows: Sequence[Mapping[str, Any]], fields: Mapping[str, str], url: str) -> list[Sample]:
    found: dict[str, Sample] = {}
    spec = fields["url"]
    for row in rows:
        href = str(row.get(spec) or "")
        for slot in re.findall(r"\{(\w+)\}", spec):
            href = (href or spec).replace(f"{{{slot}}}", str(row.get(slot, "")))
        if to := clean_url(href, url) if href else None:
            date = _plain(row.get(fields.get("published_date", ""), "")) or None
            found.setdefault(to, Sample(to, _plain(row.get(fields["title"], "")), date))
    return list(found.values())


def _with_html(answer: Any, url: str) -> Draft:  # noqa: ANN401
    """An answer that holds a piece of HTML with the entries."""
    pieces = [(len(text), path, text) for path, text in _strings(answer) if "<a" in text and "href" in text]
    if not pieces:
        msg = (
            f"{url} answers in JSON without rows that look like documents; look at the answer: an error, another "
            "parameter, or a header that it wants"
        )
        raise NotAListing(msg)
    _, path, text = max(pieces)
    draft = Draft({"kind": "json", **_request(url), "html": path}, why={"html": "the answer holds a piece of HTML"})
    read_fragment(draft, text, url, repeat=False)
    if str(draft.listing["item"]).startswith("body >"):  # of the piece, not of a page
        draft.listing["item"] = str(draft.listing["item"]).split(" ")[-1].partition(":")[0]
    _paging(draft, url)
    return draft


def _strings(value: Any, path: str = "") -> Iterator[tuple[str, str]]:  # noqa: ANN401
    if isinstance(value, str):
        yield path or ".", value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if "." not in key:
                yield from _strings(inner, f"{path}.{key}" if path else key)
