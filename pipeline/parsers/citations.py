"""Other documents that a document names, and what it does to them.

What belongs here: which names and relations a record cites, from title, sentences and lists. What does not: finding
names (`names`), what a sentence does to them (`relations`), which policy in the warehouse is meant, and statements
about the document's own force (`force`).
"""

import datetime as dt
import re
from dataclasses import replace
from typing import Final

from pipeline.parsers.english import citations as english
from pipeline.parsers.force import OWN, sentences
from pipeline.parsers.names import Named, mask, quoted
from pipeline.parsers.normal import normal_number, normal_title
from pipeline.parsers.numbers import find_numbers
from pipeline.parsers.records import Citation, Relation
from pipeline.parsers.relations import SCOPE, changes, day_of, repeals
from pipeline.parsers.vocabulary import DOCUMENT_TYPES, ISSUE_WORDS, OWN_NOUNS, PAPER_WORDS

MAX_CITATIONS: Final = 3000
_BASIS: Final = re.compile(
    r"(?:根据|依据|按照|依照|遵照|贯彻落实|贯彻|落实|(?<!不再)(?<!停止)(?<!暂停)执行)[^，。；\x01]{0,24}(?:\x01[、和及与以及\s《》，]{0,6}){0,12}$"
)
_TITLE_VERB: Final = re.compile(r"(?P<verb>废止|修改|宣布.{0,6}失效|停止执行|延长|暂停)")
_LIST_INTRO: Final = re.compile(
    r"(?:下列|以下).{0,40}(?:废止|失效|停止执行).{0,12}[:：]$|(?:废止|宣布失效|停止执行)(?:下列|以下).{0,40}[:：]$"
)
_ON_ISSUE: Final = re.compile(rf"[自从]\s?{OWN}\s?(?:{'|'.join(ISSUE_WORDS)})\s?之日起")
_LIST_HEAD: Final = re.compile(r"(?:废止|失效|停止执行).{0,20}(?:目录|清单|一览|名单|文件|规章|法规)|(?:废止|失效)的")
_KEPT_HEAD: Final = re.compile(
    r"(?:继续有效|现行有效|继续执行|保留|修改|修订|拟修改|需要修改).{0,20}(?:目录|清单|一览|名单|文件|规章|法规)"
)
"""The heading of a list of documents that stay: it ends a list of those that do not."""
_ENDS: Final = re.compile(r"废止|失效|停止执行")
_LIST_DOES: Final = re.compile(r"(?:决定|予以|现将|宣布|对).{0,60}$")
"""What stands before one of `_ENDS` where the document itself ends others."""
_ITEM: Final = re.compile(r"^\s?(?:[（(]?[一二三四五六七八九十\d]{1,4}[）)、.．]\s?|\d{1,4}\s)?")
_NUMBERED: Final = re.compile(r"[（(][^（）()]{0,60}号[^（）()]{0,40}[）)]$")
_TYPED: Final = re.compile(
    r"(?:通知|意见|办法|规定|条例|决定|批复|公告|通告|细则|方案|措施|函|规则|计划|规划|制度|标准|规程|纲要|命令|令|政策)(?:[（(][^（）()]{0,20}[）)])?》?$"
)

_PAPER: Final = re.compile(
    rf"^(?!.*关于).*(?:{'|'.join(sorted(PAPER_WORDS, key=len, reverse=True))})(?:[（(〔][^（）()]{{0,20}}[）)〕])?$"
)
_NAMED_ONLY: Final = frozenset({"mentions", "based_on"})
_SHORT_FOR: Final = re.compile(r"简称为?\s?[“\"]?\s?《(?P<name>[^《》]{2,30})》")
_NO_NAMES: Final = frozenset({*DOCUMENT_TYPES, *OWN_NOUNS})
"""《办法》, 《条例》: short for a document that is named elsewhere."""
_DOES: Final = frozenset({"repeals", "partially_repeals", "amends", "extends", "suspends"})
_FORMER: Final = re.compile(r"原\s?$")


def read_citations(  # noqa: PLR0913 - what the document says of itself, all by name
    texts: list[str],
    *,
    titles: tuple[str, ...],
    number: str | None,
    start: dt.date | None,
    kind: str,
    issued: dt.date | None = None,
    latin: bool = False,
) -> tuple[Citation, ...]:
    """The documents named in `texts` (paragraphs), each once per relation, in the order of the text.

    `titles` and `number` are the document's own and are not cited; `start` is its own first day in force. Where it has
    none, 自本通知印发之日起 still means the day on which it was `issued`. `latin`: they are written in Latin letters.
    """
    own = {name for title in titles if title for name in (normal_title(title), _bare(title))}
    found: dict[tuple[Relation, str, str], Citation] = {}
    if latin:
        _keep(found, list(english.read(texts, titles[:1], start, kind)), own, number)
        return _settle(found)
    _keep(found, _from_title(next(iter(titles), ""), kind), own, number)
    listing = inline = False
    whole = "\n".join(texts)
    short = _NO_NAMES.union(normal_title(name) for name in _SHORT_FOR.findall(whole) if "简称" in whole)
    ends = kind == "policy" and _ENDS.search(whole) is not None
    does_list = ends and _does_list(whole)
    for place, text in enumerate(texts):
        headed = _heads(text) if does_list and place else None
        if headed is not None:
            listing, inline = headed, False
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
        _keep(found, _named(text, start, issued, kind, early=place < 4), own, number)  # noqa: PLR2004
        if len(found) > MAX_CITATIONS:
            break
    return _settle(found, short)


def _named(text: str, start: dt.date | None, issued: dt.date | None, kind: str, *, early: bool) -> list[Citation]:
    """What a paragraph cites, or the document that a row of a table lists, with its title and number in cells."""
    if " | " in text and "《" not in text and (item := _list_item(text)) and item.number:
        return [replace(item, relation="mentions")]
    cited: list[Citation] = []
    for sentence in sentences(text):
        begins = start or (issued if issued and _ON_ISSUE.search(sentence) else None)
        cited.extend(_from_sentence(sentence, text, begins, kind, early=early))
    return cited


def _bare(title: str) -> str:
    """A title as it compares with how its own notice prints it: 关于稳经济的措施 is 关于稳经济措施."""
    return normal_title(title).replace("的", "")


def _heads(text: str) -> bool | None:
    """Whether a line heads a list of documents that are ended (True) or that stay (False); None where it heads none."""
    if len(text) >= 60 or "。" in text:  # noqa: PLR2004 - a paragraph, not a heading
        return None
    # 废止、修改的规范性文件目录 does not say which of its entries are ended.
    stays = _KEPT_HEAD.search(text) is not None and "《" not in text
    if _LIST_HEAD.search(text):
        return not stays
    return False if stays else None


def _does_list(whole: str) -> bool:
    """Whether the document itself ends others, as 现对…予以废止 says: then lists under such a heading are ended."""
    return any(_LIST_DOES.search(whole, max(0, verb.start() - 62), verb.start()) for verb in _ENDS.finditer(whole))


def _keep(
    found: dict[tuple[Relation, str, str], Citation], new: list[Citation], own: set[str], number: str | None
) -> None:
    for citation in new:
        title = normal_title(citation.title or "")
        if citation.relation in _NAMED_ONLY and not citation.number and _PAPER.match(citation.title or ""):
            continue
        # An older version of the same name is another document: it is repealed, or has a number of its own.
        older = citation.relation == "repeals" or (citation.number and citation.number != number)
        if ((title in own or _bare(title) in own) and not older) or (
            citation.number and _organ(citation.number) == _organ(number or "")
        ):
            continue
        key = (citation.relation, title, citation.number or "")
        known = found.get(key)
        if known is None or (known.date is None and citation.date):
            found[key] = citation


def _organ(number: str) -> str:
    """The State Council's orders carry 国令 in boxes and 国务院令 in texts."""
    return f"国务院令{number[2:]}" if number.startswith("国令") else number


def _settle(
    found: dict[tuple[Relation, str, str], Citation], short: frozenset[str] = frozenset()
) -> tuple[Citation, ...]:
    """Without `mentions` of what is cited with a stronger relation or a number elsewhere, or of a name in `short`."""
    strong = {title for relation, title, _ in found if relation != "mentions" and title}
    numbers = {number for relation, _, number in found if relation != "mentions" and number}
    numbered = {(relation, title) for relation, title, number in found if number and title}
    told = {title for relation, title, number in found if relation != "mentions" and number and title}
    kept: list[Citation] = []
    for (relation, title, number), citation in found.items():
        # An older version has the same title and a number of its own.
        other = number and number not in numbers and title in told
        if relation == "mentions" and ((title in strong and not other) or (number and number in numbers)):
            continue
        if not number and ((relation, title) in numbered or (relation not in _DOES and title in short)):
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
    if relation == "repeals" and SCOPE.match(masked[names[0].at + 1 :]):
        relation = "partially_repeals"
    return [Citation(relation, name.title, name.number, title, name.printed) for name in names]


def _from_sentence(sentence: str, text: str, start: dt.date | None, kind: str, *, early: bool) -> list[Citation]:
    masked, names = mask(sentence)
    if not names:
        return []
    quote = sentence.strip()
    relations: dict[int, Citation] = {}
    if kind == "policy":
        for place, relation, scope in repeals(masked, names):
            relations[place] = _cite(relation, names[place], quote, scope=scope, date=day_of(masked, text, start))
        for place, relation, scope, until in changes(masked, names, start):
            relations.setdefault(place, _cite(relation, names[place], quote, scope=scope, until=until))
    cited: list[Citation] = []
    for place, name in enumerate(names):
        if place in relations:
            cited.append(relations[place])
        elif _BASIS.search(masked[: name.at]):
            cited.append(_cite("based_on", name, quote))
        else:
            told = kind == "interpretation" and early and not _FORMER.search(masked[: name.at])
            cited.append(_cite("interprets" if told else "mentions", name, quote))
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
    if title is None and (spans := quoted(text)):
        title = text[spans[0][0] + 1 : spans[0][1] - 1]
    if not title:
        return None
    return replace(
        Citation("repeals", title, number.normal if number else None, text.strip()),
        number_raw=number.printed if number else None,
    )
