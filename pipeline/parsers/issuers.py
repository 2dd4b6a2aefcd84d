"""Issuing bodies: recognising and separating their names.

What belongs here: what looks like a body, splitting joint names however they are printed, the bodies a title names.
What does not: which of the printed bodies issued the document (`fields`).
"""

import itertools
import re
from typing import Final

from pipeline.parsers.english import bodies as english
from pipeline.parsers.vocabulary import BODY_SUFFIXES, NATIONAL_BODIES
from pipeline.parsers.words import any_of

_SUFFIX: Final = "|".join(sorted(BODY_SUFFIXES, key=len, reverse=True))
_BODY: Final = re.compile(rf"[\u4e00-\u9fff（）()·“”\"《》]{{1,40}}(?:{_SUFFIX})(?:[（(][\u4e00-\u9fff]{{2,30}}[）)])?")
_SEPARATORS: Final = re.compile(r"[、;；,，\n\t|/]|\s{1,20}")
_VERB: Final = (
    r"(?:关于|印发|转发|批转|发布|公布|公告|通告|通知|令|命令|对|就|等|联合|办理|批复|决定|公报|贯彻|同意|下达|颁布"
    r"|函|意见)"
)
_LEAD: Final = re.compile(rf"^(?P<names>[\u4e00-\u9fff、，,\s·（）()]{{2,200}}?)\s?(?={_VERB})")
_COUNTRY: Final = re.compile(r"^中华人民共和国(?=[\u4e00-\u9fff]{3})")
_REPRINT: Final = re.compile(r"^\s?[（(\[【]?(?:转载|转发|转)[）)\]】]\s?")
_PLACE: Final = re.compile(r"(?:[\u4e00-\u9fff]{2,7}?(?:省|市|自治区|自治州|区|县|州|盟|旗)|国家|中国|中共|中央)")
_LEVEL: Final = re.compile(r"[省市区县州盟旗](?=[\u4e00-\u9fff]{2})")
_NATIONAL: Final = re.compile(any_of(NATIONAL_BODIES))
_PARTY: Final = "中共"
_BRANCHED: Final = ("国家税务总局", "中国人民银行", "国家统计局")
_OFFICES: Final = ("办公厅", "办公室", "综合司", "秘书局")
_AND_OTHERS: Final = re.compile(
    r"(?<=\S{3})(?:等\s?(?:\d{1,2}|[一二三四五六七八九十]{1,3})?\s?个?(?:部门|单位|部委|机关)?|联合(?:印发|发布)|印发|发布)$"
)
_SEAL: Final = re.compile(r"\s?[（(](?:盖章|公章|印章|印|章|代章)[）)]")
_ACTS: Final = re.compile(r"贯彻|落实|转发")
_SHORT: Final = 2
_ONE_NAME: Final = 12


def looks_like_body(name: str) -> bool:
    """Whether `name` is a body's name and nothing else: it ends as such names do."""
    if name.replace("’", "'").isascii():
        return english.is_body(name)
    if not _SHORT <= len(name) <= 45 or _BODY.fullmatch(name) is None:  # noqa: PLR2004 - the longest names
        return False
    return name.count("（") + name.count("(") == name.count("）") + name.count(")")


def is_short(name: str) -> bool:
    """Whether `name` leaves out its place: 市人社局, 省教育厅."""
    return _LEVEL.match(name) is not None


def bare(name: str) -> str:
    """`name` without 中华人民共和国 before it, which titles and signatures print and boxes leave out."""
    return _COUNTRY.sub("", name)


def split_bodies(printed: str) -> tuple[str, ...]:
    """The bodies in a printed cell or line: separated by 、 ; blank or line break, or by nothing at all."""
    text = _SEAL.sub("", printed).strip(" 　:：")
    if text.replace("’", "'").isascii():
        return english.split_bodies(text)
    if (shorter := _AND_OTHERS.sub("", text).strip()) != text and looks_like_body(
        re.split(r"[\s、,，;；]", shorter)[-1]
    ):
        text = shorter
    tight = "".join(text.split())
    if len(tight) <= _ONE_NAME and looks_like_body(tight) and not _many(text):
        return tuple(_split_joined(tight))
    names: list[str] = []
    pieces = [piece for piece in _SEPARATORS.split(text) if piece]
    if any(len(piece) == 1 for piece in pieces):
        # Names spread out to fill a line: 财 政 部
        pieces = [piece for piece in re.split(r"[、;；,，\n]|\s{2,20}", text) if piece]
        pieces = ["".join(piece.split()) for piece in pieces]
    for piece in pieces:
        names.extend(_split_joined(piece))
    return tuple(dict.fromkeys(name for name in names if name))


def _many(text: str) -> bool:
    return bool(re.search(r"[、;；,，\n]|\s", text.strip())) and all(
        looks_like_body(piece) for piece in _SEPARATORS.split(text.strip()) if piece
    )


def _split_joined(piece: str) -> list[str]:
    """Cut names printed without separator: before a repeated place, or at a national body."""
    place = _PLACE.match(piece, len(_PARTY) if piece.startswith(_PARTY) else 0)
    cuts: list[int] = []
    again = place[0] if place and place[0] not in {"中国", "中央"} else ""
    if _LEVEL.match(piece):
        again = piece[0]
    if again:
        at = piece.find(again, len(again))
        while at > 0:
            # 国家税务总局 before a place begins the name of its branch there.
            branch = next((body for body in _BRANCHED if piece.endswith(body, 0, at)), "")
            cut = at - len(branch)
            if cut and looks_like_body(piece[:cut]) and (len(again) > 1 or piece[cut - 1] in "局厅委办部院"):
                cuts.append(cut)
            at = piece.find(again, at + 1)
    if not cuts:
        return _split_national(piece)
    edges = [0, *cuts, len(piece)]
    return [name for a, b in itertools.pairwise(edges) for name in _split_national(piece[a:b])]


def _split_national(piece: str) -> list[str]:
    names: list[str] = []
    rest = piece
    while rest:
        found = _NATIONAL.match(rest)
        if found is None:
            return [piece] if not names else [*names, rest] if looks_like_body(rest) else [piece]
        head, tail = found[0], rest[found.end() :]
        # 工业和信息化部办公厅财政部办公厅: each with its own office.
        office = next((word for word in _OFFICES if tail.startswith(word) and tail != word), "")
        if office and _NATIONAL.match(tail, len(office)):
            head, tail = head + office, tail[len(office) :]
        # 财政部办公厅 is one name, and so is 工业和信息化部科技司.
        if tail and not _NATIONAL.match(tail):
            return [*names, rest]
        names.append(head)
        rest = tail
    return names


def bodies_of_title(title: str) -> tuple[str, ...]:
    """The bodies a title begins with (`甲局 乙局关于…的通知`, `国务院令`); empty where it names none."""
    text = _REPRINT.sub("", title).strip()
    if text.replace("’", "'").isascii():
        return english.bodies_of_title(text)
    match = _LEAD.match(text)
    while match:
        names = split_bodies(match["names"].strip(" 、，,"))
        cleaned = tuple(bare(name) for name in names)
        if cleaned and all(looks_like_body(name) for name in cleaned):
            return () if _ACTS.search(match["names"]) else cleaned
        longer = re.compile(
            rf"^(?P<names>[\u4e00-\u9fff、，,\s·（）()]{{{len(match['names']) + 1},200}}?)\s?(?={_VERB})"
        )
        match = longer.match(text) if len(match["names"]) < 60 else None  # noqa: PLR2004
    return ()
