"""Other documents that a document names, and what it does to them.

What belongs here: finding titles and numbers in sentences, and the relation that the sentence states. What does not:
which policy in the warehouse is meant, and statements about the document's own force (`force`).
"""

import datetime as dt
import re
from dataclasses import dataclass, replace
from typing import Final

from pipeline.parsers.dates import DAY, after, parse_day, parse_term
from pipeline.parsers.force import OWN, sentences
from pipeline.parsers.normal import normal_number, normal_title
from pipeline.parsers.numbers import find_numbers
from pipeline.parsers.records import Citation, Relation
from pipeline.parsers.vocabulary import (
    AMEND_WORDS,
    EXTEND_WORDS,
    ISSUE_WORDS,
    REPEAL_AFTER,
    REPEAL_BEFORE,
    SUSPEND_WORDS,
)

MAX_CITATIONS: Final = 3000
_MARK: Final = "\x01"
_QUOTES: Final = re.compile(r"[《》]")
_PARENTHESIS: Final = re.compile(r"^\s?[（(]([^（）()]{0,80})[）)]")
_AFTER: Final = re.compile("|".join(sorted(REPEAL_AFTER, key=len, reverse=True)))
_VERBS_BEFORE: Final = "|".join(sorted(REPEAL_BEFORE, key=len, reverse=True))
_BEFORE: Final = re.compile(rf"(?:{_VERBS_BEFORE})(?:了|以下|下列|(?<=下)[^，。；]{{0,12}}[:：])?\s?(?={_MARK})")
_NEGATED: Final = re.compile(
    r"(?:(?:修改|修订|清理|完善|调整)(?:、|和|或|或者|，)|未|不|尚未|是否|不得|没有|如|若|被|拟|不得以|(?<!予)以|建议|可|应当|应|及时|修改或|修改、)\s?$"
)
_FOLLOWED: Final = re.compile(
    r"^\s?(?:后|前|的(?!通知》|决定》)|之(?:日|前|后)|或|条件|程序|情形|工作|清单|目录|和修改)"
)
_FILLER: Final = re.compile(
    r"^(?:[\s、，,和及与以及\x01]|等|文件|文|规定|办法|通知|意见|同时|即|均|也|相应|一并|自行|自动|全部|[一二三四五六七八九十\d]{1,4}\s?[件个份部项]|现|予以?|自|从|起|之日|"
    r"印发|发布|公布|实施|施行|生效|下发|规范性|政策性|行政|政府|规章|法规|原|上述|以上|此|不再保留|宣布|决定|废止|停止|不再|执行|"
    rf"{OWN}|{DAY}|日|[（(][^（）()]{{0,60}}[）)])*$"
)
_SOFT: Final = re.compile(
    r"的|有效期限?|执行期限|实施期限|施行期限|到期后|期满后|届满后|经评估后?|评估后|不再保留|重新|[，,]"
)
_CHANGING: Final = re.compile(r"[将对]\s?\x01?$|决定修改|作|进行")
_REVISING: Final = re.compile(r"(?:决定|现|现予|同意)(?:修改|修订)\s?$")
"""修订《X》 alone is a task that a plan of work sets, not a change."""
_DELETING: Final = re.compile(r"(?:删去|删除)\s?$")
_SUSPENDING: Final = re.compile(rf"(?:{'|'.join(SUSPEND_WORDS)})\s?$")
_REACH: Final = 60
_LINK: Final = re.compile(r"^(?:[\s、，,；;和及与以及]|等|文件|文|以下简称|[（(][^（）()]{0,60}[）)]){0,30}$")
_SCOPE: Final = re.compile(
    r"^[（(]?(?:中的?|的)?\s?(?P<scope>(?:附件)?第[一二三四五六七八九十百零\d]{1,6}[条章款项节]"
    r"(?:[、和至及第一二三四五六七八九十百零\d条章款项（）()]{0,60}))"
)
_PART: Final = re.compile(
    r"^\s?中(?:的)?(?P<scope>(?:关于|有关|涉及)?[^，。；\x01]{2,40}?(?:规定|条款|内容|部分|要求))(?=同时|予以|即|自|废止|停止|失效|相应|$)"
)
_PARTIAL: Final = re.compile(r"中|有关|关于|相关|部分|条款|内容|规定的|标准|所列")
_STANDARD: Final = re.compile(r"^等?\s?\d{0,6}\s?项?[^，。]{0,8}标准")
_BASIS: Final = re.compile(
    r"(?:根据|依据|按照|依照|遵照|贯彻落实|贯彻|落实|(?<!不再)(?<!停止)(?<!暂停)执行)[^，。；\x01]{0,24}(?:\x01[、和及与以及\s《》，]{0,6}){0,12}$"
)
_TITLE_VERB: Final = re.compile(r"(?P<verb>废止|修改|宣布.{0,6}失效|停止执行|延长|暂停)")
_DAY_OF: Final = re.compile(
    rf"(?:自|从)\s?(?P<day>{DAY})\s?(?:起|之日起)?(?!\s?(?:施行|实施|执行|起施行|起执行|起实施)的)"
)
_LIST_INTRO: Final = re.compile(
    r"(?:下列|以下).{0,40}(?:废止|失效|停止执行).{0,12}[:：]$|(?:废止|宣布失效|停止执行)(?:下列|以下).{0,40}[:：]$"
)
_ON_ISSUE: Final = re.compile(rf"[自从]\s?{OWN}\s?(?:{'|'.join(ISSUE_WORDS)})\s?之日起")
_UNTIL: Final = re.compile(rf"(?:至|到)\s?(?P<end>{DAY}|(?:19|20)\d{{2}}\s?年(?:\s?\d{{1,2}}\s?月)?\s?(?:底|末))")
_LIST_HEAD: Final = re.compile(r"(?:废止|失效|停止执行).{0,20}(?:目录|清单|一览|名单|文件|规章|法规)|(?:废止|失效)的")
_ENDS: Final = re.compile(r"废止|失效|停止执行")
_LIST_DOES: Final = re.compile(r"(?:决定|予以|现将|宣布|对).{0,60}$")
"""What stands before one of `_ENDS` where the document itself ends others."""
_ITEM: Final = re.compile(r"^\s?(?:[（(]?[一二三四五六七八九十\d]{1,4}[）)、.．]\s?|\d{1,4}\s)?")
_NUMBERED: Final = re.compile(r"[（(][^（）()]{0,60}号[^（）()]{0,40}[）)]$")
_TYPED: Final = re.compile(
    r"(?:通知|意见|办法|规定|条例|决定|批复|公告|通告|细则|方案|措施|函|规则|计划|规划|制度|标准|规程|纲要|命令|令|政策)(?:[（(][^（）()]{0,20}[）)])?》?$"
)


@dataclass(frozen=True, slots=True)
class Named:
    """A document named in a sentence; `at` is its place in the sentence whose names are masked."""

    title: str | None
    number: str | None
    printed: str | None
    at: int


def mask(sentence: str) -> tuple[str, list[Named]]:
    """`sentence` with a mark in place of every name (《title》 and its number, bare numbers), and the names."""
    out: list[str] = []
    names: list[Named] = []
    position = length = 0
    for start, end in _quoted(sentence):
        head = sentence[position:start]
        length = _bare_numbers(head, out, names, length)
        title = sentence[start + 1 : end - 1].strip()
        number = printed = None
        position = end
        if match := _PARENTHESIS.match(sentence[end:]):
            found = find_numbers(match[1])
            if found:
                number, printed = found[0].normal, found[0].printed
                position = end + match.end()
        names.append(Named(title, number, printed, length))
        out.append(_MARK)
        length += 1
    _bare_numbers(sentence[position:], out, names, length)
    return "".join(out), names


def _bare_numbers(text: str, out: list[str], names: list[Named], length: int) -> int:
    position = 0
    for number in find_numbers(text):
        piece = text[position : number.start]
        out.extend((piece, _MARK))
        length += len(piece)
        names.append(Named(None, number.normal, number.printed, length))
        length += 1
        position = number.end
    out.append(text[position:])
    return length + len(text) - position


def _quoted(sentence: str) -> list[tuple[int, int]]:
    """Spans of outermost 《…》, nested ones inside."""
    spans: list[tuple[int, int]] = []
    depth = start = 0
    for match in _QUOTES.finditer(sentence):
        place, char = match.start(), match[0]
        if char == "《":
            if depth == 0:
                start = place
            depth += 1
        elif char == "》" and depth:
            depth -= 1
            if depth == 0 and 2 < place - start < 300:  # noqa: PLR2004 - a title, not a stray bracket
                spans.append((start, place + 1))
    return spans


def read_citations(  # noqa: PLR0913 - what the document says of itself, all by name
    texts: list[str],
    *,
    titles: tuple[str, ...],
    number: str | None,
    start: dt.date | None,
    kind: str,
    issued: dt.date | None = None,
) -> tuple[Citation, ...]:
    """The documents named in `texts` (paragraphs), each once per relation, in the order of the text.

    `titles` and `number` are the document's own and are not cited; `start` is its own first day in force. Where it has
    none, 自本通知印发之日起 still means the day on which it was `issued`.
    """
    own = {normal_title(title) for title in titles if title}
    found: dict[tuple[Relation, str, str], Citation] = {}
    for title in titles[:1]:
        _keep(found, _from_title(title, kind), own, number)
    listing = inline = False
    whole = "\n".join(texts)
    ends = kind == "policy" and _ENDS.search(whole) is not None
    does_list = ends and _does_list(whole)
    for place, text in enumerate(texts):
        if does_list and len(text) < 60 and "。" not in text and _LIST_HEAD.search(text) and place > 0:  # noqa: PLR2004
            listing = True
            continue
        if ends and ("下列" in text or "以下" in text) and _LIST_INTRO.search(text):
            listing = inline = True
            continue
        item = _list_item(text) if listing else None
        if inline and item is None:
            listing = inline = False
        if item and (not inline or _ITEM.match(text)):
            _keep(found, [item], own, number)
            continue
        if "《" not in text and "号" not in text:
            continue
        for sentence in sentences(text):
            begins = start or (issued if issued and _ON_ISSUE.search(sentence) else None)
            _keep(found, _from_sentence(sentence, text, begins, kind, early=place < 4), own, number)  # noqa: PLR2004
        if len(found) > MAX_CITATIONS:
            break
    return _settle(found)


def _does_list(whole: str) -> bool:
    """Whether the document itself ends others, as 现对…予以废止 says: then lists under such a heading are ended."""
    ends = (verb.start() for verb in _ENDS.finditer(whole))
    return any(_LIST_DOES.search(whole[max(0, at - 62) : at]) for at in ends)


def _keep(
    found: dict[tuple[Relation, str, str], Citation], new: list[Citation], own: set[str], number: str | None
) -> None:
    for citation in new:
        title = normal_title(citation.title or "")
        # An older version of the same name is another document: it is repealed, or has a number of its own.
        older = citation.relation == "repeals" or (citation.number and citation.number != number)
        if (title in own and not older) or (citation.number and _organ(citation.number) == _organ(number or "")):
            continue
        key = (citation.relation, title, citation.number or "")
        known = found.get(key)
        if known is None or (known.date is None and citation.date):
            found[key] = citation


def _organ(number: str) -> str:
    """The State Council's orders carry 国令 in boxes and 国务院令 in texts."""
    return f"国务院令{number[2:]}" if number.startswith("国令") else number


def _settle(found: dict[tuple[Relation, str, str], Citation]) -> tuple[Citation, ...]:
    """Without `mentions` of what is cited with a stronger relation or a number elsewhere."""
    strong = {title for relation, title, _ in found if relation != "mentions" and title}
    numbers = {number for relation, _, number in found if relation != "mentions" and number}
    numbered = {(relation, title) for relation, title, number in found if number and title}
    kept: list[Citation] = []
    for (relation, title, number), citation in found.items():
        if relation == "mentions" and (title in strong or (number and number in numbers)):
            continue
        if not number and (relation, title) in numbered:
            continue
        kept.append(citation)
    return tuple(kept)


def _from_title(title: str, kind: str) -> list[Citation]:
    """关于废止《X》的决定, 关于修改《X》的决定, 《X》解读: the title of the page says it itself."""
    masked, names = mask(title)
    if not names:
        return []
    if kind in {"interpretation", "press_conference", "news", "guide"}:
        relation: Relation = "interprets" if kind == "interpretation" else "mentions"
        return [Citation(relation, name.title, name.number, title, name.printed) for name in names]
    match = _TITLE_VERB.search(masked[: names[0].at])
    if not match or kind != "policy":
        return []
    relation = "repeals" if match["verb"][0] in "废宣停" else "amends" if match["verb"] == "修改" else "extends"
    if match["verb"] == "暂停":
        relation = "suspends"
    if relation == "repeals" and _SCOPE.match(masked[names[0].at + 1 :]):
        relation = "partially_repeals"
    return [Citation(relation, name.title, name.number, title, name.printed) for name in names]


def _from_sentence(sentence: str, text: str, start: dt.date | None, kind: str, *, early: bool) -> list[Citation]:
    masked, names = mask(sentence)
    if not names:
        return []
    quote = sentence.strip()
    relations: dict[int, Citation] = {}
    if kind == "policy":
        for place, relation, scope in _repeals(masked, names):
            relations[place] = _cite(relation, names[place], quote, scope=scope, date=_day_of(masked, text, start))
        for place, relation, scope, until in _changes(masked, names, start):
            relations.setdefault(place, _cite(relation, names[place], quote, scope=scope, until=until))
    cited: list[Citation] = []
    for place, name in enumerate(names):
        if place in relations:
            cited.append(relations[place])
        elif _BASIS.search(masked[: name.at]):
            cited.append(_cite("based_on", name, quote))
        else:
            cited.append(_cite("interprets" if kind == "interpretation" and early else "mentions", name, quote))
    return cited


def _cite(  # noqa: PLR0913 - the record's own fields
    relation: Relation,
    name: Named,
    quote: str,
    *,
    scope: str | None = None,
    date: dt.date | None = None,
    until: dt.date | None = None,
) -> Citation:
    return Citation(relation, name.title, name.number, quote, name.printed, date, until, scope)


def _repeals(masked: str, names: list[Named]) -> list[tuple[int, Relation, str | None]]:
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
        scope = _SCOPE.match(between)
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
        scope = _SCOPE.match(behind)
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


def _changes(
    masked: str, names: list[Named], start: dt.date | None
) -> list[tuple[int, Relation, str | None, dt.date | None]]:
    """Extensions, suspensions, amendments: the word stands after the name."""
    found: list[tuple[int, Relation, str | None, dt.date | None]] = []
    for place, name in enumerate(names):
        behind = masked[name.at + 1 :]
        behind = behind.split("；", 1)[0]
        scope = _SCOPE.match(behind)
        printed = scope["scope"] if scope else None
        at = behind.find(_MARK)
        near = behind if at < 0 or re.match(r"^[、和及与，,\s\x01]*$", behind[: at + 1]) else behind[:at]
        if _STANDARD.match(near):
            continue
        if not scope and _predicate(near, EXTEND_WORDS):
            found.append((place, "extends", None, _until(near, start)))
        elif _predicate(near[scope.end() :] if scope else near, SUSPEND_WORDS):
            found.append((place, "suspends", printed, None))
        elif _amends(masked, name.at, near, behind, scoped=scope is not None):
            found.append((place, "amends", printed, None))
        elif _SUSPENDING.search(masked[: name.at]):
            found.append((place, "suspends", printed, None))
    return found


def _amends(masked: str, at: int, near: str, behind: str, *, scoped: bool) -> bool:
    """Whether the name at `at` is changed: 将《X》第三条修改为, 对《X》作如下修改, 修改《X》, 删去《X》第五条."""
    before = masked[:at]
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


def _day_of(masked: str, text: str, start: dt.date | None) -> dt.date | None:
    """From which day the repeal counts: said here, or that of the document's own start in the same paragraph."""
    if match := _DAY_OF.search(masked):
        return parse_day(match["day"])
    if re.search(r"同时|之日起", masked) and start and ("起" in text or "同时" in text):
        return start
    return None


def _list_item(text: str) -> Citation | None:
    """An entry of a list of repealed documents, numbered line or table row."""
    if len(text) > 400:  # noqa: PLR2004 - a paragraph, not an entry
        return None
    numbers = find_numbers(text)
    number = numbers[0] if numbers else None
    candidates = [_NUMBERED.sub("", _ITEM.sub("", cell.strip())).strip("。；;， ") for cell in text.split(" | ")]
    title = next((c for c in candidates if len(c) > 5 and _TYPED.search(c) and not normal_number(c)), None)  # noqa: PLR2004
    if title and (match := re.fullmatch(r"《(.{2,200})》", title)):
        title = match[1]
    if title is None and (quoted := _quoted(text)):
        title = text[quoted[0][0] + 1 : quoted[0][1] - 1]
    if not title:
        return None
    return replace(
        Citation("repeals", title, number.normal if number else None, text.strip()),
        number_raw=number.printed if number else None,
    )
