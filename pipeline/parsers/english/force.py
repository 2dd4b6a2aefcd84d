"""What an English document says of its own force.

What belongs here: statements of start, term and end, with rule, day and quote. What does not: what it does to other
documents (`english.citations`).
"""

import datetime as dt
import re
from typing import Final

from pipeline.parsers.dates import after, last_day, parse_day
from pipeline.parsers.english.forms import COUNT, DAY, END, NOUN, OWN, TERM, end_day, sentences, term_of
from pipeline.parsers.english.words import EVENTS_OF_ISSUE, EVENTS_OF_PUBLICATION, FORCE_VERBS
from pipeline.parsers.force import Days
from pipeline.parsers.normal import normal_title
from pipeline.parsers.records import Effect

_EVENT: Final = "|".join(sorted((*EVENTS_OF_ISSUE, *EVENTS_OF_PUBLICATION), key=len, reverse=True))
_VERB: Final = "|".join(sorted(FORCE_VERBS, key=len, reverse=True))
_FROM: Final = (
    r"(?:,?\s(?:as\sof|as\sfrom|(?:starting|beginning)\s(?:from|on)|with\seffect\sfrom|from|on|since"
    r"|(?:immediately\s)?upon))?"
)
_START: Final = re.compile(
    rf"\b(?P<verb>{_VERB}){_FROM}\s(?:and\sfrom\s)?(?:the\s(?:date|day)\sof\s)?(?:(?P<day>{DAY})"
    rf"|(?:(?P<n>{COUNT})(?:\s\(\d{{1,3}}\))?\s(?:calendar\s)?(?P<unit>days|months)\s(?:after|from|following)\s(?:the\s(?:date|day)\sof\s)?)?"
    rf"(?:its|their|the)?\s?(?:date\sof\s)?(?P<event>{_EVENT}))\b",
    re.IGNORECASE,
)
_TO: Final = re.compile(
    rf"^,?\s?(?:and\s)?(?:shall\s)?(?:remain\s(?:valid|in\sforce|effective)\s)?(?:be\svalid\s)?(?:to|until|till|through)\s(?P<end>{END})",
    re.IGNORECASE,
)
_UNTIL: Final = re.compile(
    rf"\b(?:valid|effective|in\sforce|in\seffect|applicable|implemented|extended|validity\speriod\s(?:shall\sbe|is)|remain)\s(?:until|till|through|up\sto|to)\s(?P<end>{END})"
    rf"|\b(?:expires?|terminates?|lapses?|ceases?\sto\s(?:have\seffect|be\s(?:valid|effective|in\sforce)|apply)|become\sinvalid|be\s(?:invalidated|automatically\srepealed))"
    rf"\s(?:automatically\s)?(?:on|as\sof|at|after|from|by)?\s?(?P<over>{END})",
    re.IGNORECASE,
)
_FOR: Final = re.compile(
    rf"(?:\b(?:valid|effective|in\sforce|in\seffect|(?:valid(?:ity)?|effective|trial|implementation)\s(?:period|term)|(?:period|term)\sof\s(?:validity|trial(?:\simplementation)?)|trial\simplementation)\b"
    rf"(?:\sof\s{OWN})?(?:\s(?:shall\sbe|shall\slast|is|of|will\sbe|lasts))?,?\s(?:for\s)?(?:a\s)?(?:period\sof\s|term\sof\s)?(?P<term>{TERM}))",
    re.IGNORECASE,
)
_LABEL: Final = re.compile(
    r"^(?:(?:Article|Section|Clause)\s[\dIVXLC]{1,5}[.:]?\s|[IVX]{1,5}\.\s|\(?[a-z\d]{1,3}[).]\s){1,2}"
)
_OWN: Final = re.compile(rf"^(?:{OWN}|[Tt]he\s(?:{NOUN})\b(?!\s(?:of|on|for|concerning|regarding)\b))")
_ISSUED: Final = re.compile(
    r"\b(?:is|are|be)\shereby\s(?:promulgated|issued|published|released|announced|printed and distributed)",
    re.IGNORECASE,
)
_PERIOD_OF: Final = re.compile(
    rf"^[Tt]he\s(?:validity|effective|trial|implementation)\s?(?:period|term)?\s(?:of|for)\s(?:{OWN})"
)
_CARRIED: Final = re.compile(r"^(?:It|They|The (?:validity|effective|trial|implementation) (?:period|term))\b")
_OTHER: Final = re.compile(
    r"certificate|licen[cs]e|permit|report|qualification|contract|card|agreement|passport|visa|which\s", re.IGNORECASE
)
_QUOTED: Final = re.compile(r"^(?:The\s)?[“\"](?P<title>[^“”\"]{4,250})[”\"]")
_TRIGGER: Final = re.compile(r"effect|force|valid|expire|implement|until|cease|apply|applie|terminat", re.IGNORECASE)
_BARE: Final = re.compile(r"^(?:Effective|Valid|With effect)\b")
_MODIFIED: Final = re.compile(r"amended (?:to read|as)|replaced (?:by|with)|revised to read", re.IGNORECASE)


def read_force(texts: list[str], titles: tuple[str, ...], days: Days) -> tuple[Effect, ...]:
    """Every statement in `texts` (paragraphs of the document proper) about its own start and end."""
    own = tuple(filter(None, map(normal_title, titles)))
    found: list[Effect] = []
    start: dt.date | None = None
    for text in texts:
        if _TRIGGER.search(text) is None:
            continue
        carried = False
        for sentence in sentences(text):
            statements, carried = _statements(sentence.strip(), own, days, start, carried=carried)
            for effect in statements:
                start = start or (effect.date if effect.rule.startswith("effective") else None)
                if not any((e.rule, e.date, e.term) == (effect.rule, effect.date, effect.term) for e in found):
                    found.append(effect)
    return tuple(found)


def _statements(
    sentence: str, own: tuple[str, ...], days: Days, start: dt.date | None, *, carried: bool
) -> tuple[list[Effect], bool]:
    body = _LABEL.sub("", sentence)
    found: list[Effect] = []
    if _MODIFIED.search(body) or not _is_own(body, own, carried=carried):
        return [], False
    if (match := _START.search(body)) and not _OTHER.search(body[: match.start()]):
        effect = _begin(match, sentence, days)
        found.append(effect)
        start = effect.date
        if tail := _TO.match(body[match.end() :]):
            found.append(Effect("valid_until", end_day(tail["end"]), sentence))
        # 30 days after promulgation is no term of validity.
        body = body[: match.start()] + body[match.end() :]
    if not any(effect.rule == "valid_until" for effect in found):
        found.extend(_ends(body, sentence, start))
    return found, True


def _is_own(body: str, own: tuple[str, ...], *, carried: bool) -> bool:
    """Whether the sentence is about the document itself."""
    if _OWN.match(body) or _PERIOD_OF.match(body) or _BARE.match(body) or _ISSUED.search(body):
        return True
    if re.match(rf"^[^.;]{{0,200}}?,\s(?:and\s)?(?:{OWN})", body) and not _OTHER.search(body[:200]):
        return True
    quoted = _QUOTED.match(body)
    title = normal_title(quoted["title"]) if quoted else ""
    if title:
        return any(title in known or known in title for known in own)
    return carried and _CARRIED.match(body) is not None


def _begin(match: re.Match[str], quote: str, days: Days) -> Effect:
    if match["day"]:
        return Effect("effective_on_date", parse_day(match["day"]), quote)
    on_issue = match["event"].lower() in EVENTS_OF_ISSUE
    day = days.issued if on_issue else days.published
    if match["n"]:
        term = term_of(f"{match['n']} {match['unit']}")
        return Effect("effective_after_days", after(day, term) if day and term else None, quote, term=term)
    return Effect("effective_on_issue" if on_issue else "effective_on_publication", day, quote)


def _ends(body: str, quote: str, start: dt.date | None) -> list[Effect]:
    if (match := _UNTIL.search(body)) and not _OTHER.search(body[: match.start()]):
        return [Effect("valid_until", end_day(match["end"] or match["over"]), quote)]
    if (match := _FOR.search(body)) and not _OTHER.search(body[: match.start()]):
        term = term_of(match["term"])
        return [Effect("valid_for", last_day(start, term) if start and term else None, quote, term=term)]
    return []
