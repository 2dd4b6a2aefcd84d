"""How long reading one page takes, beside lxml and BeautifulSoup that only find title, box and paragraphs.

The peers do less: they normalise nothing, number no clauses, and know no dates, citations or force. Figures are
processor time: what another process does on the same machine is no part of a page.
"""

import json
import time
from collections.abc import Callable

from benchmarks import pages
from benchmarks.measure import ROOT, Row, alternate

DISTINCT = 20  # pages that take turns, so that no cache of ours or theirs answers
ENOUGH = 40  # clauses: the pages have more
LIMIT = 3.0
SAVED = ("gov.cn", "guangzhou")

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


def any_by_us(url: str, content: bytes) -> object:
    """The whole record of whatever page."""
    from pipeline.parsers import read_page  # noqa: PLC0415

    return read_page(content, url=url)


def any_by_lxml(_: str, content: bytes) -> object:
    """Title, metas, cells of tables and paragraphs with lxml, of whatever page."""
    from lxml import html  # noqa: PLC0415

    tree = html.fromstring(content, parser=html.HTMLParser(encoding="utf-8"))
    texts = [item.text_content() for item in tree.xpath("//td")], [item.text_content() for item in tree.xpath("//p")]
    return tree.findtext(".//title"), tree.xpath("//meta/@content"), texts


def saved() -> list[pages.Page]:
    """The real pages beside the checkout, where there are any: address and bytes."""
    return [
        (json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["url"], path.read_bytes())
        for folder in SAVED
        for path in sorted((ROOT.parent / "shared" / "pages" / folder).glob("*.html"))
    ]


def spent(read: Read, sample: list[pages.Page]) -> float:
    """Milliseconds of processor time a page."""
    begun = time.process_time()
    for url, content in sample:
        read(url, content)
    return (time.process_time() - begun) * 1000 / len(sample)


def compare(what: str, sample: list[pages.Page], readers: dict[str, Read], rounds: int, *, promised: bool) -> list[Row]:
    """Ours beside each of the others over the same pages."""
    for read in readers.values():  # imports, dictionaries and patterns are not part of a page
        read(*sample[0])
    contenders = {name: (lambda _, read=read: spent(read, sample)) for name, read in readers.items()}
    found = alternate(contenders, rounds)
    ours, lxml = found["ours"], found["lxml"]
    limit, holds = (f"at most {LIMIT:g} x lxml alone", ours <= LIMIT * lxml) if promised else ("", None)
    rows = [Row(f"read {what}", ours, "ms", lxml, "lxml alone", limit, holds)]
    if "bs4" in found:
        rows.append(Row(f"read {what}", ours, "ms", found["bs4"], "BeautifulSoup on lxml"))
    return rows


def run(*, quick: bool = False) -> list[Row]:
    """Milliseconds a page, median of 25 rounds over the distinct pages (of 3 when `quick`)."""
    rows: list[Row] = []
    rounds = 3 if quick else 25
    for page, articles, what, promised in (
        (pages.usual, pages.CLAUSES, "", True),
        (pages.running, pages.CLAUSES, ", running text only", False),
        (pages.dense, pages.SUMS, ", nothing but figures", False),
    ):
        sample = [page(number) for number in range(1, DISTINCT + 1)]
        named = f"a page of {len(sample[0][1]) / 1000:.0f} KB with {articles} articles{what}"
        rows += compare(named, sample, {"ours": by_us, "lxml": by_lxml, "bs4": by_soup}, rounds, promised=promised)
    if real := saved():
        size = sum(len(content) for _, content in real) / len(real) / 1000
        named = f"one of {len(real)} saved pages of portals, {size:.0f} KB"
        rows += compare(named, real, {"ours": any_by_us, "lxml": any_by_lxml}, max(3, rounds // 3), promised=True)
    return rows
