"""What a sentence does to the documents that it names: repeal, in part or whole, suspend, extend, amend.

What belongs here: verbs, what they govern, from which day and until when. What does not: finding the names (`names`),
and what a record makes of it (`citations`).
"""

import datetime as dt
import re
from typing import Final

from pipeline.parsers.dates import DAY, after, parse_day, parse_term
from pipeline.parsers.force import OWN
from pipeline.parsers.names import MARK, Named
from pipeline.parsers.records import Relation
from pipeline.parsers.vocabulary import AMEND_WORDS, EXTEND_WORDS, REPEAL_AFTER, REPEAL_BEFORE, SUSPEND_WORDS

_AFTER: Final = re.compile("|".join(sorted(REPEAL_AFTER, key=len, reverse=True)))
_VERBS_BEFORE: Final = "|".join(sorted(REPEAL_BEFORE, key=len, reverse=True))
_BEFORE: Final = re.compile(rf"(?:{_VERBS_BEFORE})(?:了|以下|下列|(?<=下)[^，。；]{{0,12}}[:：])?\s?(?={MARK})")
_NEGATED: Final = re.compile(
    r"(?:(?:修改|修订|清理|完善|调整)(?:、|和|或|或者|，)|未|不|尚未|是否|不得|没有|如|若|被|拟|不得以|(?<!予)以|建议|可|应当|应|及时|修改或|修改、)\s?$"
)
_FOLLOWED: Final = re.compile(
    r"^\s?(?:后|前|于|的(?!通知》|决定》)|之(?:日|前|后)|或|条件|程序|情形|工作|清单|目录|和修改)"
)
_FILLER: Final = re.compile(
    r"^(?:[\s、，,和及与以及\x01]|等|文件|文|规定|办法|通知|意见|同时|即|均|也|相应|一并|自行|自动|全部|[一二三四五六七八九十\d]{1,4}\s?[件个份部项]|现|予以?|自|从|起|之日|"
    r"印发|发布|公布|实施|施行|生效|下发|规范性|政策性|行政|政府|规章|法规|原|上述|以上|此|不再保留|宣布|决定|废止|停止|不再|执行|"
    r"经[^，。；\x01]{2,24}(?:同意|批准|研究|决定|通过)|"
    rf"{OWN}|{DAY}|日|[（(][^（）()]{{0,60}}[）)])*$"
)
_SOFT: Final = re.compile(
    r"的|有效期限?|执行期限|实施期限|施行期限|到期后|期满后|届满后|经评估后?|评估后|不再保留|重新|[，,]"
)
_CHANGING: Final = re.compile(r"[将对]\s?\x01?$|[将对]\s?\x01\s?予以|决定修改|作|进行")
_REVISING: Final = re.compile(r"(?:决定|现|现予|同意)(?:修改|修订)\s?$")
"""修订《X》 alone is a task that a plan of work sets, not a change."""
_WORDING: Final = re.compile(r"^\s?中的?\s?[“\"][^”\"]{1,80}[”\"][^。；]{0,20}(?:修改为|改为)")
"""将《X》中的“质监”修改为“市场监管”."""
_DELETING: Final = re.compile(r"(?:删去|删除)\s?$")
_SUSPENDING: Final = re.compile(rf"(?:{'|'.join(SUSPEND_WORDS)})\s?$")
_SOME_OF: Final = re.compile(
    r"^\s?中?的?(?P<scope>(?:有关|相关|部分|个别)[^，。；\x01]{0,16}(?:规定|条款|内容|措施|要求))"
)
"""暂停执行《X》有关规定: not the whole of X."""
_ADJUSTED: Final = re.compile(r"(?:在(?P<place>[^，。；\x01]{2,60}?))?暂时调整\s?(?:实施|适用|执行)")
"""暂时调整实施《X》 is said of some provisions in some places, never of all of X."""
_ENDED_BY: Final = re.compile(r"(?:被|已由|参见|详见)\s?(?:\x01[、和及与\s]{0,3}){0,6}$")
"""本文件已被《X》废止: X is what ends this one."""
_REACH: Final = 60
_LINK: Final = re.compile(r"^(?:[\s、，,；;和及与以及]|等|文件|文|以下简称|[（(][^（）()]{0,60}[）)]){0,30}$")
SCOPE: Final = re.compile(
    r"^[（(]?(?:中的?|的)?\s?(?P<scope>(?:附件)?第[一二三四五六七八九十百零\d]{1,6}[条章款项节]"
    r"(?:[、和至及第一二三四五六七八九十百零\d条章款项（）()]{0,60}))"
)
_PART: Final = re.compile(
    r"^\s?中(?:的)?(?P<scope>(?:关于|有关|涉及)?[^，。；\x01]{2,40}?(?:规定|条款|内容|部分|要求))(?=同时|予以|即|自|废止|停止|失效|相应|$)"
)
_PARTIAL: Final = re.compile(r"中|有关|关于|相关|部分|条款|内容|规定的|标准|所列")
_STANDARD: Final = re.compile(r"^等?\s?\d{0,6}\s?项?[^，。]{0,8}标准")
_DAY_OF: Final = re.compile(
    rf"(?:自|从)\s?(?P<day>{DAY})\s?(?:起|之日起)?(?!\s?(?:施行|实施|执行|起施行|起执行|起实施)的)"
)
_UNTIL: Final = re.compile(rf"(?:至|到)\s?(?P<end>{DAY}|(?:19|20)\d{{2}}\s?年(?:\s?\d{{1,2}}\s?月)?\s?(?:底|末))")


def repeals(masked: str, names: list[Named]) -> list[tuple[int, Relation, str | None]]:
    """What the sentence ends, whole or in part: place among `names`, relation, and the clause concerned."""
    found: list[tuple[int, Relation, str | None]] = []
    floor = 0
    for verb in _AFTER.finditer(masked):
        if _NEGATED.search(masked[: verb.start()]) or _FOLLOWED.match(masked[verb.end() :]):
            continue
        found.extend(_governed(masked, names, floor, verb.start()))
        floor = verb.end()
    for verb in _BEFORE.finditer(masked):
        if _NEGATED.search(masked[: verb.start()]):
            continue
        found.extend(_objects(masked, names, verb.end()))
    return list(dict.fromkeys(found))


def _governed(masked: str, names: list[Named], floor: int, verb: int) -> list[tuple[int, Relation, str | None]]:
    """The names before a verb that it ends: the chain that reaches it with nothing but fillers between."""
    chain: list[tuple[int, Relation, str | None]] = []
    edge = verb
    for place in range(len(names) - 1, -1, -1):
        name = names[place]
        if name.at < floor or name.at >= edge:
            continue
        between = masked[name.at + 1 : edge]
        if _ENDED_BY.search(masked[: name.at]):
            break
        scope = SCOPE.match(between)
        if edge != verb and not _LINK.match(between):
            break
        part = _PART.match(between)
        if part and edge == verb and _FILLER.match(between[part.end() :]):
            chain.append((place, "partially_repeals", part["scope"].strip()))
        elif scope and _FILLER.match(between[scope.end() :]):
            chain.append((place, "partially_repeals", scope["scope"].strip("（(）)、")))
        elif _FILLER.match(between) and not _STANDARD.match(between):
            chain.append((place, "repeals", None))
        else:
            break
        edge = name.at
    return chain[::-1]


def _objects(masked: str, names: list[Named], at: int) -> list[tuple[int, Relation, str | None]]:
    """The names after a verb: 现决定废止《X》、《Y》."""
    chain: list[tuple[int, Relation, str | None]] = []
    for place, name in enumerate(names):
        if name.at < at:
            continue
        if chain and not re.fullmatch(r"[\s、，,和及与以及；;]{0,6}(?:以及)?", masked[at : name.at]):
            break
        behind = masked[name.at + 1 :]
        scope = SCOPE.match(behind)
        if re.match(r"\s?的(?:决定|通知|公告|命令)|等?\s?\d{0,6}\s?项?[^，。]{0,8}标准", behind):
            break
        if scope:
            chain.append((place, "partially_repeals", scope["scope"].strip("（(）)、")))
            break
        if _PARTIAL.match(behind):
            break
        chain.append((place, "repeals", None))
        at = name.at + 1
    return chain


def changes(
    masked: str, names: list[Named], start: dt.date | None
) -> list[tuple[int, Relation, str | None, dt.date | None]]:
    """Extensions, suspensions, amendments: the word stands after the name."""
    found: list[tuple[int, Relation, str | None, dt.date | None]] = []
    for place, name in enumerate(names):
        behind = masked[name.at + 1 :]
        behind = behind.split("；", 1)[0]
        scope = SCOPE.match(behind)
        printed = scope["scope"] if scope else None
        at = behind.find(MARK)
        near = behind if at < 0 or re.match(r"^[、和及与，,\s\x01]*$", behind[: at + 1]) else behind[:at]
        if _STANDARD.match(near):
            continue
        if not scope and _predicate(near, EXTEND_WORDS):
            found.append((place, "extends", None, _until(near, start)))
        elif _predicate(near[scope.end() :] if scope else _SOME_OF.sub("", near), SUSPEND_WORDS):
            found.append((place, "suspends", printed or _part_of(masked, behind), None))
        elif _amends(masked, name.at, near, behind, scoped=scope is not None):
            found.append((place, "amends", printed, None))
        elif _SUSPENDING.search(masked[: name.at]):
            found.append((place, "suspends", printed or _part_of(masked, behind), None))
    return found


def _part_of(masked: str, behind: str) -> str | None:
    """What of the suspended document is meant, where it is not the whole: 有关规定, or a place that it names."""
    if some := _SOME_OF.match(behind):
        return some["scope"]
    adjusted = _ADJUSTED.search(masked)
    return (adjusted["place"] or adjusted[0]) if adjusted else None


def _amends(masked: str, at: int, near: str, behind: str, *, scoped: bool) -> bool:
    """Whether the name at `at` is changed: 将《X》第三条修改为, 对《X》作如下修改, 修改《X》, 删去《X》第五条."""
    before = masked[:at]
    if _WORDING.match(behind):
        return True
    if any(word in near for word in AMEND_WORDS):
        return scoped or _CHANGING.search(masked[: at + 1] + near[:12]) is not None
    if _REVISING.search(before) and not re.match(r"\s?的", behind):
        return True
    return scoped and _DELETING.search(before) is not None


def _predicate(near: str, words: tuple[str, ...]) -> bool:
    """Whether one of `words` is what the sentence says of the name before it, with nothing but fillers between."""
    for word in words:
        at = near.find(word)
        if 0 <= at < _REACH and _FILLER.match(_SOFT.sub("", near[:at])) and not _FOLLOWED.match(near[at + len(word) :]):
            return True
    return False


def _until(near: str, start: dt.date | None) -> dt.date | None:
    """The new last day: named, or a term from the citing document's own start."""
    if match := _UNTIL.search(near):
        day = parse_day(match["end"])
        if day:
            return day
        year = int(match["end"][:4])
        return dt.date(year, 12, 31) if "月" not in match["end"] else None
    term = parse_term(near) if re.search(r"继续(?:有效|执行|实施)|重新", near) else None
    over = after(start, term) if term and start else None
    return over - dt.timedelta(days=1) if over else None


def day_of(masked: str, text: str, start: dt.date | None) -> dt.date | None:
    """From which day the repeal counts: said here, or that of the document's own start in the same paragraph."""
    if match := _DAY_OF.search(masked):
        return parse_day(match["day"])
    if re.search(r"同时|之日起", masked) and start and ("起" in text or "同时" in text):
        return start
    return None
