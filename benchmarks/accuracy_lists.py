"""Listings and search answers against what their gold or their own fields say.

What belongs here: the sources' own listing readers (`crawlers`) over saved list pages, and the full texts that search
answers hold, read as pages. What does not: pages (`accuracy_gold`).
"""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final
from zoneinfo import ZoneInfo

from benchmarks.accuracy_gold import day
from benchmarks.accuracy_score import POINTED, Score
from crawlers.listings import JsonList
from crawlers.model import Source
from crawlers.source import load_sources
from crawlers.spiders.base import Entry, ListPage
from crawlers.spiders.html_list import HtmlListSpider
from crawlers.spiders.json_search import JsonSearchSpider, dig
from pipeline.parsers import Listed, PageRecord, Unreadable, read_text
from pipeline.parsers.dates import parse_day
from pipeline.parsers.issuers import split_bodies
from pipeline.parsers.normal import normal_issuer, normal_number, normal_text, normal_title

Json = dict[str, Any]

# Search answers as a source's YAML would declare them; `text` is the document where the answer holds it whole.
SEARCHES: Final[dict[str, Json]] = {
    "GWY": {
        "rows": "searchVO.catMap.gongwen.listVO",
        "fields": {"url": "url", "title": "title", "number": "pcode", "issuers": "puborg", "signed_date": "ptime",
                   "published_date": "pubtime", "topic": "childtype"},
    },
    "FJPronvince": {
        "rows": "datas", "text": "doccontent",
        "fields": {"url": "docpuburl", "title": "doctitle", "number": "fileno", "issuers": "puborg",
                   "published_date": "pubdate"},
    },
    "GDProvince": {
        "rows": "data.list",
        "fields": {"url": "url", "title": "title", "number": "document_number", "issuers": "publisher",
                   "published_date": "pub_time"},
    },
    "GZProvince": {
        "rows": "data.middle.list",
        "fields": {"url": "url", "title": "title", "number": "table-1", "issuers": "table-4",
                   "published_date": "time"},
    },
    "HBProvince": {
        "rows": "page.content", "text": "DOCCONTENT",
        "fields": {"url": "DOCPUBURL", "title": "FileName", "number": "fileNum", "published_date": "PUBDATE"},
    },
    "TJProvince": {
        "rows": "page.content", "text": "ZW",
        "fields": {"url": "DOCPUBURL", "title": "BT", "number": "FWZH", "issuers": "FWJG_name", "signed_date": "CWRQ",
                   "published_date": "FBRQ"},
    },
}  # fmt: skip
# The saved lists of sources that have a YAML.
LISTS: Final = {
    "beijing_zhengcefagui_list_fragment": "beijing",
    "ndrc_fzggwl_list": "ndrc",
    "sousuo_policy_search_sample": "state_council",
}


def _session() -> Any:  # noqa: ANN401 - what a crawl's session counts, and nothing else of it
    return SimpleNamespace(stats=Counter(), signals=[], lists=[])


def _spider(source: Any, kind: type[Any]) -> Any:  # noqa: ANN401 - a spider outside a crawl
    return type("OfList", (kind,), {"source": source, "name": "of_list"})(session=_session())


def entries(source: Source, content: bytes) -> tuple[list[Entry], int | None]:
    """What a source's own listing reader takes from a saved list page, and the total that it states."""
    page = ListPage(getattr(source.list, "start", "") or getattr(source.list, "url", ""), content.decode(), content)
    if isinstance(source.list, JsonList):
        spider = _spider(source, JsonSearchSpider)
        rows, total = spider.rows(page)
        return spider.read(rows, page), total
    return list(_spider(source, HtmlListSpider).read(page)), None


def score_list(score: Score, path: Path, gold: Json | None) -> None:
    """A transcribed list: how many items, and the first of them as gold has it."""
    name = path.name.split(".")[0]
    source = load_sources()[LISTS[name]]
    found, total = entries(source, path.read_bytes())
    if gold is None:
        answer = json.loads(path.read_bytes())["searchVO"]["catMap"]["gongwen"]
        gold = {"items": len(answer["listVO"]), "first": [str(answer["listVO"][0][key]) for key in ("url", "title")]}
        score.add("transcribed", "list total", name, answer["totalCount"], total)
    score.add("transcribed", "list items", name, gold["items"], len(found))
    said = [found[0].url, *found[0].listed.values()] if found else []
    for value in gold["first"]:
        # Gold has a link as printed, a flag with its label, and a number apart that the list prints behind the title.
        wanted = value.removeprefix("./").removeprefix("有效性 flag ")
        same = any(_alike(wanted, one) for one in said)
        score.add("transcribed", "list fields", name, wanted, said, same=same)


def _alike(wanted: str, ours: str) -> bool:
    if wanted in ours:
        return True
    return parse_day(wanted) is not None and parse_day(wanted) == parse_day(ours)


def score_structured(score: Score, page: str, gold: Json | None, record: PageRecord | Unreadable) -> None:
    """An answer that is a list of documents: that it is one, and how many it names where gold counts them."""
    kind = record.reason if isinstance(record, Unreadable) else record.kind
    score.add("lists", "kind", page, "listing", kind)
    if gold and gold.get("items") and isinstance(record, PageRecord):
        score.add("lists", "items", page, gold["items"], len(record.text.splitlines()))


def score_search(score: Score, path: Path, mode: str) -> None:
    """A province's answer: its rows, and each row's fields against what the reader makes of them.

    Where the answer holds the whole text, that is read: alone, and with what the listing says when there are selectors.
    """
    name = path.name.split(".")[0]
    search = SEARCHES[name]
    listing = JsonList(kind="json", url="https://search.example/", rows=search["rows"], fields=search["fields"])
    spider = _spider(SimpleNamespace(list=listing, timezone="Asia/Shanghai"), JsonSearchSpider)
    rows, _ = spider.rows(ListPage(listing.url, path.read_text(encoding="utf-8"), b""))
    for row, entry in _pairs(spider, rows):
        if entry is None:
            score.add("provincial_json", "rows", name, "an address", None)
            continue
        score.add("provincial_json", "rows", name, entry.url, entry.url)
        page = f"{name} {entry.listed.get('title', '')[:24]}"
        _score_row(score, page, entry.listed)
        if search.get("text") and (text := dig(row, search["text"])):
            _score_text(score, page, entry, str(text), mode)


def _pairs(spider: Any, rows: list[Any]) -> Iterator[tuple[Any, Entry | None]]:  # noqa: ANN401
    for row in rows:
        yield row, next(iter(spider.read([row], ListPage("https://search.example/", "", b""))), None)


def _score_row(score: Score, page: str, listed: dict[str, str]) -> None:
    """The listing's own words: numbers have a normal form, days are days."""
    if number := listed.get("number"):
        normal = normal_number(number)
        score.add("provincial_json", "listed number", page, number, normal, same=normal_number(normal or "") == normal)
    for name in ("signed_date", "published_date"):
        if printed := listed.get(name):
            score.add("provincial_json", f"listed {name}", page, _printed_day(printed), day(parse_day(printed)))


def _printed_day(printed: str) -> str:
    """The day by other means than ours: epoch milliseconds in the portals' zone, else the first ten characters."""
    if printed.isdigit():
        return dt.datetime.fromtimestamp(int(printed) / 1000, ZoneInfo("Asia/Shanghai")).date().isoformat()
    return printed[:10].replace(".", "-")


def _score_text(score: Score, page: str, entry: Entry, text: str, mode: str) -> None:
    """The document itself, by its title and text. Its fields are asserted where its own words hold them."""
    listed = entry.listed
    known = {item.name for item in fields(Listed)} if mode == POINTED else {"title"}
    given = Listed(**{key: value for key, value in listed.items() if key in known})
    record = read_text(text, url=entry.url, listed=given, title=listed["title"])
    score.add("provincial_json", "title", page, normal_title(listed["title"]), normal_title(record.title or ""))
    score.add("provincial_json", "kind", page, "policy", record.kind)
    number = normal_number(listed.get("number") or "")
    if number and (mode == POINTED or normal_text(number) in normal_text(text).split("\n")[:5]):
        score.add("provincial_json", "number", page, number, normal_number(record.number or ""))
    signed = listed.get("signed_date")
    if signed and mode == POINTED:
        score.add("provincial_json", "date_signed", page, _printed_day(signed), day(record.signed_date))
    own = sorted(map(normal_issuer, split_bodies(listed.get("issuers") or "")))
    if own and (mode == POINTED or all(name in normal_title(listed["title"]) for name in own)):
        ours = sorted(map(normal_issuer, record.issuers))
        score.add("provincial_json", "issuers", page, own, ours, same=set(own) <= set(ours))
