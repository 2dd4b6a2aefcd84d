"""The page's title among all that is set like one: headings, the window title, bold lines above the text.

What belongs here: which lines are the title, and putting a title of several lines together. What does not: which of
heading, box, meta and list the record takes (`fields`), and the title that the text prints over itself (`structure`).
"""

import re
from typing import Final

from pipeline.parsers.dates import parse_day
from pipeline.parsers.dom import Line
from pipeline.parsers.issuers import bodies_of_title, looks_like_body, split_bodies
from pipeline.parsers.normal import normal_title
from pipeline.parsers.numbers import normal_number
from pipeline.parsers.vocabulary import SITE_NAME_ENDS, SITE_TITLE_WORDS

NEARBY: Final = 14
"""How many lines above and beneath the text still belong to it."""
_MARKED: Final = frozenset({"h1", "h2", "ucaptitle"})
_LESSER: Final = frozenset({"h3", "h4"})
_FAR: Final = 40
_MIN_TITLE: Final = 6
_MAX_TITLE: Final = 320
_MAX_LINES: Final = 6
_CRUMB: Final = re.compile(
    r"当前位置|您所在|首页\s?[>»]|^首页|位置[:：]|^Home\s?[>»/|]|>>|[>»].{1,30}[>»]", re.IGNORECASE
)
_FORM: Final = re.compile(r"关于.{2,}|的(?:通知|意见|决定|批复|公告|通告|函)$|(?:办法|条例|规定|细则|方案|规划|公告)$")
_EVENT: Final = re.compile(
    r"召开|举行|举办|开展|组织(?!部)|参加|出席|部署|调研|传达|学习|赴|(?:大|座谈|培训|推进|动员|现场|发布|听证|交流)会$"
)
"""What news is titled with; some of it ends as names of bodies do."""
_SITE: Final = re.compile(rf"(?:{'|'.join(SITE_NAME_ENDS)})$")
_SITE_WORDS: Final = re.compile("|".join(SITE_TITLE_WORDS))
_SEPARATOR: Final = re.compile(r"\s?[_|｜]\s?|\s[\-—–]{1,3}\s|[\-—–]{1,3}(?=[^\-—–]{2,40}$)")
# What follows a dash inside brackets or between years is part of the title: （2021-2025年）.
_SUFFIX: Final = re.compile(r"[_|｜\-—–]{1,3}(?![\d\s]{1,5}\s?年)[^_|｜\-—–）)》”\]〕]{2,40}$")
_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")
_LABEL: Final = re.compile(r"^.{1,8}[:：]")


def is_site_name(text: str) -> bool:
    """Whether `text` names a site, a body or a part of a site, and no document."""
    tight = "".join(text.split())
    if "《" in tight or _FORM.search(tight) or _EVENT.search(tight):
        return False
    return bool(looks_like_body(tight) or _SITE.search(tight) or _SITE_WORDS.search(tight))


def join_title(lines: list[str]) -> str:
    """A title printed over several lines: a blank between the names of bodies, and where both sides are Latin."""
    whole = lines[0].strip() if lines else ""
    for line in lines[1:]:
        text = line.strip()
        gap = whole[-1:].isascii() and text[:1].isascii() and whole[-1:].isalnum() and text[:1].isalnum()
        listed = _are_bodies(whole) and (_are_bodies(text) or bodies_of_title(text))
        whole += f" {text}" if text and (gap or listed) else text
    return whole


def _are_bodies(text: str) -> bool:
    names = split_bodies(text)
    return bool(names) and all(map(looks_like_body, names))


def window_title(title: str) -> str:
    """The window's title without the names of section and site behind or before it."""
    shorter = title
    for _ in range(4):
        cut = _SUFFIX.sub("", shorter).strip()
        if len(cut) < _MIN_TITLE or cut == shorter:
            break
        shorter = cut
    if not is_site_name(shorter):
        return shorter
    pieces = [piece.strip() for piece in _SEPARATOR.split(title) if piece]
    named = [piece for piece in pieces if not is_site_name(piece) and _FORM.search(piece)]
    return max(named, key=len, default=shorter)


def page_headings(lines: list[Line], window: str, start: int, end: int) -> list[str]:
    """The page's headings above and in the text, the likeliest first; names of sites last."""
    groups = _groups(lines, start, end)
    wanted = normal_title(window)
    found = _agreeing(groups, wanted) or _agreeing(_near(lines, start, window), wanted)
    marked = [join_title(group) for group in groups]
    proper = [text for text in marked if not is_site_name(text)]
    if not found and not proper:
        lesser = [join_title(group) for group in _groups(lines, start, end, _LESSER)]
        proper = [text for text in lesser if _FORM.search(text) and not is_site_name(text)]
        proper = proper[:1] or _bold_above(lines, start)
    ranked = [*found, *proper, *marked]
    return list(dict.fromkeys(ranked))


def _groups(lines: list[Line], start: int, end: int, tags: frozenset[str] = _MARKED) -> list[list[str]]:
    """Lines of one heading together; crumbs and links left out."""
    groups: list[list[str]] = []
    last = -1
    for index in range(max(0, start - _FAR), end):
        line = lines[index]
        if line.tag not in tags or not line.text or _CRUMB.search(line.text) or line.links >= len(line.text):
            continue
        before = lines[last] if last >= 0 else line
        goes_on = last == index - 1 >= 0 and before.tag == line.tag and before.box == line.box
        if goes_on and len(groups[-1]) < _MAX_LINES and not _complete(groups[-1], line.text):
            groups[-1].append(line.text)
        else:
            groups.append([line.text])
        last = index
    return [group for group in groups if len("".join(group)) > 4]  # noqa: PLR2004 - shorter ones are no titles


def _complete(group: list[str], following: str) -> bool:
    """Whether the lines of a heading so far are a title, so that what follows is another."""
    whole = "".join(group)
    return (is_site_name(whole) and not _are_bodies(whole)) or (bool(_FORM.search(whole)) and "关于" in following)


def _agreeing(groups: list[list[str]], wanted: str) -> list[str]:
    """What the window's title begins with or names whole: the longest such lines."""
    best: list[str] = []
    for group in groups:
        for first in range(len(group)):
            for stop in range(len(group), first, -1):
                text = group[first:stop]
                normal = normal_title("".join(text))
                if len(normal) < _MIN_TITLE or is_site_name("".join(text)):
                    continue
                if wanted.startswith(normal) or (normal in wanted and _FORM.search("".join(text))):
                    best = max(best, text, key=lambda parts: len("".join(parts)))
    return [join_title(best)] if best else []


def _near(lines: list[Line], start: int, window: str) -> list[list[str]]:
    """Runs of lines right above the text that the window's title holds: a title without being marked as such."""
    runs: list[list[str]] = [[]]
    for line in lines[max(0, start - NEARBY) : start + 1]:
        if line.text and line.text[:4] in window and len(line.text) < _MAX_TITLE:
            runs[-1].append(line.text)
        elif runs[-1]:
            runs.append([])
    return [run[:_MAX_LINES] for run in runs if run]


def _bold_above(lines: list[Line], start: int) -> list[str]:
    """A line of title length right above the text, where nothing is marked as heading, with names above it."""
    for index in range(start - 1, max(0, start - 4) - 1, -1):
        line = lines[index]
        if len(_CHINESE.findall(line.text)) < _MIN_TITLE and not line.text.replace(" ", "").isalpha():
            continue
        if not 10 < len(line.text) < _MAX_TITLE or line.links or parse_day(line.text) or _CRUMB.search(line.text):  # noqa: PLR2004
            continue
        if is_site_name(line.text) or normal_number(line.text) or (_LABEL.match(line.text) and "关于" not in line.text):
            continue
        first = index
        while (
            first
            and index - first < _MAX_LINES
            and lines[first - 1].box == line.box
            and _are_bodies(lines[first - 1].text)
        ):
            first -= 1
        return [join_title([other.text for other in lines[first : index + 1]])]
    return []
