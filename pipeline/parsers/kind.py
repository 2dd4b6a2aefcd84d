"""What a page is: policy, interpretation, press conference, news, guide, repost, listing, other; or no page at all.

What belongs here: evidence for and against each kind; challenge and error pages. What does not: the fields themselves.
"""

import re
from dataclasses import dataclass
from typing import Final

from pipeline.parsers.characters import clean
from pipeline.parsers.english import kind as english
from pipeline.parsers.records import Kind, Unreadable
from pipeline.parsers.vocabulary import (
    CASE_WORDS,
    CHALLENGE_WORDS,
    COLUMN_KINDS,
    DOCUMENT_TYPES,
    DRAFT_WORDS,
    ERROR_WORDS,
    GUIDE_WORDS,
    INTERPRETATION_WORDS,
    NOTICE_TYPES,
    PRESS_WORDS,
)

_TYPES: Final = re.compile(
    rf"(?:{'|'.join(sorted(DOCUMENT_TYPES, key=len, reverse=True))})(?:[（(《〔].{{0,40}})?[》”\"]?$"
)
_NOTICE: Final = re.compile(rf"(?:{'|'.join(sorted(NOTICE_TYPES, key=len, reverse=True))})(?:[（(〔].{{0,40}})?$")
_INTERPRETS: Final = re.compile(
    rf"(?:{'|'.join(INTERPRETATION_WORDS)})[》】）)”\"]{{0,3}}(?:[（(【之一二三四五六].{{0,12}})?$"
    rf"|^[【\[]?(?:[^】\]\s]{{0,6}})?(?:{'|'.join(INTERPRETATION_WORDS)})[】\]|｜丨:：]|^(?:一图|图解|解读)|政策解读|》.{{0,6}}问答$|^\s?(?:Interpretation|Q&A)\b"
)
_DRAFT: Final = re.compile("|".join(DRAFT_WORDS))
_ON_DRAFTS: Final = re.compile(rf"(?:{'|'.join(DRAFT_WORDS)}).{{0,12}}(?:办法|规定|制度|规则|规程|程序|细则)$")
_CASE: Final = re.compile(
    rf"(?:{'|'.join(CASE_WORDS)})(?:.{{0,30}}(?:公告|公示|通告|公开|报告|名单|信息|结果|启事|情况))?(?:[（(〔].{{0,40}})?$"
)
"""Behind such a word comes no 办法 or 通知: rules about tenders are rules."""
_QUESTIONS: Final = re.compile(r"\d{1,2}\s?问$|[？?]$|^.{0,20}(?:常见问题|问答)|FAQ", re.IGNORECASE)
_BULLETIN: Final = re.compile(r"[！!]|请查收|来了$|官宣|速看|最新|提醒|@")
_SHORT_PAGE: Final = 700
_SHORT_NAME: Final = 12
_SURE: Final = 4
_TINY: Final = 25
_THIN: Final = 20
MOST_MARKUP: Final = _THIN * _TINY
"""Characters of markup from which on more of it says nothing more: `reject` may be told so many at the most."""
_REPORTED: Final = re.compile(
    r"记者(?!招待)|本报(?![告表批送请])|讯[（(]|电[（(]|新华社|通讯员|\(Reporter|reporters?\b|News Service|Cctv news"
    r"|\b(?:Xinhua|China Daily|People's Daily|Global Times|CGTN)\b",
    re.IGNORECASE,
)
_SERVED: Final = re.compile(r"(?:决定书|告知书|裁定书|判决书|催告书|裁决书|调解书)(?:[（(〔].{0,40})?$")
"""What is served on one person or firm: a case, and no policy, for all its number."""
_ABOUT_TELLING: Final = re.compile(
    r"(?:解读|新闻发布|发布会|吹风会)(?:工作|管理|制度|机制|实施|评估|质量){0,3}(?:办法|规定|制度|细则|规程|规则|方案|指引)(?:[（(].{0,20})?$"
)
"""Rules about interpretations and press conferences are rules."""
_TOLD: Final = re.compile(
    r"^(?:[^\n]{0,40}\n){0,3}[^\n]{0,12}?(?:(?:20\d\d年)?\d{1,2}月\d{1,2}日(?:上午|下午|至|，|,|晚|，)|近日|日前|连日来|昨日|今日|今天|昨天|近期，)"
)
"""How reports begin: 5月6日，…; 近日，…."""
_COMPANY: Final = re.compile(r"有限公司|股份公司|集团(?:官网|公司)|co\.,?\s?ltd|\binc\.|\bcorp", re.IGNORECASE)
_ARTICLE: Final = re.compile(r"\n第[一二三四五六七八九十]{1,4}条")
_COMES: Final = re.compile(
    r"现(?:将|就|予|提出|印发|公布|通知|通告|公告|制定)|特(?:制定|通知|此)|决定如下|通知如下|公告如下|通告如下|批复如下|函复如下|之日起施行"
)
_PROMULGATED: Final = re.compile(r"^《[^《》]{2,60}》(?:已经|已于|业经).{2,80}?通过.{0,10}?现予?以?公布", re.MULTILINE)
"""How an order brings in what it promulgates; nobody but its issuer opens a paragraph with these words."""
_LOGIN: Final = re.compile(
    r"^(?:统一(?:身份)?认证|(?:用户|系统|会员|单点|管理员?|后台|账号|扫码)?登[录陆])(?:平台|中心|页面?|系统|入口|界面)?(?:\s?[-_|—].*)?$"
)
_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")
_GOVERNMENT: Final = re.compile(r"\.gov(?:\.cn)?(?:[:/]|$)")


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for one kind or another."""

    title: str
    text: str
    columns: tuple[str, ...] = ()
    number: bool = False
    box_labels: int = 0
    signature: bool = False
    addressee: bool = False
    source: str | None = None
    head: str = ""
    host: str = ""
    authority: str | None = None
    listed: str | None = None


def reject(title: str, text: str, markup: int) -> None:
    """Raise for answers that are no page: a challenge, an error, an empty shell.

    Raises:
        Unreadable: challenge, error_page or no_text.
    """
    whole = f"{title}\n{text}".strip()
    if len(text) < _SHORT_PAGE:
        low = whole.lower()
        if any(word in low for word in CHALLENGE_WORDS):
            raise Unreadable("challenge", "the answer is a check for robots, not the page; ask again later and slower")
        if any(word in low for word in ERROR_WORDS) or re.match(r"^\s{0,5}[45]\d\d\b", title):
            raise Unreadable("error_page", f"the answer is an error page: {clean(whole)[:60]}")
        if _LOGIN.match(title):
            raise Unreadable("error_page", f"the answer is a page to log in: {clean(whole)[:60]}")
    if not whole or (len(whole) < _TINY and markup > _THIN * len(whole) and not title):
        raise Unreadable("no_text", "there is markup but no text; a script may have to fill the page")


def column_kind(columns: tuple[str, ...]) -> str | None:
    """The kind that the site's own column names state, the narrowest first."""
    for column in columns:
        low = column.strip().lower()
        if low in COLUMN_KINDS:
            return COLUMN_KINDS[low]
    for column in columns:
        low = column.strip().lower()
        for word, kind in COLUMN_KINDS.items():
            if len(word) > 1 and (
                low.endswith((word, word + "s")) or (kind != "policy" and word in low and len(low) < _SHORT_NAME)
            ):
                return kind
    return None


def policy_score(signs: Signs) -> int:
    """How much speaks for a policy: its form, not its subject."""
    title = signs.title
    score = 0
    score += 3 * signs.number + 2 * signs.signature + signs.addressee + (signs.box_labels >= 3)  # noqa: PLR2004
    if not _CHINESE.search(title):
        score += english.form_score(title, signs.text)
    score += (
        2 * bool(_NOTICE.search(title)) + bool(_TYPES.search(title)) + ("关于" in title and bool(_TYPES.search(title)))
    )
    score += 2 * (len(_ARTICLE.findall(f"\n{signs.text}")) >= 3) + bool(_COMES.search(signs.text))  # noqa: PLR2004
    score += 2 * bool(_PROMULGATED.search(signs.text[:1000]))
    score -= 3 * bool(_QUESTIONS.search(title)) + 2 * bool(_BULLETIN.search(title))
    score -= 5 * bool(_CASE.search(title)) * (not signs.number)
    score -= 2 * bool(_REPORTED.search(signs.text[:300]))
    return score


def kind_of(signs: Signs) -> Kind:
    """The kind of a page by its title, its columns, its form and where it stands."""
    title = signs.title
    low = title.lower()
    column = column_kind(signs.columns) or column_kind((signs.listed or "",))
    noticed = bool(_NOTICE.search(title)) or (signs.number and bool(_TYPES.search(title))) or english.is_notice(title)
    if _ABOUT_TELLING.search(title):
        return _form(signs, column, noticed=True)
    if english.interprets(title) or _INTERPRETS.search(title) or (column == "interpretation" and not noticed):
        return "interpretation"
    if (any(word in low for word in PRESS_WORDS) and not noticed) or (column == "press_conference" and not noticed):
        return "press_conference"
    if (_DRAFT.search(title) and not _ON_DRAFTS.search(title)) or _SERVED.search(title):
        return "other"
    return _form(signs, column, noticed=noticed)


def _form(signs: Signs, column: str | None, *, noticed: bool) -> Kind:
    """Policy, guide or news, where no title or column says it: by the form of a document."""
    score = policy_score(signs)
    if (any(word in signs.title for word in GUIDE_WORDS) or english.guides(signs.title)) and not noticed:
        return "guide"
    if score >= _SURE or (column == "policy" and score >= 1 and not _BULLETIN.search(signs.title)):
        if column not in {"news", "guide"} or score > _SURE:
            return "policy"
    elif column in {"news", "guide"}:
        return "news" if column == "news" else "guide"
    return _rest(signs, score, column)


def _rest(signs: Signs, score: int, column: str | None) -> Kind:
    if _COMPANY.search(signs.head) and not _GOVERNMENT.search(signs.host):
        return "repost"
    told = score < _SURE - 1 and _is_told(signs)
    if _REPORTED.search(signs.text[:600]) or signs.authority == "media" or column == "news" or told:
        return "news"
    if signs.authority == "repost":
        return "repost"
    if column == "guide" or _QUESTIONS.search(signs.title) or signs.title.endswith(("指引", "指南")):
        return "guide"
    if score == _SURE - 1 and column is None and _CHINESE.search(signs.title):
        return "policy"
    return "news" if signs.title.isascii() and signs.source else "other"


def _is_told(signs: Signs) -> bool:
    """Whether a page begins as reports do, and has no title of another kind."""
    if not _CHINESE.search(signs.title) and signs.authority != "repost" and english.is_told(signs.text):
        return True
    if signs.authority == "repost" or _CASE.search(signs.title) or _QUESTIONS.search(signs.title):
        return False
    return _TOLD.match(signs.text) is not None and not signs.title.endswith(("指引", "指南"))
