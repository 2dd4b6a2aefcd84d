"""How long reading one page takes, beside lxml and BeautifulSoup that only find title, box and paragraphs.

The peers do less: they normalise nothing, number no clauses, and know no dates, citations or force. Figures are
processor time: what another process does on the same machine is no part of a page.
"""

import time
from collections.abc import Callable

from benchmarks import pages
from benchmarks.measure import Row, alternate

DISTINCT = 20  # pages that take turns, so that no cache of ours or theirs answers
ENOUGH = 40  # clauses: the pages have more
LIMIT = 3.0

Read = Callable[[str, bytes], object]


def by_us(url: str, content: bytes) -> object:
    """The whole record."""
    from pipeline.parsers import read_page  # noqa: PLC0415 - figures of other benchmarks must not pay for it

    record = read_page(content, url=url, content_type="text/html; charset=utf-8")
    if not (record.title and record.number and record.published_date and len(record.clauses) >= ENOUGH):
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


def spent(read: Read, sample: list[pages.Page]) -> float:
    """Milliseconds of processor time a page."""
    begun = time.process_time()
    for url, content in sample:
        read(url, content)
    return (time.process_time() - begun) * 1000 / len(sample)


def run(*, quick: bool = False) -> list[Row]:
    """Milliseconds a page, median of 25 rounds over the distinct pages (of 3 when `quick`)."""
    rows = []
    for page, what, promised in ((pages.usual, "", True), (pages.dense, ", nothing but figures", False)):
        sample = [page(number) for number in range(1, DISTINCT + 1)]
        readers: dict[str, Read] = {"ours": by_us, "lxml": by_lxml, "bs4": by_soup}
        for read in readers.values():  # imports, dictionaries and patterns are not part of a page
            read(*sample[0])
        contenders = {name: (lambda _, read=read, sample=sample: spent(read, sample)) for name, read in readers.items()}
        found = alternate(contenders, 3 if quick else 25)
        size, clauses = len(sample[0][1]) / 1000, sample[0][1].decode().count("<p>第")
        named = f"read a page of {size:.0f} KB with {clauses} articles{what}"
        limit = f"at most {LIMIT:g} x lxml alone" if promised else ""
        holds = found["ours"] <= LIMIT * found["lxml"] if promised else None
        rows.append(Row(named, found["ours"], "ms", found["lxml"], "lxml alone", limit, holds))
        rows.append(Row(named, found["ours"], "ms", found["bs4"], "BeautifulSoup on lxml"))
    return rows
