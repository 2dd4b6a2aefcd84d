"""The files that a page links: which of them are asked where a source says `attachments: true`.

What belongs here: finding their addresses. What does not: asking them (`base.py`), which of them is a page's text
(`pipeline.attached`).
"""

import re
from urllib.parse import unquote, urlsplit

from crawlers.selectors import compile_selector
from crawlers.spiders.items import base_of, parse_html
from crawlers.urls import clean_url

DOCUMENT = re.compile(r"\.(?:pdf|docx?|wps|ofd|rtf)$", re.IGNORECASE)
"""What the reader reads; tables, pictures and packages are linked as well, and left where they are."""
MOST = 20
"""Files asked for one page: a page that links more is an index of files."""


def file_links(text: str, url: str, selector: str | None) -> list[str]:
    """The addresses of the documents that a page links, in its order, each once; `selector` says where to look."""
    tree = parse_html(text)
    if tree is None:
        return []
    base, found = base_of(tree, url), dict[str, None]()
    for element in compile_selector(selector or "a")(tree):
        for link in element.iter("a"):
            address = clean_url(link.get("href") or "", base)
            if address and DOCUMENT.search(unquote(urlsplit(address).path)):
                found.setdefault(address)
    return list(found)[:MOST]
