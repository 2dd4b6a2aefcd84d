"""What a clause provides: responsible bodies, sums, targets.

What belongs here: reading these out of a sentence. What does not: where clauses begin and end (`clauses`).
"""

import re
from operator import itemgetter
from typing import Final

from pipeline.parsers.records import Amount, Target

_GROUP: Final = re.compile(
    r"[（(]([^（）()]{2,240})[）)](?=\s?(?:[。；;]|$))|[（(]([^（）()]{2,120}[，,、；;][^（）()]{2,120})[）)](?=\s?[，,、])"
)
"""In the middle of a sentence one name alone is another word for the one before it: 镇人民政府（街道办事处）."""
_DUTY: Final = re.compile(
    r"(?:牵头单位|责任单位|责任部门|牵头部门|配合单位|实施单位|主办单位|协办单位)[:：]\s?([^。；;\n（）()]{2,200})"
)
_DUTY_WORDS: Final = re.compile(
    r"^(?:责任单位|责任部门|牵头单位|牵头部门|配合单位|实施单位|由|其中)[:：]?\s?|(?:按职责分工|按职责|分别|分工|共同|牵头|配合|具体)?负责$|牵头$|配合$|按职责分工$"
)
_BODY: Final = re.compile(
    r"[\u4e00-\u9fff·]{1,28}(?:委|局|部|厅|办|署|院|行|会|中心|集团|公司|区|县|政府|办公室|社|处|所|盟|单位|部门|团委|总队|支队|海关)(?:等)?"
)
_DUTY_FIRST: Final = frozenset("责牵配实由其")
_DUTY_LAST: Final = frozenset("责头合工")
"""What `_DUTY_WORDS` begin and end with: other names are not searched for them."""
_COMMAS: Final = re.compile(r"[，,、；;]|会同|等和")
_PIECES: Final = re.compile(r"[，,]")
_SENTENCES: Final = re.compile(r"[。；;\n]")
_NOT_BODY: Final = re.compile(
    r"简称|以下|详见|附件|包括|如下|不含|除外|单位：|应当|按照|根据|其中|含本|满足|国内|全部|规定|执行|实行"
)
_AND_OTHERS: Final = re.compile(
    r"等(?:(?:相关|有关|各)?(?:单位|部门)(?:[和及](?:单位|部门))?)?$|^(?:有关|相关)(?:部门|单位)(?:[和及]单位)?$"
)
_ALSO: Final = frozenset(
    {"各区", "各市", "各县", "各区县", "各地", "各有关单位", "各相关单位", "相关单位", "等相关单位"}
)

_LIMITS: Final = {
    "最高不超过": "cap", "最高": "cap", "不超过": "cap", "上限": "cap", "至多": "cap", "不高于": "cap", "限额": "cap",
    "封顶": "cap",
    "不低于": "floor", "至少": "floor", "不少于": "floor", "最低": "floor",
}  # fmt: skip
_LIMIT: Final = "|".join(sorted(_LIMITS, key=len, reverse=True))
_ANY_LIMIT: Final = re.compile(_LIMIT)
_SUM: Final = re.compile(
    r"(?P<value>[0-9][0-9,，]{0,14}(?:\.[0-9]{1,4})?)\s?(?P<unit>万亿|千万|百万|亿|万|千|百)?元(?!旦|宇宙|素|件)"
)
_SHARE: Final = re.compile(r"(?P<value>[0-9]{1,3}(?:\.[0-9]{1,2})?)\s?[%％](?P<after>.{0,14})")
_BEFORE: Final = re.compile(
    rf"(?P<limit>{_LIMIT})?"
    r"(?:为|可达|达|给予|至|可|的|额度|每年|人民币|再|每家|总额|支持|补助|奖励|资助|补贴|\s){0,3}$"
)
_REACH: Final = 20
_SUPPORTED: Final = re.compile(r"的?(?:比例)?.{0,6}(?:补|奖|资助|支持|贴息)")
_SCALE: Final = {None: 1.0, "百": 1e2, "千": 1e3, "万": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8, "万亿": 1e12}

_DEADLINE: Final = re.compile(
    r"[到至在]\s?(?P<when>[“\"]?十[一二三四五六]五[”\"]?(?:规划)?(?:时期|期)?末?|20\d{2}\s?年(?:\s?\d{1,2}\s?月)?(?:底|末|前)?)"
)
_SOON: Final = re.compile(r"[到至在]\s?(?:[“\"]?十[一二三四五六]五|20\d\d\s?年)")
"""What every deadline holds: most texts have none, and are not cut into sentences."""
_TARGET: Final = re.compile(
    r"^(?:力争|确保|全市|全省|全区|全国|使|其中|累计|我市|我省|，|\s){0,3}(?P<what>[^，。；;]{2,60}?)(?:力争|总数|数量|累计|分别|稳定|要|均|将){0,2}"
    r"(?:达到|达|超过|突破|提高到|增长到|增至|增加到|提升到|不低于|不少于|保持在)\s?(?P<value>\d[\d,]{0,12}(?:\.\d{1,3})?)\s?(?P<mult>万亿|亿|万|千)?"
    r"(?P<unit>[%％]|[元家个户人项件所座台套辆亩吨平公家处次名条](?:平方米|平方公里|公里|顷|里)?|百分点|平方米|公里)"
)


def bodies_of(text: str) -> tuple[str, ...]:
    """The bodies that a clause makes responsible: in brackets at the end of sentences, or after 责任单位：."""
    found: list[str] = []
    if "（" not in text and "(" not in text and "单位" not in text and "部门" not in text:
        return ()
    for last, inner in _GROUP.findall(text):
        found.extend(_names(last or inner))
    worded = ("：" in text or ":" in text) and ("单位" in text or "部门" in text)
    for group in _DUTY.findall(text) if worded else ():
        found.extend(_names(group))
    return tuple(dict.fromkeys(found))


def _names(group: str) -> list[str]:
    if _NOT_BODY.search(group):
        return []
    names: list[str] = []
    for piece in _COMMAS.split(group):
        name = piece.strip()
        if name and (name[0] in _DUTY_FIRST or name[-1] in _DUTY_LAST):
            name = _DUTY_WORDS.sub("", name)
        name = name.strip(" :：")
        if "等" in name or "关" in name:
            name = _AND_OTHERS.sub("", name)
        if not name:
            continue
        if not _BODY.fullmatch(name) and name not in _ALSO:
            return []
        names.append(name)
    return names


def amounts_of(text: str) -> tuple[Amount, ...]:
    """Sums of money, and shares of support (`最高70%的资金支持`), in order."""
    found: list[tuple[int, Amount]] = []
    for match in _SUM.finditer(text) if "元" in text else ():
        value = float(match["value"].replace(",", "").replace("，", "")) * _SCALE[match["unit"]]
        limit, lead = _limit(text, match.start())
        if limit == "exact" and text.startswith(("以内", "以下", "封顶"), match.end()):
            limit = "cap"
        found.append((match.start(), Amount(value, "CNY", limit, lead + match[0].strip())))
    for match in _SHARE.finditer(text) if "%" in text or "％" in text else ():
        limit, lead = _limit(text, match.start())
        if limit != "exact" or _SUPPORTED.match(match["after"]):
            quote = lead + match[0][: len(match[0]) - len(match["after"])].strip()
            found.append((match.start(), Amount(float(match["value"]), "percent", limit, quote)))
    if len(found) > 1:
        found.sort(key=itemgetter(0))
    return tuple([amount for _, amount in found])


def _limit(text: str, at: int) -> tuple[str, str]:
    """What the words just before a figure make of it, and these words."""
    window = text[max(0, at - _REACH) : at]
    word = _ANY_LIMIT.search(window)
    match = _BEFORE.search(window, word.start()) if word else None
    if match is None or match["limit"] is None:
        return "exact", ""
    return _LIMITS[match["limit"]], match[0]


def _may_hold_year(text: str) -> bool:
    """Whether 2025年 or 十四五 can stand in `text`: quickly told, and mostly not."""
    return "20" in text or "五" in text


def targets_of(text: str) -> tuple[Target, ...]:
    """Goals with a figure and a deadline: 力争到“十四五”末，…企业达到500家，…达到1000家."""
    if not _may_hold_year(text) or _SOON.search(text) is None:
        return ()
    found: list[Target] = []
    for sentence in _SENTENCES.split(text):
        deadline = _DEADLINE.search(sentence) if _may_hold_year(sentence) else None
        if not deadline:
            continue
        for piece in _PIECES.split(sentence[deadline.end() :]):
            match = _TARGET.match(piece)
            if match:
                value = float(match["value"].replace(",", "")) * _SCALE[match["mult"]]
                found.append(
                    Target(match["what"].strip(), value, match["unit"], deadline["when"].strip(), piece.strip())
                )
    return tuple(found)
