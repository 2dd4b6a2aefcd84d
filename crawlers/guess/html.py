"""A page of HTML: a listing to read as it stands, or the door to an interface that a known system behind it has.

What belongs here: putting together what the page's parts say. What does not: those parts (`block.py`, `anchor.py`,
`specs.py`, `paging.py`), the interfaces of the systems (`systems.py`).
"""

import json
import re
from collections import Counter
from itertools import islice
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from crawlers.guess.addresses import pattern_of
from crawlers.guess.anchor import item_selector
from crawlers.guess.block import Block, find_block, is_chrome, text_of
from crawlers.guess.data import draft_of_answer
from crawlers.guess.paging import paging_of
from crawlers.guess.result import Draft, NotAListing, Sample
from crawlers.guess.specs import Specs, specs_of
from crawlers.guess.systems import datastore_behind, jpaas_behind
from crawlers.guess.words import DATE
from crawlers.selectors import compile_field
from crawlers.spiders.items import parse_html

_COMMENT_LINKS: Final = re.compile(r"<a\b[^>]*\bhref\s*=", re.IGNORECASE)
_ASKED: Final = re.compile(
    r"""(?:\burl\s*:|\bfetch\s*\(|\baxios(?:\.\w+)?\s*\(|\$\.(?:get|post|getJSON|ajax)\s*\(|\.open\s*\(\s*["']\w+["']\s*,)"""
    r"""\s*["'`](?P<url>[^"'`\s<>]{3,300})["'`]""",
    re.IGNORECASE,
)
_NOT_DATA: Final = re.compile(
    r"\.(?:js|css|png|jpe?g|gif|svg|ico|html?|shtml)(?:$|\?)|count|stat|login|visit", re.IGNORECASE
)
_FEWEST_SCORE: Final = 1.6
"""What a block must weigh at the least: two entries that look like documents, or a few that do not quite."""
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_MARK: Final = re.compile(r"<!--|-->")  # as `commented: true` reads it
_ASSIGNED: Final = re.compile(r"=\s{0,20}(?=[\[{])")
_NAME: Final = re.compile(r"(?:\b(?:var|let|const)\s+)?[A-Za-z_$][\w$.]{0,60}\s{0,20}$")
_FEWEST_ROWS: Final = 2
_MOST_TRIES: Final = 500
_FEED: Final = re.compile(r"application/(?:rss|atom)\+xml")


def draft_of_page(tree: Any, text: str, url: str) -> Draft:  # noqa: ANN401 - lxml elements have no public type
    """The draft that a page of HTML gives.

    Raises:
        NotAListing: no repeated block of the page leads to documents.
    """
    base = urljoin(url, next(iter(tree.xpath("//base/@href")), "") or url)
    if draft := datastore_behind(text, base):
        return _named(draft, tree)
    block = find_block(tree, base, url)
    usable = block if block and block.score >= _FEWEST_SCORE and _is_list(block, tree) else None
    if draft := jpaas_behind(tree, url, usable):
        return _named(draft, tree)
    if usable is None:
        if draft := _commented(text, base, url) or _in_script(text, url):
            return _named(draft, tree)
        raise _not_a_listing(tree, text, base)
    return _named(_of_block(tree, text, usable, base, url), tree)


def _commented(text: str, base: str, url: str) -> Draft | None:
    """The draft for a list that stands in a comment, which a script takes off; None where there is none."""
    if not any(len(_COMMENT_LINKS.findall(comment)) > 1 for comment in _COMMENT.findall(text)):
        return None
    open_text = _MARK.sub(" ", text)
    tree = parse_html(open_text)
    block = find_block(tree, base, url) if tree is not None else None
    if block is None or block.score < _FEWEST_SCORE or not block.dated:
        return None
    draft = _of_block(tree, open_text, block, base, url)
    draft.listing["commented"] = True
    draft.why["commented"] = "the entries stand in a comment, which a script takes off"
    return draft


def _in_script(text: str, url: str) -> Draft | None:
    """The draft for rows that a script of the page holds as JSON; None where it holds none."""
    for match in islice(_ASSIGNED.finditer(text), _MOST_TRIES):
        named = _NAME.search(text[max(0, match.start() - 100) : match.start()])
        if named is None:
            continue
        try:
            value, _ = json.JSONDecoder().raw_decode(text, match.end())
            draft = draft_of_answer(value, url)
        except (ValueError, RecursionError, NotAListing):
            continue
        if "fields.url" in draft.missing or "html" in draft.listing or len(draft.samples) < _FEWEST_ROWS:
            continue
        name = r"\s+".join(re.escape(word) for word in named.group().split())
        draft.listing["within"] = rf"{name}\s*=\s*"
        draft.why["within"] = "the rows stand in a script of the page"
        return draft
    return None


def _is_list(block: Block, tree: Any) -> bool:  # noqa: ANN401
    """Whether a block is the listing and not the few documents that a page of text names."""
    words = sum(len(link.title) for link in block.links)
    in_text = sum(len(text_of(paragraph)) for paragraph in tree.iter("p") if not paragraph.xpath(".//a"))
    if block.dated >= len(block) * 0.5:
        return len(block) >= 5 or in_text < 10 * words  # noqa: PLR2004 - else a document with its explanations
    if is_chrome(block.items[0]):
        return False
    alike = sum(link.likeness >= 0.8 for link in block.links) / len(block)  # noqa: PLR2004 - documents
    return alike >= 0.6 and len(block) >= 3 and words >= 0.25 * in_text and words / len(block) >= 8  # noqa: PLR2004


def _of_block(tree: Any, text: str, block: Block, base: str, url: str) -> Draft:  # noqa: ANN401
    selector, strangers = item_selector(tree, block)
    specs = specs_of(block, base)
    paging = paging_of(tree, text, url)
    listing: dict[str, Any] = {"kind": "html", "start": url, **paging.keys, "item": selector, "fields": specs.fields}
    draft = Draft(listing, why={**paging.why, **specs.why}, missing=dict(specs.missing))
    draft.samples = samples_of(block, specs)
    draft.why["item"] = f"{len(block)} entries, {block.dated} with a whole date"
    if not block.dated and (asked := _asked(text, base)):
        draft.notes.append(f"no entry has a date, and a script asks {asked[0]}: look whether that holds the listing")
    if strangers:
        draft.why["item"] += f"; it also selects {strangers} other elements with links, page_url keeps them out"
    if selector.startswith("body >"):
        draft.why["item"] += "; by position only, as nothing around it has a name: the next redesign breaks it"
    if not any(key in listing for key in ("next", "next_link")):
        draft.missing["next"] = "nothing on the page leads to a second one"
    _pattern(draft, [link.url for link in block.links])
    return draft


def _pattern(draft: Draft, urls: list[str]) -> None:
    if found := pattern_of(urls):
        pattern, covered = found
        draft.listing["page_url"] = pattern
        draft.why["page_url"] = f"what {covered} of {len(urls)} addresses have in common"
        if covered < len(urls):
            odd = next(url for url in urls if not re.search(pattern, url))
            draft.notes.append(f"{len(urls) - covered} entries lead elsewhere and are left out by page_url, like {odd}")
    else:
        draft.missing["page_url"] = "the addresses have too little in common"


def samples_of(block: Block, specs: Specs) -> list[Sample]:
    """The entries as the guessed selectors read them, each address once."""
    title = compile_field(specs.fields["title"])
    date = compile_field(specs.fields["published_date"]) if "published_date" in specs.fields else None
    found: dict[str, Sample] = {}
    for item, link in zip(block.items, block.links, strict=True):
        printed = date(item) if date else None
        day = DATE.search(printed) if printed else None
        found.setdefault(link.url, Sample(link.url, title(item) or link.title, day.group() if day else None))
    return list(found.values())


def _named(draft: Draft, tree: Any) -> Draft:  # noqa: ANN401
    """Name the section after the page's own words."""
    metas = {str(meta.get("name")).lower(): meta.get("content") or "" for meta in tree.iter("meta") if meta.get("name")}
    named = [metas.get("sitename", "").strip(), metas.get("columnname", "").strip()]
    whole = " ".join(dict.fromkeys(part for part in named if part))
    draft.title = whole if all(named) else (" ".join(tree.findtext(".//title", default="").split()) or whole or None)
    if (feed := _feed_of(tree)) and draft.kind == "html":
        draft.notes.append(f"the page names a feed, {feed}: shorter than the list as a rule, but kinder to the portal")
    return draft


def _feed_of(tree: Any) -> str | None:  # noqa: ANN401
    return next((str(link.get("href")) for link in tree.iter("link") if _FEED.match(link.get("type") or "")), None)


def _not_a_listing(tree: Any, text: str, base: str) -> NotAListing:  # noqa: ANN401
    """Why the page is no listing, and where its entries may come from."""
    asked = _asked(text, base)
    hidden = max((len(_COMMENT_LINKS.findall(node.text or "")) for node in tree.iter(_is_comment(tree))), default=0)
    if asked:
        named = " and ".join(asked[:3])
        return NotAListing(
            f"{base} lists nothing by itself, a script fills it; it asks {named}: try `policywatch source new` with "
            "that address"
        )
    if hidden > 1:
        return NotAListing(
            f"{base} lists nothing: {hidden} links stand in a comment, and a script fills the list; look in the "
            "browser's developer tools, network tab, which address the entries come from, and begin with that"
        )
    links = Counter(bool(link.get("href")) for link in tree.iter("a"))[True]
    if links < 3:  # noqa: PLR2004
        return NotAListing(
            f"{base} is no listing: it has {links} links; if the browser shows a list, a script fills it: look in the "
            "network tab which address it asks, and begin with that"
        )
    return NotAListing(
        f"{base} is no listing: none of its {links} links stands in a list of documents; give the address of the page "
        "that lists them, or where a script fills the list, the address that it asks (network tab)"
    )


def _asked(text: str, base: str) -> list[str]:
    """The addresses that the page's own scripts ask for data."""
    found = [
        urljoin(base, match["url"])
        for match in _ASKED.finditer(text)
        if not _NOT_DATA.search(match["url"]) and not re.search(r"[+{}]|\$", match["url"])
    ]
    return [url for url in dict.fromkeys(found) if urlsplit(url).scheme in {"http", "https"}]


def _is_comment(tree: Any) -> Any:  # noqa: ANN401
    from lxml import etree  # noqa: PLC0415 - this package's callers load it anyway

    return etree.Comment if tree is not None else None
