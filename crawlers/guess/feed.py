"""Feeds and sitemaps: `list.kind: feed` needs no selectors, only to know what its entries have in common.

What belongs here: telling a feed from other XML. What does not: reading its entries beyond that (`spiders/feed.py`).
"""

from typing import Any

from lxml import etree

from crawlers.guess.addresses import likeness, pattern_of
from crawlers.guess.result import Draft, NotAListing, Sample
from crawlers.urls import clean_url

_KINDS = {"rss": "RSS", "RDF": "RSS", "feed": "Atom", "urlset": "a sitemap", "sitemapindex": "an index of sitemaps"}
_COVERED = 0.6


def draft_of_feed(body: bytes, url: str) -> Draft:
    """The draft for a feed or sitemap.

    Raises:
        NotAListing: it is XML of another kind, or empty.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        root = None
    name = _name(root) if root is not None else ""
    if root is None or name not in _KINDS:
        msg = f"{url} is XML, but no RSS, Atom, sitemap or datastore (its root is '{name or 'none'}')"
        raise NotAListing(msg)
    draft = Draft({"kind": "feed", "start": url}, why={"kind": f"it is {_KINDS[name]}"})
    if name == "sitemapindex":
        draft.missing["page_url"] = "the sitemaps it names hold every page of the portal; say which are policies"
        return draft
    draft.samples = [
        sample for item in root.iter() if _name(item) in {"item", "entry", "url"} and (sample := _sample(item, url))
    ]
    if not draft.samples:
        msg = f"{url} is {_KINDS[name]} without an entry that has a link"
        raise NotAListing(msg)
    channel = next((e for e in root.iter() if _name(e) == "title" and e.text and name != "urlset"), None)
    draft.title = " ".join((channel.text or "").split()) if channel is not None else None
    documents = [sample.url for sample in draft.samples if likeness(sample.url, url) >= 0.8]  # noqa: PLR2004
    found = pattern_of(documents) if documents else None
    if found and (name == "urlset" or len(documents) >= len(draft.samples) * _COVERED):
        draft.listing["page_url"] = found[0]
        draft.why["page_url"] = f"what {found[1]} of {len(draft.samples)} addresses have in common"
    else:
        draft.missing["page_url"] = "the addresses have too little in common"
    return draft


def _name(element: Any) -> str:  # noqa: ANN401 - lxml elements have no public type
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _sample(item: Any, url: str) -> Sample | None:  # noqa: ANN401
    said: dict[str, str] = {}
    for child in item:
        name = _name(child)
        text = " ".join("".join(child.itertext()).split()) if name else ""
        if name in {"link", "loc"} and (child.get("rel") or "alternate") == "alternate":
            said.setdefault("url", child.get("href") or text)
        elif name in {"title", "pubDate", "published", "updated", "date", "lastmod"} and text:
            said.setdefault("title" if name == "title" else "date", text)
    to = clean_url(said["url"], url) if said.get("url") else None
    return Sample(to, said.get("title", ""), said.get("date")) if to else None
