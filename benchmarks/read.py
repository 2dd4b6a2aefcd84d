"""How long reading one page of 50 KB takes, beside lxml and BeautifulSoup that only find title, box and paragraphs.

The peers do less: they normalise nothing, number no clauses, and know no dates, citations or force.
"""

import re
import time
from unittest.mock import patch

from benchmarks.measure import Row, alternate

BYTES = 50_000
DISTINCT = 20  # pages that take turns, so that no cache of ours or theirs answers
LIMIT = 3.0


def pages() -> list[tuple[str, bytes]]:
    """Distinct pages of about 50 KB with their addresses, from the demo's generator."""
    from demo import generator  # noqa: PLC0415 - figures of other benchmarks must not pay for it

    size = len(generator.policy_page(1).encode())
    with patch.object(generator, "ARTICLES", generator.ARTICLES + 1):
        growth = len(generator.policy_page(1).encode()) - size
    articles = generator.ARTICLES + (BYTES - size) // growth
    with patch.object(generator, "ARTICLES", articles):
        return [(generator.page_url(n), generator.policy_page(n).encode()) for n in range(1, DISTINCT + 1)]


def by_us(url: str, content: bytes) -> object:
    """The whole record."""
    from pipeline.parsers import read_page  # noqa: PLC0415

    record = read_page(content, url=url, content_type="text/html; charset=utf-8")
    if not (record.title and record.number and record.published_date and len(record.clauses) > 100):
        msg = f"the reader did not read the generated page: {record.title}, {len(record.clauses)} clauses"
        raise SystemExit(msg)
    return record


def by_lxml(_: str, content: bytes) -> object:
    """Title, the labelled fields and the text of the paragraphs with lxml."""
    from lxml import html  # noqa: PLC0415

    tree = html.fromstring(content, parser=html.HTMLParser(encoding="utf-8"))
    box = [item.text_content() for item in tree.xpath('//ol[@class="doc-info"]/li')]
    return tree.findtext(".//title"), box, [item.text_content() for item in tree.xpath('//*[@id="mainText"]//p')]


def by_soup(_: str, content: bytes) -> object:
    """The same with BeautifulSoup on lxml."""
    from bs4 import BeautifulSoup  # noqa: PLC0415

    soup = BeautifulSoup(content, "lxml", from_encoding="utf-8")
    box = [item.get_text() for item in soup.select("ol.doc-info li")]
    return soup.title, box, [item.get_text() for item in soup.select("#mainText p")]


def run(*, quick: bool = False) -> list[Row]:
    """Milliseconds a page, median of 15 rounds over the distinct pages (of 3 when `quick`)."""
    sample = pages()
    readers = {"ours": by_us, "lxml": by_lxml, "bs4": by_soup}
    for read in readers.values():  # imports, dictionaries and patterns are not part of a page
        read(*sample[0])

    def measured(name: str) -> float:
        begun = time.perf_counter()
        for url, content in sample:
            readers[name](url, content)
        return (time.perf_counter() - begun) * 1000 / len(sample)

    contenders = {name: (lambda _, name=name: measured(name)) for name in readers}
    found = alternate(contenders, 3 if quick else 15)
    size, clauses = len(sample[0][1]) / 1000, len(re.findall("第\\d+条", sample[0][1].decode()))
    what = f"read a page of {size:.0f} KB with {clauses} articles"
    limit = f"at most {LIMIT:g} x lxml alone"
    return [
        Row(what, found["ours"], "ms", found["lxml"], "lxml alone", limit, found["ours"] <= LIMIT * found["lxml"]),
        Row(what, found["ours"], "ms", found["bs4"], "BeautifulSoup on lxml"),
    ]
