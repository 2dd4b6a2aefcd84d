"""The metadata box, in every shape, without selectors.

What belongs here: finding labels and the values beside them (lists, label tables, `p span` pairs, article heads, label
paragraphs, values in scripts). What does not: what a value means (`fields`).

    <li>[发文机构] <span>市经信局</span></li>
    <td>文　号：</td><td>…</td>
    <p><span>发文机关：</span><span>…</span></p>
    <div>发布时间：2021-05-06 来源：本网 浏览量：</div> · var file_status = '有效'; var losetime = '1867161600'
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from pipeline.parsers.dates import find_days, parse_day
from pipeline.parsers.dom import Line
from pipeline.parsers.issuers import looks_like_body, split_bodies
from pipeline.parsers.normal import normal_text
from pipeline.parsers.numbers import find_numbers, normal_number
from pipeline.parsers.vocabulary import (
    BLANKS,
    BOX_FIELDS,
    ENGLISH_LABELS,
    LABELS,
    PLAIN_STATUS,
    STATUS_WORDS,
    WEAK_LABELS,
)
from pipeline.parsers.words import any_of

_ALL: Final = LABELS | {word.lower(): key for word, key in ENGLISH_LABELS.items()}
_CHINESE: Final = any_of(LABELS, r"\s?")
_STRONG: Final = any_of((word for word in LABELS if len(word) > 2 and word not in WEAK_LABELS), r"\s?")  # noqa: PLR2004
_ENGLISH: Final = any_of(word.lower() for word in ENGLISH_LABELS)
_PLAIN: Final = re.compile(any_of(PLAIN_STATUS))
_FIRST: Final = frozenset(word[0] for word in LABELS)
_LATIN: Final = "".join(sorted({word[0].lower() + word[0].upper() for word in ENGLISH_LABELS}))
# Most places are passed by after a look at one character.
_LABEL: Final = re.compile(
    rf"(?=[\[【{''.join(sorted(_FIRST))}{_LATIN}])(?:"
    rf"[\[【]\s?(?P<b>{_CHINESE})\s?[\]】]\s?[:：]?|(?P<s>{_STRONG})\s?[:：]|(?<![\u4e00-\u9fff])(?P<c>{_CHINESE})\s?[:：]"
    rf"|\b(?P<e>(?i:{_ENGLISH}))\s?[:：])"
)
_BARE: Final = re.compile(_CHINESE)
_GLUED: Final = re.compile(rf"({_CHINESE})\s?(\S.{{0,100}})$")
"""A label and its value in one line with nothing between them: an element each."""
_ROW: Final = 12
_PAIRED: Final = frozenset({"dt", "div", "p"})
_DATES: Final = frozenset({"signed", "published", "effective", "repealed", "expiry", "printed", "updated"})
_LONG: Final = 300
_PARAGRAPH: Final = 60
_NEAR: Final = 8
_SHORT: Final = 12
_MAX_VALUE: Final = 400
_BEGINS: Final = re.compile(
    r"[一二三四五六七八九十]{1,3}、|第一[章条]|附\s?件|.{0,60}(?:各|局|厅|委|办|政府|单位|公司|机构|院|部门|处|中心)[^：:]{0,12}[：:]$"
)
"""A line with which a document itself begins: its addressee, its first clause, an annex."""
_VALUE_END: Final = re.compile(r"\s?[|｜]\s?|\s{2,9}|(?<=\S)\s(?=(?:字体|字号|大|打印|分享|【))")


@dataclass(frozen=True, slots=True)
class Found:
    """A value beside its label: as printed, where it stood, the words, and the number of its line."""

    value: str
    where: str
    quote: str
    line: int


@dataclass(slots=True)
class Box:
    """What the labels say; `blank` holds fields whose label stands with nothing beside it, `used` the lines taken."""

    values: dict[str, Found] = field(default_factory=dict)
    blank: set[str] = field(default_factory=set)
    used: set[int] = field(default_factory=set)

    def get(self, name: str) -> str | None:
        """The printed value of a field, or None."""
        found = self.values.get(name)
        return found.value if found else None

    @property
    def labels(self) -> int:
        """How many fields of a disclosure catalogue have their label here, blank or not."""
        return len(BOX_FIELDS & (set(self.values) | self.blank))


@dataclass(slots=True)
class _Hit:
    word: str
    line: int
    value: str
    lines: list[int]


def read_box(lines: list[Line], start: int, end: int) -> Box:
    """Labels and values above the main text `[start, end)`, at its top, and in catalogue boxes beneath it."""
    above = _hits(lines, 0, _top(lines, start, end))
    box = _collect(above)
    if box.labels < 2:  # noqa: PLR2004 - no box above: it may stand beneath or beside the text
        below = _collect(_hits(lines, end, len(lines)))
        if below.labels >= 3:  # noqa: PLR2004 - one or two labels there belong to something else
            for name, found in below.values.items():
                box.values.setdefault(name, found)
            box.blank |= below.blank
    if "status" not in box.values and (plain := _plain_status(lines, start, end)):
        box.values["status"] = plain
    return box


def _plain_status(lines: list[Line], start: int, end: int) -> Found | None:
    """A status without a label: on a line with a number or a day at the head of the text."""
    for index in range(max(0, start - _NEAR), min(end, start + _NEAR)):
        text = lines[index].text
        if len(text) > _PARAGRAPH * 2 or lines[index].links or not _PLAIN.search(text):
            continue
        words = [word for word in re.split(r"[\s|｜,，;；]", text) if word.strip("[]【】（）()") in PLAIN_STATUS]
        words = words or [word for word in (besides(text),) if word in PLAIN_STATUS]
        if len(words) == 1 and (find_numbers(text) or find_days(text)):
            return Found(words[0].strip("[]【】（）()"), "metadata", text, index)
    return None


def besides(text: str) -> str:
    """What a line says besides numbers, days and labels: 全文有效 in 甲局公告2022年第8号全文有效2022-05-06."""
    spans = [(number.start, number.end) for number in find_numbers(text)] + [(a, b) for _, a, b in find_days(text)]
    spans += [match.span() for match in _LABEL.finditer(text)]
    rest = "".join(char for at, char in enumerate(text) if not any(a <= at < b for a, b in spans))
    return rest.strip(" \t[]【】（）()|｜,，;；:：")


def read_pointed(lines: list[Line], start: int, end: int) -> Box:
    """Labels and values on the lines `[start, end)` alone: those that a source's YAML points at."""
    return _collect(_hits(lines, start, end))


def _top(lines: list[Line], start: int, end: int) -> int:
    """Where the text proper begins: label paragraphs may stand at its top."""
    for index in range(start, min(end, start + 15)):
        text = lines[index].text
        if (len(text) > _PARAGRAPH or _BEGINS.match(text)) and not _LABEL.match(text):
            return index
    return min(end, start + 15)


def _word(text: str) -> str:
    return "".join(text.split()) if not text.isascii() else text.lower()


def _hits(lines: list[Line], start: int, end: int) -> list[_Hit]:
    hits: list[_Hit] = []
    for index in range(start, end):
        line = lines[index]
        text = line.text
        if not text or len(text) > _LONG:
            continue
        marked = ":" in text or "：" in text or "[" in text or "【" in text
        matches = list(_LABEL.finditer(text)) if marked else []
        if not matches and text[0] not in _FIRST:
            continue
        if not matches and (line.row or line.tag in _PAIRED) and _BARE.fullmatch(text):
            value, taken = _beside(lines, index, end, _ALL.get(_word(text), ""))
            if taken:
                hits.append(_Hit(_word(text), index, value, [index, *taken]))
            continue
        if not matches and (glued := _GLUED.match(text)) and _fits(_ALL[_word(glued[1])], glued[2]):
            hits.append(_Hit(_word(glued[1]), index, glued[2], [index]))
            continue
        for place, match in enumerate(matches):
            word = _word(match["b"] or match["s"] or match["c"] or match["e"])
            stop = matches[place + 1].start() if place + 1 < len(matches) else len(text)
            value, taken = text[match.end() : stop].strip(), [index]
            if not value and stop == len(text):
                value, taken = _beside(lines, index, end, _ALL[word])
            hits.append(_Hit(word, index, value, [index, *taken]))
    return hits


def _beside(lines: list[Line], index: int, end: int, name: str) -> tuple[str, list[int]]:
    """The value that stands in the next cell, or on the next line where only that can be meant."""
    following = index + 1
    if following >= min(end + 1, len(lines)):
        return "", []
    line, after = lines[index], lines[following]
    if line.row:
        if after.row != line.row or after.cell == line.cell or _BARE.fullmatch(after.text):
            return _below(lines, index)
        taken = [i for i in range(following, min(following + 40, len(lines))) if lines[i].cell == after.cell]
        return "\n".join(lines[i].text for i in taken), taken
    if not after.text or _LABEL.match(after.text):
        return "", []
    if after.tag == "dd" or line.tag == "text" or (line.tag == after.tag != "li" and _fits(name, after.text)):
        return after.text, [following]
    return "", []


def _below(lines: list[Line], index: int) -> tuple[str, list[int]]:
    """The value beneath a label in a row that holds labels only, where the next row has as many cells."""
    row = lines[index].row
    head = [i for i in range(max(0, index - _ROW), min(len(lines), index + _ROW)) if lines[i].row == row]
    below = lines[head[-1] + 1].row if head[-1] + 1 < len(lines) else 0
    values = [i for i in range(head[-1] + 1, min(len(lines), head[-1] + 1 + _ROW)) if below and lines[i].row == below]
    if len(head) < 2 or len(values) != len(head) or not all(_BARE.fullmatch(lines[i].text) for i in head):  # noqa: PLR2004
        return "", []
    value = values[head.index(index)]
    return ("", []) if _BARE.fullmatch(lines[value].text) else (lines[value].text, [value])


def _fits(name: str, value: str) -> bool:
    if name in _DATES:
        return len(value) < 30 and parse_day(value) is not None  # noqa: PLR2004 - a day, not a sentence with one
    if name in {"issuer", "publisher"}:
        return all(map(looks_like_body, split_bodies(value)))
    if name == "number":
        return normal_number(value) is not None
    return name == "status" and normal_text(value) in STATUS_WORDS


def _is_blank(value: str) -> bool:
    """Whether a value is a dash, 无, empty brackets; words of some length are not, unless all of it is dashes."""
    return (len(value) < _SHORT or not value[0].isalnum()) and normal_text(value).replace(" ", "") in BLANKS


def _collect(hits: list[_Hit]) -> Box:
    box = Box()
    strong = [hit.line for hit in hits if hit.word not in WEAK_LABELS]
    for hit in hits:
        name = _ALL[hit.word]
        if hit.word in WEAK_LABELS and not any(abs(line - hit.line) <= _NEAR for line in strong):
            continue
        box.used.update(hit.lines)
        value = hit.value[:_MAX_VALUE].strip(" :：;；,，\n")
        if name in {"source", "author"}:
            value = _VALUE_END.split(value, maxsplit=1)[0].strip()
            days = find_days(value)
            value = value[: days[0][1]].strip() if days else value
        if _is_blank(value) or (name in _DATES and not parse_day(value)):
            box.blank.add(name)
        elif name != "noise" and name not in box.values:
            box.values[name] = Found(value, "metadata", f"{hit.word}：{value}".replace("\n", " "), hit.line)
    box.blank -= set(box.values)
    return box


# --- scripts
_Key = tuple[re.Pattern[str], tuple[str, ...], re.Pattern[str]]
"""A key and its value, the words of which the key holds one, and what stands behind that word."""
_STATUS: Final[_Key] = (
    re.compile(
        r"""\b(\w{0,30}(?:status|state|valid|yxx|effect|shixiao)\w{0,30})["']?\s{0,5}[:=]"""
        r"""\s{0,5}["']([^"'\n]{1,20})["']""",
        re.IGNORECASE,
    ),
    ("status", "state", "valid", "yxx", "effect", "shixiao"),
    re.compile(r"""\w{0,30}["']?\s{0,5}[:=]\s{0,5}["'](?=[^"'\n]{0,19}[^\x00-\x7f])[^"'\n]{1,20}["']"""),
)
_END: Final[_Key] = (
    re.compile(
        r"""\b(\w{0,20}(?:lose|expire|expiry|invalid|shixiao|abolish)\w{0,10}(?:time|date))["']?\s{0,5}[:=]"""
        r"""\s{0,5}["']?([\d\-/.年月日 :]{6,25})""",
        re.IGNORECASE,
    ),
    ("lose", "expire", "expiry", "invalid", "shixiao", "abolish"),
    re.compile(r"""\w{0,10}(?:time|date)["']?\s{0,5}[:=]"""),
)
_REACH: Final = 120
"""No key with its value is longer."""
_DECLARED: Final = re.compile(r"(?:\b(?:var|let|const)\s{1,5}|[\"'])$")
_FLAG: Final = re.compile(r'"(is_abolished|is_expired)"\s{0,3}:\s{0,3}"?(\d|true)\b')
_NUMBER_KEY: Final = re.compile(r'"(?:document_number|fwzh|wenhao)"\s{0,3}:\s{0,3}"((?:\\.|[^"\\]){1,120})"')
_OTHER_WORDS: Final = ('"is_abolished"', '"is_expired"', '"document_number"', '"fwzh"', '"wenhao"')
_MAX_SCRIPT: Final = 400_000


def read_scripts(scripts: list[str], box: Box) -> None:
    """Add to `box` what only a script says: status, end of force, number."""
    searched = [script for script in scripts if script and len(script) <= _MAX_SCRIPT]
    if not _may_say(" ".join(searched)):
        return
    for script in searched:
        for name, value in _script_values(script).items():
            box.values.setdefault(name, Found(value, "script", value, -1))
            box.blank.discard(name)


def _may_say(script: str) -> bool:
    """Whether a script holds a key of the document's state: most say nothing of it."""
    low = script.lower()
    return any(word in low for word in _OTHER_WORDS) or any(
        next(_behind(low, words, behind), -1) >= 0 for _, words, behind in (_END, _STATUS)
    )


def _behind(low: str, words: tuple[str, ...], behind: re.Pattern[str]) -> Iterator[int]:
    """Where each of `words` stands with what `behind` asks for behind it."""
    for word in words:
        at = low.find(word)
        while at >= 0:
            if behind.match(low, at + len(word)):
                yield at
            at = low.find(word, at + len(word))


def _keyed(script: str, key: _Key) -> Iterator[re.Match[str]]:
    """The matches of a key in a script, in order.

    Keys are words within longer names, so that a search for a key would try at every letter. To find the words first,
    and to search only around those with the right thing behind them, takes a hundredth of the time.
    """
    pattern, words, behind = key
    low = script.lower()
    if len(low) != len(script):  # İ is two in small letters: the places are not the same
        yield from pattern.finditer(script)
        return
    start = end = -1
    for at in sorted(_behind(low, words, behind)):
        if at - _REACH > end:
            yield from pattern.finditer(script, start, end) if end >= 0 else ()
            start = max(0, at - _REACH)
        end = at + _REACH
    yield from pattern.finditer(script, start, end) if end >= 0 else ()


def _script_values(script: str) -> dict[str, str]:
    found: dict[str, str] = {}
    # A status is Chinese: scripts without a Chinese character state none.
    keys = _keyed(script, _STATUS) if not script.isascii() else ()
    matches = [match for match in keys if normal_text(match[2]) in STATUS_WORDS]
    declared = [match for match in matches if _DECLARED.search(script, max(0, match.start() - 12), match.start(1))]
    stated = declared or matches
    if len({STATUS_WORDS[normal_text(match[2])] for match in stated}) == 1:
        # Several that differ are a script's cases, not the document's state.
        found["status"] = stated[0][2]
    flags = {match[1] for match in _FLAG.finditer(script) if match[2] in {"1", "true"}}
    if flags:
        found.setdefault("status", "废止" if "is_abolished" in flags else "失效")
    for match in _keyed(script, _END):
        if parse_day(match[2]):
            found.setdefault("repealed" if "abolish" in match[1].lower() else "expiry", match[2].strip())
    numbered = _NUMBER_KEY.search(script)
    if numbered and normal_number(printed := _unescape(numbered[1])):
        found["number"] = printed
    return found


def _unescape(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text


_SIGNED_BY: Final = re.compile(r"\s?签发人\s?[:：].{0,30}$")


def own_number(text: str) -> str | None:
    """The printed number where a line is nothing but one, perhaps in brackets or before the name of who signed."""
    text = _SIGNED_BY.sub("", text)
    stripped = text.strip(" ()（）[]【】")
    if len(stripped) > (140 if stripped.isascii() else 40):  # longer than any number
        return None
    if normal_number(stripped):
        return stripped
    numbers = find_numbers(text)
    return numbers[0].printed if len(numbers) == 1 and len(numbers[0].printed) > len(text) - 4 else None
