"""The selector of a listing's entries.

What belongs here: the shortest selector by ids and classes that look stable, tried on the page itself. What does not:
finding the entries (`block.py`).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from crawlers.guess.block import Block, classes_of
from crawlers.selectors import compile_selector

_PLAIN: Final = re.compile(r"-?[A-Za-z_][\w-]*")
_UNSTABLE: Final = re.compile(
    r"\d{4,}|^[a-z]{1,3}-?[0-9a-f]{5,}$|^(?=.*[a-z]\d+[a-z])[a-z\d]{8,}$|__|--|^_|^css-|^data-v", re.IGNORECASE
)
_WEAK: Final = frozenset(
    {"clearfix", "clear", "cf", "fl", "fr", "left", "right", "float", "row", "col", "box", "main", "con", "cont"}
    | {"content", "wrap", "container", "list", "item", "inner", "mt10", "block", "tr", "td", "pc"}
)
_LEVELS: Final = 5


def item_selector(tree: Any, block: Block) -> tuple[str, int]:  # noqa: ANN401 - lxml elements have no public type
    """A selector of the block's entries, and how many further elements with links it also selects.

    The first that selects every entry and no strangers, in this order: by the parent's id or class, by the entry's own,
    by an element further up, by position from the body (which the portal's next redesign breaks).
    """
    wanted = set(block.items)
    linked = _with_links(tree, wanted | set(block.others))
    best: tuple[int, int, str] | None = None
    for rank, selector in enumerate(_candidates(block)):
        found = set(compile_selector(selector)(tree))
        if not wanted <= found:
            continue
        strangers = len((found - wanted) & linked)
        if not strangers:
            return selector, 0
        best = min(best, (strangers, rank, selector)) if best else (strangers, rank, selector)
    if best is None:
        return _by_position(block.items), 0
    return best[2], best[0]


def _with_links(tree: Any, own: set[Any]) -> set[Any]:  # noqa: ANN401
    """Every element outside the block that holds a link."""
    found: set[Any] = set()
    for link in tree.iter("a"):
        if link.get("href"):
            found.add(link)
            found.update(link.iterancestors())
    return found - own


def _candidates(block: Block) -> Iterator[str]:
    items = block.items
    tag = str(items[0].tag)
    own = [f"{tag}.{name}" for name in _common_classes(items)]
    levels: list[list[str]] = []
    above: Sequence[Any] = items
    for _ in range(_LEVELS):
        above = [parent for element in above if (parent := element.getparent()) is not None]
        if not above or any(element.tag in {"body", "html"} for element in above):
            break
        levels.append(list(_names(above)))
    # A browser shows a tbody where the page has none, and the other way round.
    glue = " " if tag == "tr" else " > "
    strong = [[name for name in names if not _is_weak(name)] for names in levels]
    weak = [[name for name in names if _is_weak(name)] for names in levels]
    deep = list(enumerate(strong))[1:]
    yield from (f"{name}{glue}{tag}" for names in strong[:1] for name in names)
    yield from (name for name in own if not _is_weak(name))
    yield from (f"{name} {tag}" for _, names in deep for name in names)
    yield from (f"{name} > {_chain(items, depth)}" for depth, names in deep for name in names)
    yield from (f"{name} {mine}" for names in strong for name in names for mine in own)
    yield from (f"{outer} {inner}{glue}{tag}" for _, names in deep for outer in names for inner in weak[0])
    yield from (f"{name} > {_chain(items, depth)}" for depth, names in enumerate(weak) for name in names)
    yield from own


def _chain(items: Sequence[Any], depth: int) -> str:
    """The tags from just below the ancestor at `depth` (0 is the parent) down to the item."""
    tags = [str(items[0].tag)]
    element = items[0]
    for _ in range(depth):
        element = element.getparent()
        tags.append(str(element.tag))
    return " > ".join(reversed(tags))


def _names(elements: Sequence[Any]) -> Iterator[str]:
    """`tag#id` and `tag.class` that all of `elements` share."""
    tag = str(elements[0].tag)
    identity = elements[0].get("id")
    if identity and all(element is elements[0] for element in elements) and _is_stable(identity):
        yield f"{tag}#{identity}"
    yield from (f"{tag}.{name}" for name in _common_classes(elements))


def _common_classes(elements: Sequence[Any]) -> list[str]:
    first = [name for name in classes_of(elements[0]) if _is_stable(name)]
    return [name for name in first if all(name in (element.get("class") or "").split() for element in elements)]


def _is_stable(name: str) -> bool:
    return bool(_PLAIN.fullmatch(name)) and not _UNSTABLE.search(name)


def _is_weak(selector: str) -> bool:
    name = re.split(r"[.#]", selector)[-1].lower()
    return name in _WEAK or len(name) == 1


def _by_position(items: Sequence[Any]) -> str:
    """From the body down by position, as far as the entries go the same way."""
    parents = {item.getparent() for item in items}
    element = parents.pop() if len(parents) == 1 else _common(items)
    steps: list[str] = []
    while element is not None and element.tag not in {"body", "html"}:
        position = sum(1 for before in element.itersiblings(preceding=True) if before.tag == element.tag) + 1
        steps.append(f"{element.tag}:nth-of-type({position})")
        element = element.getparent()
    glue = " > " if not parents else " "
    return " > ".join(["body", *reversed(steps)]) + f"{glue}{items[0].tag}"


def _common(items: Sequence[Any]) -> Any:  # noqa: ANN401
    shared = list(items[0].iterancestors())
    for item in items[1:]:
        others = set(item.iterancestors())
        shared = [element for element in shared if element in others]
    return shared[0] if shared else None
