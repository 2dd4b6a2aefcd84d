"""Mutated pages against the reader: no exception but its own, none slow, none big. `make fuzz` runs 100,000.

What belongs here: mutating the fixtures, and watching the reader over them. What does not: fixed bad inputs (the tests
hold those, and a small sample of this). Page n is the same on every run over the same fixtures: `python -m
benchmarks.fuzz --only n` reads one. The pages are read in a process of their own, which is ended when it hangs or
grows; the run goes on behind that page.
"""

import argparse
import faulthandler
import json
import multiprocessing
import os
import queue
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measure import ROOT

if TYPE_CHECKING:
    from pipeline.parsers import PageRecord, Unreadable

PAGES = 100_000
SECONDS = 2.0
MEGABYTES = 500
HANGS = 60
"""Wall seconds after which a process that reads is ended: a busy machine is slow, but not this slow."""
CHUNK = 2_000
"""Pages a process reads before another takes over, so that no page pays for what the many before it left behind."""
URL = "http://www.linyuan.example/linyuan/fuzz.html"

Mutation = Callable[[random.Random, bytearray], None]


@cache
def seeds() -> tuple[bytes, ...]:
    """The pages of tests/fixtures, in a fixed order."""
    return tuple(path.read_bytes() for path in sorted((ROOT / "tests" / "fixtures").glob("*/*/page.html")))


def _span(chance: random.Random, page: bytearray, most: int = 400) -> tuple[int, int]:
    begin = chance.randint(0, len(page))
    return begin, min(len(page), begin + chance.randint(0, most))


def _cut(chance: random.Random, page: bytearray) -> None:
    begin, end = _span(chance, page)
    del page[begin:end]


def _end(chance: random.Random, page: bytearray) -> None:
    del page[chance.randint(0, len(page)) :]


def _swap(chance: random.Random, page: bytearray) -> None:
    (a, b), (c, d) = sorted((_span(chance, page), _span(chance, page)))
    if b <= c:
        page[a:d] = page[c:d] + page[b:c] + page[a:b]


def _flip(chance: random.Random, page: bytearray) -> None:
    for _ in range(chance.randint(1, 20)):
        if page:
            page[chance.randrange(len(page))] = chance.randrange(256)


def _double(chance: random.Random, page: bytearray) -> None:
    begin, end = _span(chance, page, 2_000)
    page[begin:end] = bytes(page[begin:end]) * chance.choice((2, 2, 3, 50, 300))


def _nest(chance: random.Random, page: bytearray) -> None:
    tag = chance.choice(("div", "span", "table><tr><td", "ul><li", "b", "p", "font", "a href=x", "ol", "dl><dd", "h1"))
    depth = chance.choice((30, 300, 3_000, 10_000))
    begin, end = _span(chance, page, 2_000)
    closing = "".join(f"</{name.split()[0]}>" for name in reversed(tag.split("><"))) if chance.random() < 0.5 else ""
    page[begin:end] = f"<{tag}>".encode() * depth + bytes(page[begin:end]) + closing.encode() * depth


def _entities(chance: random.Random, page: bytearray) -> None:
    names = "&nbsp; &#12288; &#x200B; &#0; &#xD800; &#x110000; &lt; &amp;amp; &bogus; &#55357;".split()  # noqa: SIM905
    begin = chance.randint(0, len(page))
    page[begin:begin] = chance.choice(names).encode() * chance.choice((1, 1, 3, 40, 5_000))


def _controls(chance: random.Random, page: bytearray) -> None:
    marks = "\0\x08\x1b\x7f\x85\u200b\u2028\u202e\ufeff\ufffe\U000e0001\r\v"
    for _ in range(chance.randint(1, 30)):
        begin = chance.randint(0, len(page))
        page[begin:begin] = chance.choice(marks).encode() * chance.choice((1, 1, 5, 200))


_TOKENS = """
《 》 （ ） 〔 〕 ( ) [ 〔2021〕 第 条 第一条 第十章 一、 （一） 1. 1.1 ① 附件： 附件1 同时废止 。 ； ： 、 自 起施行 至
有效期 5年 2021年1月1日 2021-01-01 9999年99月99日 0000-00-00 二〇二一年 99999999999999999999 最高500万元
1,000,000 亿元 百分之 50% 达到 家 （市财政局） 市财政局 发文字号： 成文日期： 有效性： 发布机构 索引号
临沅市人民政府 号 令 关于印发 的通知 將 國務院 <td> </td> <tr> <table> </table> <li> </html> </body> <body>
<!-- --> <script> </script> <style> <br/> <p> </p> <h1> <title> <![CDATA[ ]]> <?xml?> <meta/charset=utf-16>
<base/href=http://[> <a/href=http://[::1> <a/href='a.pdf'>附件</a> <img/src=x> <iframe> <template> <svg> <math>
<noscript> <frameset> <plaintext> <textarea> <select>
""".split()  # noqa: SIM905


def _tokens(chance: random.Random, page: bytearray) -> None:
    """What the reader looks for, where it does not belong, once or in a long row."""
    for _ in range(chance.randint(1, 6)):
        begin = chance.randint(0, len(page))
        words = "".join(chance.choice(_TOKENS) for _ in range(chance.randint(1, 3)))
        page[begin:begin] = words.encode() * chance.choice((1, 1, 1, 4, 60, 3_000))


def _other(chance: random.Random, page: bytearray) -> None:
    """A piece of another fixture: metadata, clauses, scripts that do not belong together."""
    other = chance.choice(seeds())
    begin, end = _span(chance, bytearray(other), 2_000)
    at = chance.randint(0, len(page))
    page[at:at] = other[begin:end]


def _charset(chance: random.Random, page: bytearray) -> None:
    """Written in another character set than declared."""
    name = chance.choice(("gb18030", "utf-16", "big5", "latin-1", "utf-8-sig", "utf-32"))
    page[:] = bytes(page).decode("utf-8", "replace").encode(name, "replace")


_MUTATIONS: tuple[Mutation, ...] = (
    _cut, _cut, _end, _swap, _swap, _flip, _double, _nest, _entities, _controls, _tokens, _tokens, _tokens,
    _other, _charset,
)  # fmt: skip


def mutated(number: int) -> bytes:
    """Page `number`: a fixture after one to five mutations."""
    chance = random.Random(number)
    page = bytearray(chance.choice(seeds()))
    for _ in range(chance.randint(1, 5)):
        chance.choice(_MUTATIONS)(chance, page)
    return bytes(page)


def read(number: int, content: bytes) -> "PageRecord | Unreadable":
    """Read a page: most as they are, some with selectors, some their words as plain text.

    Raises:
        Exception: whatever escapes the reader.
    """
    from pipeline.parsers import Hints, Listed, Unreadable, read_page, read_text  # noqa: PLC0415 - part of the memory

    try:
        if number % 8 == 7:
            return read_text(content.decode("utf-8", "replace").replace("<", "\n<"), url=URL, title="临沅市甲办法")
        if number % 8 == 6:
            hints = Hints(body="div", metadata="li")
            return read_page(content, url=URL, hints=hints, listed=Listed(title="临沅市甲办法"))
        return read_page(content, url=URL)
    except Unreadable as refused:
        return refused


def outcome(answer: "PageRecord | Unreadable") -> str:
    """The kind of the page, or the reason why it was refused; the record can be stored and put together again.

    Raises:
        Exception: it cannot.
    """
    from pipeline.parsers import PageRecord  # noqa: PLC0415
    from pipeline.parsers.unparse import unparse  # noqa: PLC0415

    if not isinstance(answer, PageRecord):
        return f"refused: {answer.reason}"
    json.dumps(answer.to_json(), ensure_ascii=False, allow_nan=False).encode()
    if unparse(answer) != answer.text:
        raise AssertionError("the clauses and what lies between them are not the text")
    return answer.kind


@dataclass
class Findings:
    """What a run found: outcomes counted, failures by page, and the worst page in time and in memory."""

    outcomes: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest: tuple[float, int] = (0.0, -1)
    biggest: tuple[float, int] = (0.0, -1)

    def add(self, other: "Findings") -> None:
        """Count `other` in."""
        self.outcomes += other.outcomes
        self.failures += other.failures
        self.slowest = max(self.slowest, other.slowest)
        self.biggest = max(self.biggest, other.biggest)


def _peak() -> float:
    """The most memory that this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024)


def check(number: int, found: Findings) -> None:
    """Read page `number` and note what came of it: processor time, and what it added to the peak of memory."""
    content = mutated(number)
    before, begun = _peak(), time.process_time()
    try:
        answer = read(number, content)
        spent = time.process_time() - begun
        what = outcome(answer)
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        spent, what = time.process_time() - begun, "failed"
        found.failures.append(f"page {number}: {type(error).__name__}: {str(error)[:200]}")
    held = _peak()
    found.outcomes[what] += 1
    found.slowest = max(found.slowest, (spent, number))
    if spent > SECONDS:
        found.failures.append(f"page {number}: {spent:.1f} s")
    if held > found.biggest[0]:
        found.biggest = (held, number)
    # What the process held before it came to this page is not the page's doing.
    if held - before > MEGABYTES:
        found.failures.append(f"page {number}: {held - before:.0f} MB")


def _work(numbers: range, at: Any, answer: Any) -> None:  # noqa: ANN401 - shared between processes; no public types
    os.nice(19)
    resource.setrlimit(resource.RLIMIT_AS, (4 * 1024**3, 4 * 1024**3))  # the machine is others' too
    found = Findings()
    for number in numbers:
        at.value = number
        faulthandler.dump_traceback_later(HANGS, exit=True)
        check(number, found)
    faulthandler.cancel_dump_traceback_later()
    answer.put(found)


def run(numbers: range) -> Iterator[Findings]:
    """What each process found; a page that ended its process is a failure, and the next process goes on behind it."""
    context = multiprocessing.get_context("spawn")
    begin = numbers.start
    while begin < numbers.stop:
        stop = min(begin + CHUNK, numbers.stop)
        at, answer = context.Value("q", begin), context.Queue()
        process = context.Process(target=_work, args=(range(begin, stop), at, answer), daemon=True)
        process.start()
        found = None
        while found is None and (process.is_alive() or not answer.empty()):
            try:
                found = answer.get(timeout=1)
            except queue.Empty:
                continue
        process.join()
        if found is None:
            why = f"page {at.value}: the process ended with {process.exitcode} (hung over {HANGS} s, or died)"
            found, stop = Findings(Counter({"ended": at.value - begin + 1}), [why]), at.value + 1
        yield found
        begin = stop


def main() -> int:
    """Run, print what was found; 1 when anything failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=PAGES, help=f"how many (default {PAGES:,})")
    parser.add_argument("--first", type=int, default=0, help="the number of the first")
    parser.add_argument("--only", type=int, metavar="N", help="read page N alone, with its traceback")
    parser.add_argument("--save", type=Path, metavar="FILE", help="with --only: write the page there")
    options = parser.parse_args()
    if options.only is not None:
        content = mutated(options.only)
        if options.save:
            options.save.write_bytes(content)
        begun = time.process_time()
        answer = read(options.only, content)
        print(f"page {options.only}: {len(content):,} bytes, {time.process_time() - begun:.2f} s, {outcome(answer)}")
        return 0
    total = Findings()
    for found in run(range(options.first, options.first + options.pages)):
        total.add(found)
        print(*found.failures, sep="\n", end="\n" if found.failures else "", flush=True)
        print(f"{sum(total.outcomes.values()):,} pages, {len(total.failures)} failures", file=sys.stderr, flush=True)
    print(summary(total))
    return 1 if total.failures else 0


def summary(total: Findings) -> str:
    """The run in a few lines."""
    lines = [
        f"{sum(total.outcomes.values()):,} mutated pages from {len(seeds())} fixtures, {len(total.failures)} failures"
    ]
    lines += [f"  {count:>7,} {name}" for name, count in total.outcomes.most_common()]
    lines.append(f"slowest: page {total.slowest[1]}, {total.slowest[0]:.2f} s of {SECONDS:g} s")
    lines.append(
        f"biggest: {total.biggest[0]:.0f} MB of {MEGABYTES} MB, interpreter included, at page {total.biggest[1]}"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
