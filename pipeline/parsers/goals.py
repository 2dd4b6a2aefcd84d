"""What a text counts and when single provisions end: goals with a figure, figures that reports state, last days.

What belongs here: reading these out of Chinese sentences. What does not: sums of money and responsible bodies
(`provisions`), the same in English (`english_provisions`), and the end of the document itself (`force`).
"""

import functools
import re
from typing import Final

from pipeline.parsers.dates import DAY
from pipeline.parsers.force import OWN, end_day, sentences
from pipeline.parsers.records import Expiry, Figure, Target
from pipeline.parsers.vocabulary import COUNTED_UNITS, DOING_WORDS, REACHING_WORDS

_SCALE: Final = {None: 1.0, "百": 1e2, "千": 1e3, "万": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8, "万亿": 1e12}
_SENTENCES: Final = re.compile(r"[。；;\n]")
_UNIT: Final = "|".join(sorted(COUNTED_UNITS, key=len, reverse=True))
_PIECES: Final = re.compile(rf"[，,]|(?<=[{''.join(sorted({word[-1] for word in COUNTED_UNITS}))}])、")
_PLAN: Final = r"[“\"]?十[一二三四五六]五[”\"]?(?:规划)?(?:时期|期)?末?"
_DEADLINE: Final = re.compile(
    rf"(?<!截)[到至在]\s?(?P<when>{_PLAN}|20\d{{2}}\s?年(?:\s?\d{{1,2}}\s?月)?(?:年?底|末|前|以前)?(?!\s?\d))"
    r"|(?P<by>20\d{2}\s?年(?:\s?\d{1,2}\s?月)?(?:年?底|末)?\s?以?前)|(?:力争|争取|确保)\s?(?P<aim>20\d{2}\s?年(?:底|末)?)"
)
_SOON: Final = re.compile(
    r"[到至在]\s?(?:[“\"]?十[一二三四五六]五|20\d\d\s?年)|20\d\d\s?年(?:\s?\d{1,2}\s?月)?[底末]?\s?以?前"
    r"|(?:力争|争取|确保)\s?20"
)
"""What every deadline holds: most texts have none, and are not cut into sentences."""
_PLANNED: Final = re.compile("十[一二三四五六]五")
_LEAD: Final = r"^(?:力争|确保|争取|努力|全市|全省|全区|全国|全县|使|其中|累计|我市|我省|我区|本市|，|\s){0,4}"
_VALUE: Final = (
    rf"(?P<value>\d[\d,]{{0,12}}(?:\.\d{{1,3}})?)\s?(?P<mult>万亿|千万|百万|亿|万|千)?(?:余|多)?\s?(?P<unit>{_UNIT})"
)
_REACHES: Final = re.compile(
    rf"{_LEAD}(?P<what>[^，。；;]{{2,60}}?)(?:力争|总数|数量|累计|分别|稳定|要|均|将){{0,2}}(?:{'|'.join(REACHING_WORDS)})\s?{_VALUE}"
)
_CHANGES: Final = re.compile(
    rf"{_LEAD}(?P<what>[^，。；;\d]{{2,60}}?(?:下降|降低|减少|提高|提升|增长|增加))\s?{_VALUE}"
)
_DOES: Final = re.compile(
    rf"{_LEAD}(?:{'|'.join(DOING_WORDS)})(?P<what>[^，。；;]{{2,50}}?)(?:共|达到|达|超过|约)?\s?{_VALUE}(?:以上|左右|以内)?[）)]?$"
)
_GROWS: Final = re.compile(rf"{_LEAD}(?P<what>新增[^，。；;]{{2,40}}?)\s?{_VALUE}(?:以上|左右)?[）)]?$")
_DOES_SO_MANY: Final = re.compile(
    rf"{_LEAD}(?:{'|'.join(DOING_WORDS)})(?:约|超过|不少于)?\s?{_VALUE}(?:以上|左右)?的?(?P<what>[^，。；;\d]{{2,40}})$"
)
_LISTED: Final = re.compile(rf"^(?:和|及|其中)?(?P<what>[^，。；;\d]{{2,50}}?)\s?{_VALUE}(?:以上|左右)?[）)]?$")
"""、市级企业1000家: what goes on with the verb of the piece before it."""
_GOALS: Final = (_REACHES, _CHANGES, _DOES, _GROWS, _DOES_SO_MANY)
_AS_OF: Final = re.compile(
    r"(?P<when>(?:截至|截止)?(?:20\d{2}\s?年(?:\s?\d{1,2}\s?月)?(?:\s?\d{1,2}\s?日)?(?:底|末)?|目前|当前|今年(?:\d{1,2}月)?(?:底|末)?|去年(?:底|末)?))"
)
_HAS: Final = re.compile(
    rf"{_LEAD}(?P<what>[^，。；;\d]{{2,50}}?)(?:总数|数量|累计|已|总量|共|共有|现有|有|达到|达|超过|突破|为|共计){{1,3}}\s?{_VALUE}(?!的)"
)
_HAS_SO_MANY: Final = re.compile(
    rf"{_LEAD}(?:已|已经|累计|现有|共有|共|有|新增){{1,3}}(?:{'|'.join(DOING_WORDS)})?了?(?:超过|近|约)?\s?{_VALUE}(?:以上|左右)?的?(?P<what>[^，。；;\d]{{2,40}})$"
)
_HAS_DONE: Final = re.compile(
    rf"{_LEAD}(?:已经|已|累计|共有|共|新增|新){{1,3}}(?:{'|'.join(DOING_WORDS)})?了?(?P<what>[^，。；;]{{2,50}}?)(?:总数|超过|近|约|达到|达|共)?\s?{_VALUE}(?:以上|左右)?[）)]?$"
)
_WILL: Final = re.compile(r"力争|将|计划|预计|目标|确保|要|到\s?20\d\d年|明年")
_ATTENDED: Final = re.compile(r"参加|出席|参与$|到会|^第|电话|^\W")
_SHORT: Final = 400

_ENDING: Final = re.compile(
    rf"(?P<what>[^，。；;：:\n]{{2,80}}?)(?:的?有效期|的?(?:执行|实施)期限|[，,]?继续|[，,]?延续|延长|[，,]?执行|[，,]?实施|施行)\s?(?:延续|延长|执行|实施|施行|调整)?(?:至|到)\s?"
    rf"(?P<end>{DAY}|(?:19|20)\d{{2}}\s?年(?:\s?\d{{1,2}}\s?月)?\s?(?:年?底|末))(?!\s?的)"
)
_MAY_END: Final = re.compile(r"(?:延续|延长|执行|实施|施行|期限|有效期)(?:调整)?[至到]")
_PROVISION: Final = re.compile(
    r"政策|措施|补贴|补助|优惠|规定|标准|比例|费率|返还|减免|缓缴|免征|减征|减半|奖励|支持|条款|第.{1,6}条|第.{1,4}款|贴息"
)
_PAPER: Final = re.compile(r"证书|资质|许可|执照|合同|协议|名单|报告|项目")
_LABEL: Final = re.compile(
    r"^(?:第[一二三四五六七八九十百\d]{1,6}条\s|[（(]?[一二三四五六七八九十\d]{1,3}[）)、.．]\s?)"
)
_NOT_ITSELF: Final = re.compile(rf"^(?:{OWN}|《)")


def targets_of(text: str) -> tuple[Target, ...]:
    """Goals with a figure and a deadline: 力争到“十四五”末，…企业达到500家；2025年底前建成示范区100个."""
    if ("20" not in text and _PLANNED.search(text) is None) or _SOON.search(text) is None:
        return ()
    found: list[Target] = []
    for sentence in _SENTENCES.split(text):
        deadline = _DEADLINE.search(sentence) if "20" in sentence or "五" in sentence else None
        if not deadline:
            continue
        when = (deadline["when"] or deadline["by"] or deadline["aim"]).strip()
        found.extend(_goals(sentence[deadline.end() :], when))
    return tuple(found)


@functools.lru_cache(maxsize=128)
def _goals(text: str, when: str) -> tuple[Target, ...]:
    """The goals behind a deadline. A page asks twice for each, for the clause and for the whole: hence the cache."""
    found: list[Target] = []
    doing = False
    for piece in _PIECES.split(text):
        match = next((one for form in _GOALS if (one := form.match(piece))), None)
        if match is None and doing:
            match = _LISTED.match(piece)
        doing = match is not None and match.re in {_DOES, _LISTED}
        if match:
            found.append(Target(match["what"].strip(), _number(match), match["unit"], when, piece.strip()))
    return tuple(found)


def figures_of(text: str) -> tuple[Figure, ...]:
    """What a report counts: 截至2024年底，全国专精特新企业达14.1万家. Goals and what is only expected are left out."""
    found: list[Figure] = []
    for sentence in _SENTENCES.split(text):
        if len(sentence) > _SHORT or _WILL.search(sentence) or not any(map(str.isdigit, sentence)):
            continue
        as_of = _AS_OF.search(sentence)
        for piece in _PIECES.split(sentence):
            rest = _AS_OF.sub("", piece)
            match = _HAS.match(rest) or _HAS_DONE.match(rest) or _HAS_SO_MANY.match(rest)
            if match and not _ATTENDED.search(match["what"]):
                when = as_of["when"] if as_of else None
                found.append(Figure(match["what"].strip(), _number(match), match["unit"], when, piece.strip()))
    return tuple(found)


def _number(match: re.Match[str]) -> float:
    return round(float(match["value"].replace(",", "")) * _SCALE[match["mult"]], 6)


def expiries_of(text: str) -> tuple[Expiry, ...]:
    """Single provisions that end by a day of their own (稳岗返还政策延续至2023年底), not the end of the document."""
    if ("至" not in text and "到" not in text) or _MAY_END.search(text) is None:
        return ()
    found: list[Expiry] = []
    for sentence in sentences(text):
        if _MAY_END.search(sentence) is None or "修改为" in sentence:
            continue
        for match in _ENDING.finditer(sentence):
            what = _LABEL.sub("", match["what"]).strip(' ”“"、的')
            day = end_day(match["end"])
            own = _NOT_ITSELF.match(what) and not re.search(r"规定|所列|明确|第.{1,6}条", what)
            if day and _PROVISION.search(what) and not own and not _PAPER.search(what[-8:]) and what not in _BARE:
                found.append(Expiry(what, day, sentence.strip()))
    return tuple(found)


_BARE: Final = frozenset(
    {"政策", "该政策", "上述政策", "以上政策", "本政策", "上述规定", "以上规定", "上述措施", "以上措施"}
)
"""These are the document itself."""
