"""Documents as HTML pages, in the shapes that real portals use.

What belongs here: markup of single pages. What does not: addresses and faults (`demo.site`), lists (`demo.listing`).
"""

import functools
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Final

from demo.documents import Document, Version
from demo.editions import BUREAU, MEDIA, PORTAL

TEMPLATES: Final = Path(__file__).with_name("templates")
SITES: Final = {PORTAL: "云江市人民政府门户网站", BUREAU: "云江市经济和信息化局", MEDIA: "云江新闻网"}
COLUMNS: Final = {
    "doc_info": "政策文件",
    "status_script": "政策文件",
    "label_table": "政策法规",
    "label_paragraphs": "政策法规",
    "news": "云江要闻",
    "repost": "政策转载",
}
WITHOUT_METAS: Final = frozenset({"label_table"})
WIDE_LABELS: Final = frozenset({"标　　题", "主 题 词"})
LIST_CLASSES: Final = {"发文字号": ' class="fwzh"', "有效性": ' class="yxx"'}
COUNTER_START: Final = 12_000
CHARSET: Final = "utf-8"


@functools.cache
def template(name: str) -> Template:
    """The template `name` of `demo/templates`."""
    return Template((TEMPLATES / f"{name}.html").read_text("utf-8"))


def framed(content: str, *, title: str, column: str, host: str, metas: str = "") -> str:
    """`content` inside the site's head, crumbs and footer."""
    return template("frame").substitute(
        content=content, title=escape(title), column=column, site=SITES[host], metas=metas, charset=CHARSET
    )


def document_page(document: Document, version: Version, *, fetch: int, related: Iterable[tuple[str, str]] = ()) -> str:
    """The whole page. `fetch` numbers the request and moves the counter; `related` fills the related-links box."""
    column = document.column or COLUMNS[document.shape]
    content = template(document.shape).substitute(
        title=escape(version.title),
        box=_box(document.shape, version.box),
        body="\n".join(_paragraphs(version.body)),
        published=version.published,
        number=version.listed.get("number", ""),
        site=SITES[document.host],
        source_name=document.source_name,
        losetime=version.script.get("losetime", ""),
        file_status=version.script.get("file_status", ""),
        counter=f'<span class="views">浏览次数：{COUNTER_START + 7 * fetch}</span>　' if document.counter else "",
        attachments=_attachments(document),
        related=_related(related) if document.counter else "",
    )
    metas = "" if document.shape in WITHOUT_METAS else _metas(document, version, column)
    page = framed(content, title=version.title, column=column, host=document.host, metas=metas)
    return page.replace(f"charset={CHARSET}", f"charset={document.charset}", 1)


def _metas(document: Document, version: Version, column: str) -> str:
    printed = version.published if ":" in version.published else f"{version.published} 09:00"
    facts = {
        "SiteName": SITES[document.host],
        "SiteDomain": document.host,
        "ColumnName": column,
        "ColumnType": "工作动态" if document.shape == "news" else column,
        "ArticleTitle": version.title,
        "PubDate": printed,
        "ContentSource": document.source_name or SITES[document.host],
    }
    return "\n".join(f'<meta name="{name}" content="{escape(value)}">' for name, value in facts.items())


def _paragraphs(lines: Iterable[str]) -> Iterator[str]:
    rows: list[str] = []
    for line in lines:
        if line.startswith("|"):
            cells = "".join(f"<td>{escape(cell.strip())}</td>" for cell in line.strip("|").split("|"))
            rows.append(f"<tr>{cells}</tr>")
            continue
        if rows:
            yield f'<table border="1"><tbody>{"".join(rows)}</tbody></table>'
            rows = []
        if line.startswith("# "):
            yield f'<p style="text-align: center;"><strong>{escape(line[2:])}</strong></p>'
        elif line.startswith("> "):
            yield f'<p style="text-align: right;">{escape(line[2:])}</p>'
        else:
            yield f"<p>　　{escape(line)}</p>"
    if rows:
        yield f'<table border="1"><tbody>{"".join(rows)}</tbody></table>'


def _box(shape: str, box: Mapping[str, str]) -> str:
    if shape == "doc_info":
        return "\n".join(
            f"<li{LIST_CLASSES.get(label, '')}>[{label}]&nbsp;<span>{escape(value)}</span></li>"
            for label, value in box.items()
        )
    if shape == "status_script":
        return "\n".join(f"<li><span>{label}：</span>\n\t\t\t{escape(value)}\n\t</li>" for label, value in box.items())
    if shape == "label_table":
        return "\n".join(_table_rows(box))
    return "\n".join(f"<p>{label}：{escape(value)}</p>" for label, value in box.items())


def _table_rows(box: Mapping[str, str]) -> Iterator[str]:
    pair: list[str] = []
    for label, value in box.items():
        if label in WIDE_LABELS:
            if pair:
                yield f"<tr>{''.join(pair)}</tr>"
                pair = []
            yield f'<tr><td width="70"><b>{label}：</b></td><td colspan="3">{escape(value)}</td></tr>'
            continue
        pair.append(f'<td width="70"><b>{label}：</b></td><td width="260">{escape(value)}</td>')
        if len(pair) == len(("left", "right")):
            yield f"<tr>{''.join(pair)}</tr>"
            pair = []
    if pair:
        yield f"<tr>{''.join(pair)}</tr>"


def _attachments(document: Document) -> str:
    if not document.attachments:
        return ""
    links = "".join(
        f'<li><a href="{escape(item["href"])}">{escape(item["title"])}</a></li>' for item in document.attachments
    )
    return f'<div class="fujianBox">附件：<ul class="fujian">{links}</ul></div>'


def _related(links: Iterable[tuple[str, str]]) -> str:
    items = "".join(f'<li><a href="{url}" target="_blank">{escape(title)}</a></li>' for url, title in links)
    return f'<div class="relevantdoc"><h3>相关链接</h3><ul>{items}</ul></div>'
