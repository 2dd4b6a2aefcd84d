"""The two systems whose pages only hold the first entries: Hanweb's datastore and jpaas.

What belongs here: finding the address that their script asks, and its parameters, in the page. What does not: pages
that can be read as they stand (`html.py`).
"""

import json
import re
from typing import Any, Final
from urllib.parse import parse_qsl, urljoin, urlsplit

from crawlers.guess.addresses import pattern_of
from crawlers.guess.block import Block, find_block
from crawlers.guess.result import Draft, NotAListing, Sample
from crawlers.guess.specs import specs_of
from crawlers.guess.words import DATE
from crawlers.selectors import compile_field

_PROXY: Final = re.compile(r"""[^"'\s(<>\[]{0,300}/dataproxy\.jsp(?:\?[^"'\s<>\])]{0,2000})?""", re.IGNORECASE)
RECORD: Final = re.compile(r"<record>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</record>", re.IGNORECASE | re.DOTALL)
_TOTAL: Final = re.compile(r"<totalrecord>\s*(\d+)", re.IGNORECASE)
_PER_PAGE: Final = re.compile(r"per[Pp]age\D{1,4}(\d+)")
_COUNTERS: Final = {"page", "startrecord", "endrecord", "perpage", "_"}
_PAGES_AT_ONCE: Final = 3
"""Pages that the system's own script asks for at a time."""
_UNIT: Final = re.compile(r"/front/page/build/unit\b")


def datastore_behind(text: str, url: str) -> Draft | None:
    """The draft for a page that Hanweb's script fills from `dataproxy.jsp`; None where it is none."""
    records = RECORD.findall(text)
    at = text.lower().find("/dataproxy.jsp")  # first, as addresses of pictures may be as long as the page
    found = _PROXY.search(text, max(0, at - 300)) if at >= 0 else None
    if found is None or (not records and "<datastore" not in text.lower()):
        return None
    parts = urlsplit(urljoin(url, found.group().replace("&amp;", "&")))
    draft = datastore(records, f"{parts.scheme}://{parts.netloc}{parts.path}", parts.query, text)
    draft.notes.append("the page belongs to Hanweb's system: asked is the address that its script asks")
    return draft


def datastore(records: list[str], url: str, query: str, text: str) -> Draft:
    """The draft for Hanweb's datastore.

    Args:
        records: the HTML of the records at hand.
        url: the address of `dataproxy.jsp`, without its query.
        query: what the request says, counters included.
        text: the answer or the page, for its counts.

    Raises:
        NotAListing: no record leads to a document.
    """
    said = dict(parse_qsl(query, keep_blank_values=True))
    params = {name: value for name, value in said.items() if name not in _COUNTERS}
    match = _PER_PAGE.search(f"perpage={said.get('perpage')}") or _PER_PAGE.search(text)
    per_page = (int(match[1]) if match else 0) or 25
    counters = f"startrecord={{start}}&endrecord={{end}}&perpage={per_page}"
    listing: dict[str, Any] = {
        "kind": "datastore",
        "url": f"{url}?{counters}",
        "method": "POST",
        "params": params,
        "page_size": per_page * _PAGES_AT_ONCE,
    }
    draft = Draft(listing, why={"params": "from the address that was given"})
    if not params:
        draft.missing["params"] = (
            "col, webid, path, columnid, unitid, webname: read them off the request in the browser"
        )
    total = _TOTAL.search(text)
    if total:
        draft.notes.append(f"the store holds {total[1]} records")
    if records:
        item = read_fragment(draft, "".join(records), url, repeat=True)
        draft.why["item"] = f"{item} records"
    return draft


def read_fragment(draft: Draft, markup: str, url: str, *, repeat: bool) -> int:
    """Guess `item`, `fields` and `page_url` on a piece of HTML, put them into `draft`, and return the entries' count.

    Args:
        draft: what the rest is known of.
        markup: the piece.
        url: what its links are relative to.
        repeat: whether it is made of records, where the item needs no name.

    Raises:
        NotAListing: nothing in it leads to documents.
    """
    from crawlers.guess.anchor import item_selector  # noqa: PLC0415
    from crawlers.spiders.items import parse_html  # noqa: PLC0415

    tree = parse_html(f"<html><body>{markup}</body></html>")
    block = find_block(tree, url, url) if tree is not None else None
    if tree is None or block is None:
        msg = f"{url} answers in the form of a listing, but nothing in it leads to documents; look at the answer"
        raise NotAListing(msg)
    fill(draft, block, str(block.items[0].tag) if repeat else item_selector(tree, block)[0], url)
    return len(block)


def fill(draft: Draft, block: Block, item: str, url: str) -> None:
    """Put what a block says into `draft`."""
    specs = specs_of(block, url)
    draft.listing |= {"item": item, "fields": specs.fields}
    draft.why |= specs.why | {"item": f"{len(block)} entries, {block.dated} with a whole date"}
    draft.missing |= specs.missing
    if found := pattern_of([link.url for link in block.links]):
        draft.listing["page_url"] = found[0]
        draft.why["page_url"] = f"what {found[1]} of {len(block)} addresses have in common"
    title = compile_field(specs.fields["title"])
    date = compile_field(specs.fields["published_date"]) if "published_date" in specs.fields else None
    for entry, link in zip(block.items, block.links, strict=True):
        day = DATE.search((date(entry) if date else None) or "")
        draft.samples.append(Sample(link.url, title(entry) or link.title, day.group() if day else None))


def jpaas_behind(tree: Any, url: str, block: Block | None) -> Draft | None:  # noqa: ANN401 - lxml has no public type
    """The draft for a column page of jpaas, whose later pages its `queryData` asks for; None where it is none."""
    found = [(element, data) for element in tree.iter() if (data := _query_data(element))]
    if block is None:  # a document's page asks for its surroundings the same way
        found = [(element, data) for element, data in found if data.get("pageType") == "column"]
    if not found:
        return None
    element, data = next(
        ((element, data) for element, data in found if block is not None and _holds(element, block)),
        next(
            ((element, data) for element, data in found if "list" in str(data).lower() or "列表" in str(data)), found[0]
        ),
    )
    address = element.get("url") or "/api-gateway/jpaas-publish-server/front/page/build/unit"
    params = {name: str(value) for name, value in data.items() if name != "paramJson"}
    size = _PER_PAGE.search(json.dumps(data)) or re.search(r"pageSize\D{1,6}(\d+)", json.dumps(data))
    params["paramJson"] = f'{{"pageNo":{{page}},"pageSize":"{size[1] if size else 24}"}}'
    listing: dict[str, Any] = {
        "kind": "json",
        "url": urljoin(url, address),
        "params": params,
        "headers": {"Referer": url},
        "html": "data.html",
    }
    draft = Draft(listing, why={"params": "from the page's queryData", "headers": "the system answers 403 without it"})
    draft.notes.append("the page belongs to jpaas: asked is the address that its queryData names")
    if block is None:
        draft.listing |= {"item": "li", "fields": {"url": "a@href", "title": "a@title | a"}}
        draft.missing["item"] = "the page itself shows no entries; look at data.html in the answer"
        return draft
    fill(draft, block, str(block.items[0].tag), url)
    draft.why["item"] += "; on the page itself, the answer holds the same markup as a rule"
    return draft


def _holds(element: Any, block: Block) -> bool:  # noqa: ANN401
    """Whether the block stands in or just behind the element that names the query."""
    first = block.items[0]
    around = list(first.iterancestors())
    return element in around or element.getparent() in around[:3]


def _query_data(element: Any) -> dict[str, Any] | None:  # noqa: ANN401
    if not isinstance(element.tag, str):
        return None
    raw = element.get("querydata") or element.get("queryData")
    if not raw or not (_UNIT.search(element.get("url") or "") or "tplSetId" in raw):
        return None
    for text in (raw, re.sub(r"(?<!\\)'", '"', raw)):
        try:
            data = json.loads(text)
        except ValueError:
            continue
        return data if isinstance(data, dict) else None
    # Quotes within quotes: take the pairs that can be told apart.
    pairs = dict(re.findall(r"""["'](\w+)["']\s*:\s*["']([^"'{}]*)["']""", raw))
    return pairs or None
