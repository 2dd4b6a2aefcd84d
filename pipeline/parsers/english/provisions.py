"""What English pages promise and count: sums and shares, goals, figures, last days of single provisions.

What belongs here: reading these out of English sentences. What does not: the end of the document itself
(`english.force`). English texts name no responsible bodies in brackets, so none are read.
"""

import re
from typing import Final

from pipeline.parsers.english.forms import END, OWN, end_day, sentences
from pipeline.parsers.english.words import HEADS
from pipeline.parsers.records import Amount, Expiry, Figure, Target

_SCALE: Final = {"": 1.0, "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_MANY: Final = r"(?P<value>\d[\d,]{0,14}(?:\.\d{1,3})?)(?:\s?(?P<scale>hundred|thousand|million|billion|trillion))?"
_LIMITS: Final = {
    "cap": r"up\sto|(?:no|not)\smore\sthan|not\sexceed(?:ing)?|not\sto\sexceed|at\smost"
    r"|(?:a\s)?maximum(?:\s[a-z]{1,14}){0,3}\sof|a\scap\sof|capped\sat|less\sthan|below",
    "floor": r"(?:no|not)\sless\sthan|at\sleast|(?:a\s)?minimum(?:\s[a-z]{1,14}){0,2}\sof|not\sbelow|more\sthan|over",
}
_CAP: Final = re.compile(rf"(?:{_LIMITS['cap']})\s(?:a\stotal\sof\s)?(?:RMB|CNY)?\s?$", re.IGNORECASE)
_FLOOR: Final = re.compile(rf"(?:{_LIMITS['floor']})\s(?:RMB|CNY)?\s?$", re.IGNORECASE)
_SUM: Final = re.compile(rf"(?:(?P<currency>RMB|CNY|¥)\s?)?{_MANY}(?P<yuan>\s?(?:yuan|RMB|CNY)\b)?")
_SHARE: Final = re.compile(
    r"(?P<value>\d{1,3}(?:\.\d{1,2})?)\s?(?:%|percent\b|per\scent\b)(?P<of>\sof\s(?P<per>(?:the|its|their|total|actual|annual|previous)\s[^,.;()]{2,60}?)(?=$|[,.;()]|\s(?:and|will|shall|may|for|by|to|in|is|are|as|with|or)\b))?"
)
_SUPPORT: Final = re.compile(
    r"support|subsid|reward|grant|fund|compensat|reimburse|bonus|award|incentive|discount|deduct|guarantee",
    re.IGNORECASE,
)
_PER: Final = re.compile(
    r"^\s(?:per|for\seach|for\severy|each)\s(?P<per>[a-z]{2,20}(?:\s(?:per|and)\s[a-z]{2,20})?)\b|^/(?P<unit>[a-z]{2,12})"
)
_REACH: Final = 60

_HEAD: Final = "|".join(sorted((re.escape(word) for word in HEADS), key=len, reverse=True))
_HEADS: Final = re.compile(rf"\b(?:{_HEAD})\b", re.IGNORECASE)
_COUNTED: Final = re.compile(
    rf"(?<![\w.,“\"-]){_MANY}\s(?P<what>(?:[A-Za-z“”\"'’][\w“”\"'’,&/\-]{{0,30}}\s){{0,14}}?(?P<head>{_HEAD})\b[”\"]?)",
    re.IGNORECASE,
)
_REACHED: Final = re.compile(
    rf"(?:[Tt]he\snumber\sof\s(?P<number>[^.;]{{3,120}}?)(?:\sin\s[A-Z]\w{{1,20}})?|(?P<plain>[Tt]he\s[a-z][^,.;]{{3,160}}?))\s(?:will|shall|should|is\sexpected\sto|strives?\sto)\s(?:exceed|reach|be\smore\sthan|grow\sto|rise\sto)"
    rf"\s(?:about\s|over\s|more\sthan\s)?{_MANY}\s?(?P<unit>yuan|%|percent)?"
)
_DEADLINE: Final = re.compile(
    r"\b(?:by|before|in)\s(?P<when>(?:the\send\sof\s)?(?:the\s)?(?:“|\")?(?:\d{1,2}th\sFive-Year\sPlan|20\d\d)(?:”|\")?(?:\speriod)?)|\b(?P<soon>this\syear|next\syear|by\sthe\send\sof\s(?:this|the)\syear|each\syear)\b"
)
_AIMS: Final = re.compile(
    r"\b(?:strives?|striving|aims?|aiming|plans?|planned|targets?|will|shall|expected|expects?|goal|to\sreach|reach|no\sless\sthan|cultivating)\b",
    re.IGNORECASE,
)
_WANTS: Final = re.compile(r"\b(?:strive|aim|plan|target|no\sless\sthan|reach)")
_PARTS: Final = re.compile(r",\s(?:and|but|while)\s|;\s")
_AS_OF: Final = re.compile(
    r"\b(?P<when>(?:[Aa]s\sof|[Bb]y)\s(?:the\send\sof\s)?[A-Z0-9][\w\s]{2,30}?(?=,)|[Aa]t\spresent|[Cc]urrently|[Ii]n\s(?:19|20)\d\d)"
)
_ENDING: Final = re.compile(
    rf"(?P<what>[^.;:,\n]{{3,300}}?)\s(?:will|shall|is|are|to)\s(?:be\s)?(?:continued?|remain\sin\sforce|extended|implemented|valid|last|effective|in\seffect)\s(?:to|until|till|through)\s(?P<end>{END})"
)
_PROVISION: Final = re.compile(
    r"polic|subsid|measure|rate|support|reduction|exemption|deferral|refund|provision|allowance|share|treatment",
    re.IGNORECASE,
)
_PAPER: Final = re.compile(r"certificate|licen[cs]e|permit|contract|agreement|registration|application", re.IGNORECASE)


def amounts_of(text: str) -> tuple[Amount, ...]:
    """Sums in yuan, and shares of support (`a maximum of 20% of the contract fee`), in order."""
    found: list[tuple[int, Amount]] = []
    for match in _SUM.finditer(text) if "yuan" in text or "RMB" in text or "CNY" in text or "¥" in text else ():
        if match["currency"] or match["yuan"]:
            limit, lead = _limit(text, match.start())
            behind = _PER.match(text[match.end() : match.end() + _REACH])
            per = (behind["per"] or behind["unit"]) if behind else None
            found.append((match.start(), Amount(_number(match), "CNY", limit, f"{lead}{match[0].strip()}", per)))
    for match in _SHARE.finditer(text) if "%" in text or "per" in text else ():
        limit, lead = _limit(text, match.start())
        around = text[max(0, match.start() - _REACH) : match.end() + _REACH // 2]
        if _SUPPORT.search(around) and (limit == "cap" or match["of"]):
            found.append(
                (match.start(), Amount(float(match["value"]), "percent", limit, f"{lead}{match[0]}", match["per"]))
            )
    return tuple(amount for _, amount in sorted(found, key=lambda item: item[0]))


def _limit(text: str, at: int) -> tuple[str, str]:
    before = text[max(0, at - _REACH) : at]
    for name, pattern in (("cap", _CAP), ("floor", _FLOOR)):
        if match := pattern.search(before):
            return name, match[0]
    return "exact", ""


def _number(match: re.Match[str]) -> float:
    return round(float(match["value"].replace(",", "")) * _SCALE[(match["scale"] or "").lower()], 6)


def _counted(sentence: str) -> list[tuple[str, float, str, str]]:
    """What a sentence counts: what, value, unit, the words."""
    found = []
    for match in _COUNTED.finditer(sentence):
        words = match["what"]
        if ", and " in words or "," in words.split(" ")[0] or match["value"].endswith(","):
            continue
        closed = words.count('"') % 2 == 0 and words.count("“") == words.count("”")
        what = words if closed else words.strip(' “”"')
        found.append((what, _number(match), match["head"].lower(), match[0]))
    return found


def targets_of(text: str) -> tuple[Target, ...]:
    """Goals with a figure and a deadline: strives to reach 500 … enterprises by the end of 2025."""
    found: list[Target] = []
    for sentence in sentences(text):
        when = _DEADLINE.search(sentence)
        if when is None or _AIMS.search(sentence) is None:
            continue
        deadline = (when["when"] or when["soon"]).strip()
        for match in _REACHED.finditer(sentence):
            what = (match["number"] or match["plain"]).strip()
            heads = _HEADS.findall(what)
            found.append(Target(what, _number(match), match["unit"] or (heads or [""])[-1], deadline, match[0].strip()))
        aimed = (part for part in _PARTS.split(sentence) if _WANTS.search(part) or _DEADLINE.search(part))
        if not found and _WANTS.search(sentence):
            found.extend(
                Target(what, value, unit, deadline, words)
                for part in aimed
                for what, value, unit, words in _counted(part)
            )
    return tuple(found)


def figures_of(text: str) -> tuple[Figure, ...]:
    """What a report counts as a fact: there were 1.66 million … enterprises. Goals are left out."""
    found: list[Figure] = []
    for sentence in sentences(text):
        if not any(map(str.isdigit, sentence)) or re.search(r"\b(?:strives?|aims?|will|plans?|expected)\b", sentence):
            continue
        as_of = _AS_OF.search(sentence)
        when = as_of["when"].strip() if as_of else None
        found.extend(Figure(what, value, unit, when, words) for what, value, unit, words in _counted(sentence))
    return tuple({(figure.what, figure.value): figure for figure in reversed(found)}.values())[::-1]


def expiries_of(text: str) -> tuple[Expiry, ...]:
    """Single provisions that end by a day of their own: the policy will continue until the end of 2023."""
    found: list[Expiry] = []
    for sentence in (
        sentences(text) if "until" in text or "through" in text or " till " in text or " to the end" in text else ()
    ):
        for match in _ENDING.finditer(sentence):
            what, day = match["what"].strip(), end_day(match["end"])
            own = re.match(OWN, what) is not None
            if day and _PROVISION.search(what) and not own and not _PAPER.search(what):
                found.append(Expiry(what, day, sentence.strip()))
    return tuple(found)
