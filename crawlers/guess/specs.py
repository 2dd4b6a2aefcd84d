"""How an entry is read: field selectors in the language of `crawlers.selectors`, each tried on every entry.

What belongs here: address, title, date and what else stands in an entry's elements. What does not: finding the entries.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from crawlers.guess.block import Block, Element, Link, classes_of, place_of, text_of
from crawlers.guess.words import CUT, DATE, ONLY_DATE, column_of, kind_of
from crawlers.selectors import compile_field, compile_values
from crawlers.urls import clean_url

_ENOUGH: Final = 0.9
_LABELLED: Final = re.compile(r"([\u4e00-\u9fff]{2,8})\s*[:：]\s*(.+)")
_MOST_LEAVES: Final = 12
_STATE_CODE: Final = re.compile(r"\.[\w-]*\d(?!\S)")
"""A class that counts: beside a status it names the state (zt1), and the next page's entries may be in another."""
_SHORT: Final = 4
_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6", "dt", "strong", "b", "p", "span", "div", "em")


@dataclass(slots=True)
class Specs:
    """Field selectors by fact, and a remark for those that need one."""

    fields: dict[str, str] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


def specs_of(block: Block, base: str) -> Specs:
    """The field selectors of a block's entries."""
    specs = Specs()
    link = _link_selector(block, base)
    specs.fields["url"] = f"{link}@href"
    _title(block, link, specs)
    leaves = _leaves(block)
    _by_label(block, leaves, specs)
    _by_look(block, leaves, specs)
    if "published_date" not in specs.fields:
        _date(block, specs)
    return specs


def _reads(spec: str, items: Sequence[Element], accept: Callable[[int, str], bool]) -> float:
    """The share of items on which `spec` gives what is accepted."""
    try:
        read = compile_field(spec)
    except ValueError:
        return 0.0
    return sum(1 for at, item in enumerate(items) if (value := read(item)) and accept(at, value)) / len(items)


def _link_selector(block: Block, base: str) -> str:
    """The selector of the entry's own link, without the attribute: '' where the entry is the link."""

    def own(at: int, href: str) -> bool:
        return clean_url(href, base) == block.links[at].url

    best: tuple[float, float, str] = (0.0, 0.0, "a")
    for selector in _selectors([link.element for link in block.links], block.items):
        share = _reads(f"{selector}@href", block.items, own)
        # An entry may hold links of its own to explainers: one that selects nothing else is as good and safer.
        alone = sum(len(list(compile_values(f"{selector}@href")(item))) == 1 for item in block.items) / len(block)
        if (share, alone) > best[:2]:
            best = (share, alone, selector)
        if share == alone == 1.0:
            break
    return best[2]


def _selectors(elements: Sequence[Element], items: Sequence[Element]) -> Iterator[str]:
    """Ways to select `elements` from their items, the plainest first."""
    if all(element is item for element, item in zip(elements, items, strict=True)):
        yield ""
        return
    first, item = elements[0], items[0]
    tag = str(first.tag)
    yield tag
    if first.getparent() is item:
        yield f"> {tag}"
    yield from (f"{tag}.{name}" for name in classes_of(first) if _named(name))
    parent = first.getparent()
    if parent is not None and parent is not item:
        yield f"{parent.tag} {tag}" if parent.tag not in {"td", "th"} else f"{_cell(parent)} {tag}"
        yield from (f"{parent.tag}.{name} {tag}" for name in classes_of(parent) if _named(name))
    if tag in {"td", "th"}:
        yield _cell(first)
    position = _nth(first)
    above = [element for element in first.iterancestors() if item in {element, *element.iterancestors()}]
    cell = next((element for element in above if element.tag in {"td", "th"}), None)
    if cell is not None and cell is not item:
        yield f"{_cell(cell)} {tag}"
    yield f"{tag}:nth-of-type({position})"
    if first.getparent() is item:
        yield f"> {tag}:nth-of-type({position})"
    yield from (f"{tag}:last-of-type",) if first.getnext() is None else ()


def _named(name: str) -> bool:
    return bool(re.fullmatch(r"-?[A-Za-z_][\w-]*", name)) and not re.search(r"\d{3,}", name)


def _cell(cell: Element) -> str:
    at = 1 + sum(1 for before in cell.itersiblings(preceding=True) if before.tag in {"td", "th"})
    return f"{cell.tag}:nth-child({at})"


def _nth(element: Element) -> int:
    return 1 + sum(1 for before in element.itersiblings(preceding=True) if before.tag == element.tag)


def _title(block: Block, link: str, specs: Specs) -> None:
    """The title: the link's words, its title attribute where that says more, else the entry's most telling words."""
    elements = [found.element for found in block.links]
    attributes = [" ".join((element.get("title") or "").split()) for element in elements]
    texts = [text_of(element) for element in elements]
    told = [text for text in attributes if text]
    is_told = len(told) >= len(elements) / 2 and len(set(told)) > len(told) / 2
    cut = any(CUT.search(text) for text in texts)
    if is_told:
        specs.fields["title"] = f"{link}@title | {link}" if link else "@title"
        if cut:
            specs.why["fields.title"] = "the visible titles are cut short, the title attribute is whole"
    whole = len({text for text in texts if len(text) >= _SHORT}) > len(texts) / 2
    inner = _inner_title(block, link, attributes if is_told else None) if not is_told or not link else None
    if "title" in specs.fields:
        if not link and inner:
            specs.fields["title"] = f"@title | {inner}"
        return
    if inner:
        specs.fields["title"] = inner
    elif whole:
        specs.fields["title"] = link
        if cut:
            specs.why["fields.title"] = (
                "titles are cut short, and nothing in the list is whole; the page's own is taken"
            )
    else:
        specs.missing["fields.title"] = "the links' words are no titles; the page's own title is taken"
        specs.fields["title"] = link


def _inner_title(block: Block, link: str, told: list[str] | None) -> str | None:
    """The selector of the title in a link that holds more than it, or beside a link that says nothing."""
    roots = [found.element for found in block.links]
    texts = [text_of(root) for root in roots]
    crowded = sum(bool(DATE.search(text)) or len(list(root)) > 1 for root, text in zip(roots, texts, strict=True))
    same = len(set(texts)) <= len(texts) / 2 or all(len(text) < _SHORT for text in texts)
    if not same and crowded <= len(roots) / 2:
        return None
    if same and told is None:
        roots, link = block.items, ""
    best: tuple[float, str] | None = None
    inside = [e for e in roots[0].iterdescendants() if isinstance(e.tag, str)]
    named = dict.fromkeys(f"{e.tag}.{name}" for e in inside for name in classes_of(e) if _named(name))
    for tag in (*_HEADINGS, *named):
        spec = f"{link} {tag}".strip()
        read = compile_field(spec)
        values = [value for item in block.items if (value := read(item)) and not ONLY_DATE.fullmatch(value)]
        distinct = len(set(values))
        if distinct < len(roots) * _ENOUGH:
            continue
        if tag in _HEADINGS[:6]:
            return spec
        length = sum(map(len, values)) / len(values)
        if not any(DATE.search(value) for value in values) and (best is None or length > best[0]):
            best = (length, spec)
    return best[1] if best else None


@dataclass(slots=True)
class _Leaf:
    """What stands at one place of the entries: the elements and their words, by the entry's index."""

    elements: dict[int, Element] = field(default_factory=dict)
    values: dict[int, str] = field(default_factory=dict)
    label: str | None = None


def _leaves(block: Block) -> list[_Leaf]:
    """The innermost elements with words in the entries, outside of the entry's own link, by place."""
    found: dict[tuple[str, ...], _Leaf] = defaultdict(_Leaf)
    headers = _headers(block)
    for at, (item, link) in enumerate(zip(block.items, block.links, strict=True)):
        for element in item.iter():
            if not isinstance(element.tag, str) or element.tag in {"script", "style"} or element is item:
                continue
            if _is_title(element, link) or _is_anothers(element, item, link):
                continue
            words = text_of(element)
            inner = [child for child in element if isinstance(child.tag, str) and text_of(child)]
            if not words or inner:
                continue
            place = (*place_of(element, item), str(_nth(element)))
            leaf = found[place]
            if (labelled := _LABELLED.match(words)) and column_of(labelled[1]):
                leaf.label, words = labelled[1], labelled[2]
            leaf.elements[at], leaf.values[at] = element, words
            cell = next((e for e in [element, *element.iterancestors()] if e.tag in {"td", "th"}), None)
            if cell is not None and headers and not leaf.label:
                column = sum(1 for before in cell.itersiblings(preceding=True) if before.tag in {"td", "th"})
                leaf.label = headers.get(column)
    # Many documents have no number: one that has it is enough.
    most = max(2, len(block) * 0.3)
    enough = [
        leaf for leaf in found.values() if len(leaf.elements) >= most or kind_of([*leaf.values.values()]) == "number"
    ]
    return enough[:_MOST_LEAVES]


def _is_title(element: Element, link: Link) -> bool:
    """Whether an element is the link or its words; in a link that holds the whole entry, dates may still stand."""
    return element is link.element or (link.element in element.iterancestors() and element.tag in _HEADINGS[:6])


def _is_anothers(element: Element, item: Element, link: Link) -> bool:
    """Whether an element belongs to another link of the entry: an explainer in a pop-up has a date of its own."""
    for around in (element, *element.iterancestors()):
        if around is item or around is link.element:
            return False
        links = [found for found in around.iter("a") if found.get("href")]
        if links:
            return link.element not in links
    return False


def _headers(block: Block) -> dict[int, str]:
    """The words of a table's header row, by column."""
    if block.items[0].tag != "tr":
        return {}
    table = next((e for e in block.items[0].iterancestors() if e.tag == "table"), None)
    if table is None:
        return {}
    for row in table.iter("tr"):
        if row in block.items:
            break
        cells = [cell for cell in row if cell.tag in {"td", "th"}]
        if len(cells) > 1 and any(column_of(text_of(cell)) for cell in cells):
            return {at: text_of(cell) for at, cell in enumerate(cells)}
    return {}


def _take(name: str, leaf: _Leaf, block: Block, specs: Specs) -> bool:
    """Find a selector that reads this leaf in every entry that has it, and nothing else elsewhere."""
    ats = sorted(leaf.elements)
    elements, items = [leaf.elements[at] for at in ats], [block.items[at] for at in ats]
    named = [f"{elements[0].tag}.{name}" for name in classes_of(elements[0]) if _named(name)]
    for selector in [*named, *_selectors(elements, items)]:  # a class outlives a position
        if name == "status" and _STATE_CODE.search(selector):
            continue
        read = compile_field(selector)
        right = sum((read(item) or "").endswith(leaf.values[at]) for at, item in zip(ats, items, strict=True))
        wrong = sum(1 for at, item in enumerate(block.items) if at not in leaf.elements and read(item))
        if right >= len(ats) * _ENOUGH and wrong <= len(block) * 0.1:
            specs.fields[name] = selector
            return True
    return False


def _by_label(block: Block, leaves: list[_Leaf], specs: Specs) -> None:
    for leaf in leaves:
        name = column_of(leaf.label) if leaf.label else None
        if name is None or name in specs.fields:
            continue
        if name.endswith("_date") and kind_of(list(leaf.values.values())) != "date":
            continue
        if _take(name, leaf, block, specs):
            specs.why[f"fields.{name}"] = f"its label is {leaf.label}"


def _by_look(block: Block, leaves: list[_Leaf], specs: Specs) -> None:
    """Facts without a header, by the look of their values; of two dates the later is the day of publication."""
    dates = []
    for leaf in leaves:
        kind = kind_of(list(leaf.values.values()))
        if kind == "date":
            dates.append(leaf)
        elif kind and kind not in specs.fields and not leaf.label and _take(kind, leaf, block, specs):
            specs.why[f"fields.{kind}"] = f"by the look of it: {next(iter(leaf.values.values()))[:20]}"
    named = [name for name in specs.fields if name.endswith("_date")]
    if dates and not named:
        latest = max(dates, key=lambda leaf: (len(leaf.values) // max(1, len(block) // 2), _mean_day(leaf)))
        _take("published_date", latest, block, specs)
        dates.remove(latest)
        if len(dates) == 1 and len(dates[0].values) >= len(block) / 2 and _take("signed_date", dates[0], block, specs):
            specs.why["fields.published_date"] = "the later of the two days printed"
            specs.why["fields.signed_date"] = "the earlier of the two days printed"


def _mean_day(leaf: _Leaf) -> float:
    days = []
    for value in leaf.values.values():
        digits = re.findall(r"\d+", value)
        if len(digits) >= 3:  # noqa: PLR2004 - year, month, day
            days.append(int(digits[0]) * 372 + int(digits[1]) * 31 + int(digits[2]))
    return sum(days) / len(days) if days else 0


def _date(block: Block, specs: Specs) -> None:
    """A date among other words, as the entry's own text, or in the element that follows the entry."""
    items = block.items

    def dated(_: int, value: str) -> bool:
        return len(DATE.findall(value)) == 1 and len(value) < 60  # noqa: PLR2004 - a line, not a summary

    tag = str(items[0].tag)
    specs_to_try = ["@text()"]
    if block.beside:
        following = next((e for item in items if (e := item.getnext()) is not None), None)
        specs_to_try = [f"{tag} + {following.tag}"] if following is not None else []
    else:
        inner = {str(e.tag) for item in items for e in item.iterdescendants() if isinstance(e.tag, str)}
        specs_to_try += [
            name for name in ("span", "time", "em", "i", "b", "p", "div", "td", "dd", "small") if name in inner
        ]
        classes = {
            f"{e.tag}.{name}"
            for e in items[0].iterdescendants()
            if isinstance(e.tag, str)
            for name in classes_of(e)
            if _named(name)
        }
        specs_to_try += sorted(classes)
    # Of those that read as many dates, the one with the fewest other words.
    shares = [(_reads(spec, items, dated), -_length(spec, items), -at, spec) for at, spec in enumerate(specs_to_try)]
    share, _, _, spec = max(shares, default=(0.0, 0.0, 0, ""))
    if share >= 0.5:  # noqa: PLR2004
        specs.fields["published_date"] = spec
    elif block.dated:
        specs.missing["fields.published_date"] = "dates stand in the entries, but no selector reads them alone"
    else:
        specs.missing["fields.published_date"] = "no whole date stands in the entries"


def _length(spec: str, items: Sequence[Element]) -> float:
    values = [value for item in items if (value := compile_field(spec)(item))]
    return sum(map(len, values)) / len(values) if values else 0.0
