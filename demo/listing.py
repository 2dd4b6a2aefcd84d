"""The three ways in which the demo portal lists its documents: a paged HTML list, a search API, a feed.

What belongs here: what a list says of a document and how lists are paged. What does not: the documents' own pages.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import Final
from xml.sax.saxutils import escape as xml_escape

from demo.documents import Document, Version, load_documents
from demo.editions import BUREAU, MEDIA, PORTAL, ZONE
from demo.rendering import framed, template

Entry = tuple[Document, Version]

LIST_FOLDER: Final = "/zhengce/zhengcefagui/"
MIRROR: Final = f"/gate/big5/{PORTAL}"
ITEMS_PER_PAGE: Final = 12
ROWS_PER_PAGE: Final = 10
MAX_ROWS: Final = 100
FEED_ITEMS: Final = 6
VISIBLE_TITLE: Final = 28


def entries(host: str, edition: int) -> list[Entry]:
    """What `host` lists in `edition`, newest first; a page that is gone is not listed."""
    found = [
        (document, version)
        for document in load_documents().values()
        if document.host == host and edition not in document.gone and (version := document.at(edition))
    ]
    return sorted(found, key=lambda entry: (entry[1].published, entry[0].url), reverse=True)


def list_pages(edition: int) -> list[list[Entry]]:
    """The portal's list in `edition`, cut into pages."""
    found = entries(PORTAL, edition)
    return [found[start : start + ITEMS_PER_PAGE] for start in range(0, len(found), ITEMS_PER_PAGE)]


def html_list(edition: int, page: int) -> str | None:
    """The portal's list page `page`, from 0 (`index_{page}.html`); None beyond the last."""
    pages = list_pages(edition)
    if page >= len(pages):
        return None
    items = "\n".join(_list_item(entry, edition) for entry in pages[page])
    content = template("list").substitute(column="政策文件", items=items, pages=len(pages), page=page)
    return framed(content, title="政策文件库", column="政策文件", host=PORTAL)


def _list_item(entry: Entry, edition: int) -> str:
    document, version = entry
    visible = version.title if len(version.title) <= VISIBLE_TITLE else f"{version.title[:VISIBLE_TITLE]}..."
    flag = f'<i class="flag">{version.flag}</i> ' if document.shape in {"doc_info", "status_script"} else ""
    return (
        f'<li>{flag}<a href="{_link(document, edition)}" target="_blank" title="{escape(version.title)}">'
        f"{escape(visible)}</a> <span>{version.published}</span></li>"
    )


def _link(document: Document, edition: int) -> str:
    """The three kinds of link that real lists mix: relative, protocol-relative, and the mirror's."""
    if edition in document.mirrored:
        return MIRROR + document.path
    if document.path.startswith(LIST_FOLDER):
        return "./" + document.path.removeprefix(LIST_FOLDER)
    return f"//{document.host}{document.path}"


def search_answer(edition: int, *, page: int, size: int) -> str:
    """The bureau's search API as JSON: page `page`, from 1, of `size` rows; code 1001 where there are none."""
    found = entries(BUREAU, edition)
    size = max(1, min(size, MAX_ROWS))
    rows = found[(page - 1) * size : page * size] if page >= 1 else []
    if not rows:
        return json.dumps({"code": 1001, "msg": "未查询到结果", "data": None}, ensure_ascii=False)
    answer = {"code": 200, "msg": "操作成功", "data": {"total": len(found), "list": [_row(entry) for entry in rows]}}
    return json.dumps(answer, ensure_ascii=False)


def _row(entry: Entry) -> dict[str, str | int]:
    document, version = entry
    signed = datetime.fromisoformat(version.listed["signed"]).replace(tzinfo=ZONE)
    return {
        "title": version.title,
        "url": document.url,
        "fwzh": version.listed["number"],
        "fwjg": version.listed["issuers"],
        "fbrq": version.published,
        "cwrq": int(signed.timestamp() * 1000),
        "yxx": version.listed["status"],
    }


def feed(edition: int) -> str:
    """The media host's RSS 2.0 feed: its latest items only."""
    items = "\n".join(_feed_item(entry) for entry in entries(MEDIA, edition)[:FEED_ITEMS])
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>\n'
        f"<title>云江新闻网 政务</title>\n<link>http://{MEDIA}/</link>\n<description>云江政务要闻</description>\n"
        f"{items}\n</channel></rss>\n"
    )


def _feed_item(entry: Entry) -> str:
    document, version = entry
    printed = format_datetime(datetime.fromisoformat(version.published).replace(tzinfo=ZONE))
    summary = next(iter(version.body))[:60]
    return (
        f"<item><title>{xml_escape(version.title)}</title><link>{document.url}</link>"
        f'<guid isPermaLink="true">{document.url}</guid><pubDate>{printed}</pubDate>'
        f"<description>{xml_escape(summary)}</description></item>"
    )


def feed_pages(edition: int) -> Sequence[str]:
    """The addresses in the feed."""
    return [document.url for document, _ in entries(MEDIA, edition)[:FEED_ITEMS]]
