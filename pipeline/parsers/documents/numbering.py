"""The numbers that Word prints before paragraphs of a list: they are rules in the file and no text.

What belongs here: which list a paragraph is in, counting, and writing a number in its format. What does not: text.
"""

from collections.abc import Callable
from typing import Any, Final

from docx.oxml.ns import qn

_LEVELS: Final = 9
_HOPS: Final = 12
_DIGITS: Final = "〇一二三四五六七八九"
_STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
_ROMAN: Final = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_MOST: Final = 9999


class Numbering:
    """The lists of one document, counted as its paragraphs come."""

    def __init__(self, numbering: Any, styles: Any) -> None:  # noqa: ANN401
        """`numbering` and `styles` are the roots of these parts, None where the package has none."""
        self._styles = {style.get(qn("w:styleId")): style for style in _children(styles, "w:style")}
        self._abstract = {item.get(qn("w:abstractNumId")): item for item in _children(numbering, "w:abstractNum")}
        self._lists = {item.get(qn("w:numId")): item for item in _children(numbering, "w:num")}
        self._counts: dict[str, dict[int, int]] = {}
        self._known: dict[str, dict[int, Any]] = {}
        self._starts: dict[tuple[str, int], int] = {}

    def in_contents(self, paragraph: Any) -> bool:  # noqa: ANN401
        """Whether a paragraph is a line of the table of contents."""
        style = self._styles.get(_value(paragraph, "w:pPr", "w:pStyle") or "")
        return (_value(style, "w:name") or "").lower().startswith("toc ") if style is not None else False

    def label(self, paragraph: Any) -> str:  # noqa: ANN401
        """The number printed before the paragraph, which is thereby counted; empty where there is none."""
        name, level = self._place(paragraph)
        if name is None or name not in self._lists:
            return ""
        item = self._lists[name]
        abstract = _value(item, "w:abstractNumId") or ""
        rules = self._rules(name, abstract)
        if level not in rules:
            return ""
        counts = self._counts.setdefault(abstract, {})
        start = self._starts.pop(
            (name, level), None
        )  # a list with a start of its own begins anew where it is first met
        if start is not None:
            counts[level] = start - 1
        counts[level] = counts[level] + 1 if level in counts else _start(rules[level])
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        return self._written(rules, level, counts)

    def _place(self, paragraph: Any) -> tuple[str | None, int]:  # noqa: ANN401
        """The list and level of a paragraph: its own, else its style's."""
        own = _child(paragraph, "w:pPr", "w:numPr")
        level = _int(_value(own, "w:ilvl"))
        if own is not None and _value(own, "w:numId") is not None:
            return _value(own, "w:numId"), level or 0
        named = _value(paragraph, "w:pPr", "w:pStyle")
        for _ in range(_HOPS):
            style = self._styles.get(named or "")
            if style is None:
                break
            its = _child(style, "w:pPr", "w:numPr")
            if its is not None and _value(its, "w:numId") is not None:
                found = _value(its, "w:numId")
                linked = self._linked(found, named) if level is None else level
                return found, linked if linked is not None else _int(_value(its, "w:ilvl")) or 0
            named = _value(style, "w:basedOn")
        return None, 0

    def _linked(self, name: str | None, style: str | None) -> int | None:
        """The level of a list that says it belongs to a style."""
        item = self._lists.get(name or "")
        rules = self._rules(name or "", _value(item, "w:abstractNumId") or "") if item is not None else {}
        return next((level for level, rule in rules.items() if _value(rule, "w:pStyle") == style), None)

    def _rules(self, name: str, abstract: str) -> dict[int, Any]:
        if name not in self._known:
            rules = _by_level(self._abstract.get(abstract))
            for override in _children(self._lists[name], "w:lvlOverride"):
                rules.update(_by_level(override))
                level, start = _int(override.get(qn("w:ilvl"))), _int(_value(override, "w:startOverride"))
                if level is not None and start is not None:
                    self._starts[name, level] = start
            self._known[name] = rules
        return self._known[name]

    @staticmethod
    def _written(rules: dict[int, Any], level: int, counts: dict[int, int]) -> str:
        rule = rules[level]
        pattern = _value(rule, "w:lvlText") or ""
        if _value(rule, "w:numFmt") in {"bullet", "none"} or not pattern.strip():
            return ""
        plain = _child(rule, "w:isLgl") is not None
        for other in range(_LEVELS):
            mark = f"%{other + 1}"
            if mark in pattern:
                its = rules.get(other)
                number = counts.get(other, _start(its) if its is not None else 1)
                style = "decimal" if plain else (_value(its, "w:numFmt") or "decimal")
                pattern = pattern.replace(mark, written(number, style))
        return (
            pattern if pattern.endswith(tuple("、，）)：:")) or _value(rule, "w:suff") == "nothing" else f"{pattern} "
        )


def written(number: int, style: str) -> str:
    """`number` in one of Word's number formats; in digits where the format is none of those that documents use."""
    if not 0 <= number <= _MOST:
        return str(number)
    return _FORMATS.get(style, str)(number)


def chinese(number: int) -> str:
    """`number` as counted in Chinese: 十, 十一, 二十, 一百零一."""
    if number == 0:
        return "〇"
    out, gap = "", False
    for unit, size in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit = number // size % 10
        if digit:
            out += ("零" if gap else "") + _DIGITS[digit] + unit
        gap = digit == 0 and bool(out)
    return out.removeprefix("一") if out.startswith("一十") else out


def _letters(number: int) -> str:
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1) if number else ""


def _roman(number: int) -> str:
    out = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        out += letters * count
    return out


def _circled(number: int) -> str:
    return chr(ord("①") + number - 1) if 1 <= number <= 20 else str(number)  # noqa: PLR2004 - there are twenty


_FORMATS: Final[dict[str, Callable[[int], str]]] = {
    "chineseCounting": chinese,
    "chineseCountingThousand": chinese,
    "taiwaneseCounting": chinese,
    "taiwaneseCountingThousand": chinese,
    "japaneseCounting": chinese,
    "ideographDigital": lambda number: "".join(_DIGITS[int(digit)] for digit in str(number)),
    "ideographTraditional": lambda number: _STEMS[(number - 1) % len(_STEMS)] if number else "",
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "decimalZero": lambda number: f"{number:02}",
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalEnclosedParen": lambda number: f"({number})",
    "decimalEnclosedFullstop": lambda number: f"{number}.",
}


def _children(element: Any, name: str) -> list[Any]:  # noqa: ANN401
    return list(element.iterchildren(qn(name))) if element is not None else []


def _child(element: Any, *names: str) -> Any:  # noqa: ANN401
    for name in names:
        if element is None:
            return None
        element = next(element.iterchildren(qn(name)), None)
    return element


def _value(element: Any, *names: str) -> str | None:  # noqa: ANN401
    found = _child(element, *names)
    value: str | None = found.get(qn("w:val")) if found is not None else None
    return value


def _int(text: str | None) -> int | None:
    try:
        return int(text) if text is not None else None
    except ValueError:
        return None


def _start(rule: Any) -> int:  # noqa: ANN401
    found = _int(_value(rule, "w:start"))
    return 1 if found is None else found


def _by_level(element: Any) -> dict[int, Any]:  # noqa: ANN401
    found: dict[int, Any] = {}
    for rule in _children(element, "w:lvl"):
        level = _int(rule.get(qn("w:ilvl")))
        if level is not None and 0 <= level < _LEVELS:
            found[level] = rule
    return found
