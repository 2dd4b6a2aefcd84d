"""Which elements of a page are its listing's entries.

What belongs here: weighing every repeated element by the documents and dates that it holds. What does not: how the
entries are selected (`anchor.py`) and read (`specs.py`).

Every link that may lead to a document votes for each element around it; elements of one make (the same tags and classes
from the root on) are one group. The group with the most documents, dates and words wins, so a menu of fifty columns
loses against fifteen dated entries, and entries against the explainer links nested in them.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import mean
from typing import Any, Final

from crawlers.guess.addresses import likeness
from crawlers.guess.words import DATE, MORE
from crawlers.urls import clean_url

Element = Any  # lxml elements have no public type
Make = tuple[str, ...]

_LEVELS: Final = 6
"""How far above its link an entry's element is looked for."""
_LONG: Final = 18
"""Characters from which a title is as good as any."""
_FEWEST: Final = 2
_CHROME: Final = re.compile(
    r"(?:^|[-_\s])(?:hot|rank|side|sidebar|aside|foot|footer|nav|navi|menu|friends?|links?|crumbs?|banner|recommend|related"
    r"|djph|phb|tuijian|header|top)(?:$|[-_\s\d])",
    re.IGNORECASE,
)
_BESIDE: Final = 0.4
_STATE: Final = frozenset(
    {"on", "off", "cur", "curr", "current", "active", "first", "last", "odd", "even", "hover", "sel", "selected"}
    | {"open", "hide", "show", "hidden", "new", "hot", "top"}
)


@dataclass(frozen=True, slots=True)
class Link:
    """A link that may lead to a document."""

    element: Element
    url: str
    title: str
    likeness: float


@dataclass(slots=True)
class Block:
    """A group of entries in the page's order, with each one's link. `dated` counts those that print a whole day."""

    items: list[Element]
    links: list[Link]
    score: float
    dated: int
    beside: bool = False
    others: list[Element] = field(default_factory=list)
    """Elements of the same make without a document: 更多, spacers, header rows."""

    def __len__(self) -> int:
        return len(self.items)


def classes_of(element: Element) -> list[str]:
    """The classes that say what an element is; not those that say in which state it is."""
    return [name for name in (element.get("class") or "").split() if name.lower() not in _STATE]


def text_of(element: Element, glue: str = "") -> str:
    """The text to see in an element, spaces folded; scripts and styles left out. `glue` parts what elements part."""
    return " ".join(glue.join(_seen(element)).split())


def is_dated(element: Element) -> bool:
    """Whether a whole day is printed in an element; days in neighbouring cells do not run together."""
    return bool(DATE.search(text_of(element, " ")))


def _seen(element: Element) -> Iterator[str]:
    if not isinstance(element.tag, str) or element.tag in {"script", "style", "template"}:
        return
    if element.text:
        yield element.text
    for child in element:
        yield from _seen(child)
        if child.tail:
            yield child.tail


def find_block(tree: Element, base: str, listing: str) -> Block | None:
    """The entries of the page, None where nothing repeats that leads to documents."""
    found = list(_links(tree, base, listing))
    makes: dict[Element, Make] = {}
    groups: dict[Make, dict[Element, list[Link]]] = defaultdict(dict)
    for link in found:
        element = link.element
        for _ in range(_LEVELS):
            if element is None or element.tag in {"body", "html"}:
                break
            groups[_make(element, makes)].setdefault(element, []).append(link)
            element = element.getparent()
    blocks = [block for group in groups.values() if (block := _weigh(_dated_lists(group)))]
    if not blocks:
        return None
    best = max(blocks, key=lambda block: (round(block.score, 6), -_depth(block.items[0])))
    best.others = _others(tree, best, makes)
    return best


def _links(tree: Element, base: str, listing: str) -> Iterator[Link]:
    for element in tree.iter("a"):
        href = element.get("href")
        url = clean_url(href, base) if href and not href.lstrip().lower().startswith("javascript") else None
        if url is None:
            continue
        text, title = text_of(element), " ".join((element.get("title") or "").split())
        words = title if len(title) > len(text) else text
        like = likeness(url, listing)
        if like > 0 and not MORE.match(words):
            yield Link(element, url, words, like)


def _make(element: Element, known: dict[Element, Make]) -> Make:
    if element not in known:
        parent = element.getparent()
        above = _make(parent, known) if parent is not None else ()
        # item0, item1: numbers tell neighbours apart, not makes.
        names = sorted({name.rstrip("0123456789") for name in classes_of(element)})
        known[element] = (*above, ".".join([str(element.tag), *names]))
    return known[element]


def _depth(element: Element) -> int:
    return sum(1 for _ in element.iterancestors())


def _dated_lists(group: dict[Element, list[Link]]) -> dict[Element, list[Link]]:
    """Of elements in several lists, those in lists with dates, where the others have none at all.

    On pages without classes the box of the most read is of the same make as the listing.
    """
    lists: dict[Element, list[bool]] = defaultdict(list)
    for item in group:
        lists[item.getparent()].append(is_dated(item))
    bare = {parent for parent, dated in lists.items() if not any(dated)}
    full = [parent for parent, dated in lists.items() if sum(dated) >= len(dated) * 0.8 and len(dated) >= _FEWEST]
    if not bare or not full or len(bare) + len(full) != len(lists):
        return group
    return {item: links for item, links in group.items() if item.getparent() not in bare}


def _weigh(group: dict[Element, list[Link]]) -> Block | None:
    """The group as a block with its score; None where it is none."""
    mains = _mains(group)
    items = [item for item in group if item in mains]
    links = [mains[item] for item in items]
    if len({link.url for link in links}) < _FEWEST:
        return None
    dates = [is_dated(item) for item in items]
    beside = False
    # A date beside the entry is its own where entries and dates alternate (dt, dd), not where each pair has a parent.
    if not any(dates) and len({item.getparent() for item in items}) < len(items) / 2:
        beside_dates = [bool(DATE.search(_next_text(item))) for item in items]
        if sum(beside_dates) > len(items) * 0.5:
            dates, beside = beside_dates, True
    score = 0.0
    met: set[str] = set()
    for item, link, dated in zip(items, links, dates, strict=True):
        if link.url in met:
            continue
        met.add(link.url)
        value = link.likeness * (0.2 + 0.8 * min(len(link.title), _LONG) / _LONG)
        value += 0.8 * link.likeness if dated else 0
        score += value / (_crowd(item, link) if dated and not beside and len(group[item]) > 1 else 1)
    if is_chrome(items[0]):
        score *= _BESIDE
    # Where each element holds a handful of documents without dates, its links are the entries.
    without = [len({link.url for link in group[item]}) for item in items]
    if not any(dates) and mean(without) > 1:
        score /= mean(without)
    return Block(items, links, score, sum(dates), beside)


def _crowd(item: Element, link: Link) -> int:
    """How many entries an element holds: several where its document's own date stands further in than the others'."""
    around = (element for element in (link.element, *link.element.iterancestors()) if is_dated(element))
    return 1 if next(around, item) is item else max(1, len(DATE.findall(text_of(item, " "))))


def is_chrome(element: Element) -> bool:
    """Whether an element stands in what surrounds a listing: a menu, the most read, links to friends, the footer."""
    around = (f"{e.get('class') or ''} {e.get('id') or ''}" for e in (element, *element.iterancestors()))
    return any(_CHROME.search(names) for names in around)


def _next_text(item: Element) -> str:
    following = item.getnext()
    return text_of(following) if following is not None and following.tag != item.tag else ""


def _mains(group: dict[Element, list[Link]]) -> dict[Element, Link]:
    """The link that leads to the document, for each element of a group.

    Of the links that stand at the same place in the entries, the place that most entries have and whose words are the
    longest; the first such link of each.
    """
    places: dict[Make, list[Link]] = defaultdict(list)
    for item, links in group.items():
        first: set[Make] = set()
        for link in links:
            place = place_of(link.element, item)
            if place not in first:
                first.add(place)
                places[place].append(link)
    whole = len(group)

    def weight(place: Make) -> float:
        links = places[place]
        same = Counter(link.url for link in links).most_common(1)[0][1]
        alike = same / len(links) if len(links) > 1 else 0
        return len(links) / whole * mean(link.likeness * min(len(link.title), _LONG) for link in links) * (1.01 - alike)

    order = sorted(places, key=weight, reverse=True)
    mains: dict[Element, Link] = {}
    for item, links in group.items():
        by_place: dict[Make, Link] = {}
        for link in links:
            by_place.setdefault(place_of(link.element, item), link)
        mains[item] = next(by_place[place] for place in order if place in by_place)
    return mains


def place_of(element: Element, item: Element) -> Make:
    """Where `element` stands in `item`: tags, classes, and the column of a cell; () for the item itself."""
    steps: list[str] = []
    while element is not item and element is not None:
        step = ".".join([str(element.tag), *sorted(classes_of(element))])
        if element.tag in {"td", "th"}:
            step += f"#{sum(1 for before in element.itersiblings(preceding=True) if before.tag in {'td', 'th'}) + 1}"
        steps.append(step)
        element = element.getparent()
    return tuple(reversed(steps))


def _others(tree: Element, block: Block, makes: dict[Element, Make]) -> list[Element]:
    wanted, held = _make(block.items[0], makes), set(block.items)
    return [found for found in tree.iter(block.items[0].tag) if found not in held and _make(found, makes) == wanted]
