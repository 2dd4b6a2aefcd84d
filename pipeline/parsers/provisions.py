"""What a clause provides: responsible bodies and sums.

What belongs here: reading these out of a sentence. What does not: where clauses begin and end (`clauses`), and goals
(`goals`).
"""

import re
from collections.abc import Iterator
from operator import itemgetter
from typing import Final

from pipeline.parsers.numerals import to_int
from pipeline.parsers.records import Amount

_GROUP: Final = re.compile(
    r"[（(]([^（）()]{2,240})[）)](?=\s?(?:[。；;\n]|$))|[（(]([^（）()]{2,120}[，,、；;][^（）()]{2,120})[）)](?=\s?[，,、])"
)
"""In the middle of a sentence one name alone is another word for the one before it: 镇人民政府（街道办事处）."""
_DUTY: Final = re.compile(
    r"(?:牵头单位|责任单位|责任部门|牵头部门|配合单位|实施单位|主办单位|协办单位)[:：]\s?([^。；;\n（）()\[\]【】〔〕]{2,200}?)"
    r"(?=\s?(?:[。；;\n（）()\[\]【】〔〕]|$|(?:牵头|责任|配合|实施|主办|协办)(?:单位|部门)))"
)
_DUTY_WORDS: Final = re.compile(
    r"^(?:责任单位|责任部门|牵头单位|牵头部门|配合单位|配合部门|实施单位|主办单位|协办单位|由|其中)[:：]?\s?|(?:按职责分工|按职责|分别|分工|共同|牵头|配合|具体)?负责$|牵头$|配合$|按职责分工$"
)
_BODY: Final = re.compile(
    r"[\u4e00-\u9fff·]{1,28}(?:委|局|部|厅|办|署|院|行|会|中心|集团|公司|区|县|政府|办公室|社|处|所|盟|单位|部门|团委|总队|支队|海关)(?:等)?"
)
_DUTY_FIRST: Final = frozenset("责牵配实由其")
_DUTY_LAST: Final = frozenset("责头合工")
"""What `_DUTY_WORDS` begin and end with: other names are not searched for them."""
_COMMAS: Final = re.compile(r"[，,、；;]|会同|等和")
_NOT_BODY: Final = re.compile(
    r"简称|以下|详见|附件|包括|如下|不含|除外|单位：|应当|按照|根据|其中|含本|满足|国内|全部|规定|执行|实行"
)
_DONE_BY: Final = re.compile(r"[，,；;]\s?(?:20\d\d年[^，,；;、]{0,12}完成|持续推进|长期坚持|完成时限[:：].{1,16})$")
_AND_OTHERS: Final = re.compile(
    r"等(?:(?:相关|有关|各)?(?:单位|部门)(?:[和及](?:单位|部门))?)?$|^(?:有关|相关)(?:部门|单位)(?:[和及]单位)?$"
)
_ALSO: Final = frozenset(
    {
        "各区", "各市", "各县", "各区县", "各地", "各有关单位", "各相关单位", "相关单位", "等相关单位", "各镇街",
        "各街道", "各乡镇", "各镇", "各县区", "各市县", "各街镇", "各功能区", "各园区", "各镇人民政府", "各街道办事处",
        "各市州",
    }
)  # fmt: skip

_LIMITS: Final = {
    "最高不超过": "cap", "最高": "cap", "不超过": "cap", "上限": "cap", "至多": "cap", "不高于": "cap", "限额": "cap",
    "封顶": "cap", "最多": "cap", "不得超过": "cap", "不多于": "cap", "最多不超过": "cap", "最高不得超过": "cap",
    "不大于": "cap", "不得高于": "cap",
    "不低于": "floor", "至少": "floor", "不少于": "floor", "最低": "floor", "不得低于": "floor", "不得少于": "floor",
}  # fmt: skip
_LIMIT: Final = "|".join(sorted(_LIMITS, key=len, reverse=True))
_ANY_LIMIT: Final = re.compile(_LIMIT)
_SUM: Final = re.compile(
    r"(?:(?P<value>[0-9][0-9,，]{0,14}(?:\.[0-9]{1,4})?)\s?(?P<unit>万亿|千万|百万|亿|万|千|百)?"
    r"|(?<![数几多一二两三四五六七八九十百千点.])(?P<words>[一二两三四五六七八九十][一二两三四五六七八九十百千零]{0,8}?)(?P<scale>万亿|亿|万)"
    r"|(?<![数几多一二两三四五六七八九十百千点.])(?P<whole>[一二两三四五六七八九][百千][一二三四五六七八九十百零]{0,6}))"
    r"元(?!旦|宇宙|素|件|化|论|结构)"
)
_SUM_ENDS: Final = re.compile(r"[0-9,，\s一二两三四五六七八九十百千零万亿]元")
_LONGEST: Final = 40
"""Characters, more than any sum has before its 元."""
_PER_BEFORE: Final = re.compile(
    r"(?P<per>每[一-龥]{1,8}?|单[个家项][一-龥]{0,6}?|同一[一-龥]{2,6}?)"
    r"(?:的?(?:给予|补贴|补助|奖励|资助|支持|金额|标准|总额|发放|安排|最高|不超过"
    r"|按|可|获|为|不得超过|累计|一次性|仍|约|年|额度?|[\d.]{1,6})){0,5}\s?$"
)
"""每家企业, 每年, 单个项目: what a sum is counted by, between the mark before it and the sum."""
_COUNTED: Final = (
    r"(?:平方米|立方米|㎡|人次|人|月|年|日|天|次|户|亩|吨|公里|公斤|斤|辆|台|件|名|个|学期|学年|小时|课时|床|只|头|度"
    r"|千瓦时|千瓦|位|家|套|册)"
)
_PER_BEHIND: Final = re.compile(
    rf"\s?/\s?(?P<per>{_COUNTED}(?:\s?[/·•.]\s?{_COUNTED}){{0,2}})|(?P<each>每{_COUNTED})(?=[。，；、）)]|$)"
)
_SHARE_OF: Final = re.compile(
    r".*(?:按照?|不超过|不高于|不大于|不得超过|不低于)其?(?P<per>[^，。；、（）()\d按]{2,20}?)(?:总额)?的?\s?(?:最高)?\s?$"
)
_SHARE: Final = re.compile(r"(?P<value>[0-9]{1,3}(?:\.[0-9]{1,2})?)\s?[%％](?P<after>.{0,14})")
_BEFORE: Final = re.compile(
    rf"(?P<limit>{_LIMIT})?"
    r"(?:为|可达|达|给予|至|可|的|额度|每年|人民币|再|每家|总额|支持|补助|奖励|资助|补贴|获得|获|享受|\s){0,3}$"
)
_CAP_OF: Final = re.compile(r"(?P<limit>不超过|不高于|不大于|不得超过|不低于|不少于)[一-龥]{2,14}的\s?$")
"""不超过合同金额的20%: what the share is taken of stands between."""
_REACH: Final = 20
_WINDOW: Final = 30
_SUPPORTED: Final = re.compile(r"的?(?:比例)?.{0,6}(?:补|奖|资助|支持|贴息)")
_BY_SHARE: Final = re.compile(r"按照?[^，。；\d]{2,24}的\s?$")
_SCALE: Final = {None: 1.0, "百": 1e2, "千": 1e3, "万": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8, "万亿": 1e12}


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
    for piece in _COMMAS.split(_DONE_BY.sub("", group)):
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
    if "元" not in text and "%" not in text and "％" not in text:
        return ()
    found: list[tuple[int, Amount]] = []
    for match in _sums(text) if "元" in text else ():
        limit, lead = _limit(text, match.start())
        if limit == "exact" and text.startswith(("以内", "以下", "及以下", "封顶", "为限"), match.end()):
            limit = "cap"
        elif limit == "exact" and text.startswith(("以上", "及以上"), match.end()):
            limit = "floor"
        amount = Amount(_sum(match), "CNY", limit, lead + match[0].strip(), _per(text, match.start(), match.end()))
        found.append((match.start(), amount))
    for match in _SHARE.finditer(text) if "%" in text or "％" in text else ():
        at = match.start()
        limit, lead = _limit(text, at)
        if limit != "exact" or _SUPPORTED.match(match["after"]) or _BY_SHARE.search(text[max(0, at - _WINDOW) : at]):
            quote = lead + match[0][: len(match[0]) - len(match["after"])].strip()
            found.append((at, Amount(float(match["value"]), "percent", limit, quote, _base(text, at))))
    if len(found) > 1:
        found.sort(key=itemgetter(0))
    return tuple([amount for _, amount in found])


def _sums(text: str) -> Iterator[re.Match[str]]:
    """The matches of a sum, in order. Its end is looked for first: what begins one stands in every other word."""
    end = 0
    while (near := _SUM_ENDS.search(text, end)) and (match := _SUM.search(text, max(end, near.start() - _LONGEST))):
        yield match
        end = match.end()


def _sum(match: re.Match[str]) -> float:
    if match["value"]:
        return float(match["value"].replace(",", "").replace("，", "")) * _SCALE[match["unit"]]
    return (to_int(match["words"] or match["whole"]) or 0) * _SCALE[match["scale"]]


def _piece_before(text: str, at: int) -> str:
    """What stands between the last mark before a figure and the figure."""
    return re.split(r"[，。；、：（()）:;,\n]", text[max(0, at - _WINDOW) : at])[-1]


def _per(text: str, at: int, end: int) -> str | None:
    """What a sum is counted by: 每家企业最高100万元, 100元/人·月."""
    if match := _PER_BEHIND.match(text, end):
        return (match["per"] or match["each"]).strip(" ·.•")
    before = _piece_before(text, at) if "每" in text or "单" in text or "同一" in text else ""
    match = _PER_BEFORE.search(before)
    return match["per"] if match else None


def _base(text: str, at: int) -> str | None:
    """What a share is taken of: 按实际投资额的30%."""
    match = _SHARE_OF.fullmatch(_piece_before(text, at))
    return match["per"] if match else None


def _limit(text: str, at: int) -> tuple[str, str]:
    """What the words just before a figure make of it, and these words."""
    window = text[max(0, at - _REACH) : at]
    word = _ANY_LIMIT.search(window)
    match = (_BEFORE.search(window, word.start()) or _CAP_OF.search(window)) if word else None
    if match is not None and match["limit"] is None:
        match = _CAP_OF.search(window)
    if match is None or match["limit"] is None:
        return "exact", ""
    return _LIMITS[match["limit"]], match[0]
