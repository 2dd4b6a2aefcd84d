"""The small language by which a source's YAML reads a listing.

What belongs here: its grammar, checked at load, and its evaluation on an lxml element. What does not: walking a
listing (`spiders/`). A field is `selector@attribute` or `selector` (its text); alternatives are parted by ` | `; a
leading `>` means the item's own children; an empty selector means the item itself. `@text()` is an element's own
words, without those of the elements in it: the bare date behind a link.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from cssselect import HTMLTranslator, SelectorError

Reader = Callable[[Any], str | None]

OWN_TEXT = "text()"
"""In the place of an attribute: the words that stand in an element itself."""

_TRANSLATOR = HTMLTranslator()


def to_xpath(css: str) -> str:
    """`css` as XPath relative to an element.

    Raises:
        ValueError: it is not a CSS selector; the message shows where.
    """
    css = css.strip()
    if css.startswith(">"):
        css, prefix = css[1:].strip(), "child::"
    else:
        prefix = "descendant-or-self::"
    try:
        return str(_TRANSLATOR.css_to_xpath(css, prefix=prefix))
    except SelectorError as error:
        msg = f"'{css}' is not a CSS selector ({error}); try it in the browser's inspector first"
        raise ValueError(msg) from None


def check_selector(css: str) -> str:
    """`css` itself, when it is a selector; see `to_xpath` for the error."""
    to_xpath(css)
    return css


def check_field(spec: str) -> str:
    """`spec` itself, when every alternative in it parses; see `to_xpath` for the error."""
    for part in spec.split(" | "):
        css, _, _ = part.rpartition("@") if "@" in part else (part, "", "")
        if css.strip():
            to_xpath(css)
    return spec


@lru_cache(maxsize=256)
def compile_selector(css: str) -> Callable[[Any], list[Any]]:
    """A function from an element to the elements below it that `css` selects, in document order."""
    from lxml import etree  # noqa: PLC0415 - listing sources must not wait for lxml

    xpath = etree.XPath(to_xpath(css))

    def select(element: Any) -> list[Any]:  # noqa: ANN401 - lxml elements have no public type
        found = xpath(element)
        return found if isinstance(found, list) else []

    return select


@lru_cache(maxsize=256)
def compile_field(spec: str) -> Reader:
    """A function from an element to the field's value, spaces folded; None where nothing is found."""
    values = compile_values(spec)
    return lambda element: next(values(element), None)


@lru_cache(maxsize=256)
def compile_values(spec: str) -> Callable[[Any], Iterator[str]]:
    """A function from an element to all that the field finds in it, best first: alternatives, then document order."""
    parts = [_compile_part(part) for part in spec.split(" | ")]

    def read(element: Any) -> Iterator[str]:  # noqa: ANN401
        for part in parts:
            yield from part(element)

    return read


def _compile_part(spec: str) -> Callable[[Any], Iterator[str]]:
    css, at, attribute = spec.rpartition("@") if "@" in spec else (spec, "", "")
    select = compile_selector(css.strip()) if css.strip() else lambda element: [element]

    def read(element: Any) -> Iterator[str]:  # noqa: ANN401
        for found in select(element):
            value = _attribute(found, attribute.strip()) if at else "".join(found.itertext())
            if value and (folded := " ".join(value.split())):
                yield folded

    return read


def _attribute(element: Any, name: str) -> str | None:  # noqa: ANN401
    if name == OWN_TEXT:
        return " ".join([element.text or "", *(child.tail or "" for child in element)])
    value: str | None = element.get(name)
    return value
