"""Who issued a document, and who put the page up.

What belongs here: choosing among the bodies that title, box, signature and list name. What does not: recognising and
splitting names (`issuers`).
"""

import re
from typing import Final

from pipeline.parsers.characters import clean
from pipeline.parsers.english import bodies as english
from pipeline.parsers.fields import Fields, Given, promulgation
from pipeline.parsers.issuers import bare, bodies_of_title, is_short, looks_like_body, split_bodies
from pipeline.parsers.normal import normal_issuer, normal_text
from pipeline.parsers.numbers import normal_number
from pipeline.parsers.records import Evidence
from pipeline.parsers.vocabulary import BARE_BUREAUS, BLANKS, SITE_SOURCES

_JOINT: Final = re.compile(r"等\s?(?:\d{1,2}|[一二三四五六七八九十]{1,3})?\s?(?:个)?(?:部门|单位|部委|机关|委办局)")
_ENGLISH_HOST: Final = re.compile(
    r"((?:[A-Z][A-Za-z'’]{1,20}\s){1,7}(?:Office|Department|Bureau|Commission|Ministry|Council|Government))"
    r"\s(?:held|holds|hosted|convened|organi[sz]ed)"
)
_CHINESE_HOST: Final = re.compile(
    r"[，。\s]?([\u4e00-\u9fff]{2,16}(?:新闻办公室|新闻办|办公厅|办公室|政府|委员会|局|部|厅))"
    r"(?:今天|今日|今天上午|今天下午|\S{0,12}日)?(?:在\S{1,10})?(?:举行|召开|举办)"
)
_ENGLISH_COMPANY: Final = re.compile(r"([A-Z][\w &,.\-]{2,60}?\b(?:co\.,?\s?ltd\.?|inc\.|corp\.?))", re.IGNORECASE)
_CHINESE_COMPANY: Final = re.compile(r"([\u4e00-\u9fff（）()]{3,30}(?:有限公司|股份公司|集团))")
_PASSED: Final = re.compile(
    r"(?:日\s?|[（(]|^)(?:(?:第[一二三四五六七八九十]{1,4}届)?(?P<place>全国|[\u4e00-\u9fff]{2,20}?[省市区县州旗])(?:第[一二三四五六七八九十]{1,4}届)?)"
    r"(?P<body>人民代表大会(?:常务委员会)?)第[一二三四五六七八九十百]{1,6}次(?:会议|全体会议)(?:通过|修订|修正)"
)
_LEVELS: Final = ("Municipal", "Provincial", "District")
_Choice = tuple[tuple[str, ...], str]


def set_issuers(fields: Fields, given: Given) -> None:
    """The bodies that issued it: those that title and signature name, in full; else the box; else the list."""
    box = given.box
    fields.issuers_raw = box.get("issuer") or box.get("publisher")
    chosen, where = _choose(fields, given)
    if not chosen and given.listed.issuers and normal_text(given.listed.issuers) not in BLANKS:
        chosen, where = split_bodies(given.listed.issuers), "list"
    if joint := box.get("joint"):
        fields.joint_issuers = split_bodies(joint)
        known = {normal_issuer(name) for name in chosen}
        chosen += tuple(name for name in fields.joint_issuers if normal_issuer(name) not in known)
    fields.issuers = chosen
    if chosen:
        fields.evidence["issuers"] = Evidence(where, "、".join(chosen))


def _choose(fields: Fields, given: Given) -> _Choice:
    title = fields.title or ""
    printed = given.box.get("issuer")
    boxed: _Choice = (tuple(map(bare, split_bodies(printed))) if printed else (), "metadata")
    signed: _Choice = (given.document.signatories, "signature")
    named: _Choice = (bodies_of_title(title), "title")
    if _JOINT.search(title[:80]) and max(len(boxed[0]), len(signed[0]), len(named[0])) > 1:
        return max(boxed, signed, named, key=lambda choice: len(choice[0]))
    if named[0]:
        listed: _Choice = (split_bodies(given.listed.issuers) if given.listed.issuers else (), "list")
        return _in_full(named, signed, boxed, listed)
    if boxed[0]:
        fuller = set(boxed[0]) < set(signed[0]) or (signed[0] and all(map(_is_bare, boxed[0])))
        fuller = fuller or _are_in_full(signed[0], boxed[0])
        return signed if fuller else boxed
    return signed if signed[0] else _last_resort(fields, given)


def _in_full(named: _Choice, *others: _Choice) -> _Choice:
    """The title's bodies, or those of signature or box where these name the same ones and more of them.

    Else each that the title names without its place takes the full name that another of them has for it.
    """
    for wider in others:
        whole = len(wider[0]) >= len(named[0]) and not any(is_short(n) or _is_bare(n) for n in wider[0])
        if (any(map(is_short, named[0])) and whole) or set(named[0]) < set(wider[0]):
            return wider
    full = [name for other in others for name in other[0] if not is_short(name)]
    names = (next((one for one in full if is_short(name) and _holds(one, name)), name) for name in named[0])
    return tuple(names), named[1]


def _are_in_full(full: tuple[str, ...], short: tuple[str, ...]) -> bool:
    """Whether `full` are the bodies that `short` names without their place: 甲市发展和改革委员会 is 市发改委."""
    return len(full) == len(short) and all(
        is_short(less) and _holds(more, less) for more, less in zip(full, short, strict=True)
    )


def _holds(name: str, short: str) -> bool:
    """Whether the characters of `short` stand in `name`, in order."""
    rest = iter(name)
    return name != short and all(character in rest for character in short)


def _last_resort(fields: Fields, given: Given) -> _Choice:
    if name := _promulgator(fields, given):
        return split_bodies(name), "body"
    if name := _assembly(given):
        return (name,), "body"
    publisher = given.box.get("publisher")
    if publisher and given.authority != "repost" and normal_text(publisher) not in SITE_SOURCES:
        return tuple(map(bare, split_bodies(publisher))), "metadata"
    return (), ""


def _is_bare(name: str) -> bool:
    """A bureau's name without the house it belongs to: 科技司, 办公厅."""
    return name in BARE_BUREAUS or (len(name) <= 4 and name.endswith(("司", "处", "厅", "办")))  # noqa: PLR2004


def _promulgator(fields: Fields, given: Given) -> str | None:
    """国务院 of （2021年7月27日中华人民共和国国务院令第746号公布）, or of a number line 国务院令第746号."""
    promulgated = promulgation(given.document)
    for printed in (promulgated["number"] if promulgated else None, given.document.number, fields.number_raw):
        number = normal_number(printed) if printed else None
        if number and (name := english.promulgator(number)):
            return name
        if number and "令" in number and looks_like_body(name := number.split("令", 1)[0]):
            return name
    return None


def _assembly(given: Given) -> str | None:
    """The standing committee of （2023年11月30日甲市第十四届人民代表大会常务委员会第十五次会议通过）."""
    for line in given.document.lines[:4]:
        if "人民代表大会" in line.text and (match := _PASSED.search(line.text)):
            return f"{match['place']}{match['body']}"
    return None


def set_publisher(fields: Fields, given: Given, kind: str, text: str) -> None:
    """Who put the page up: the printed source, the standard meta, the host of a press conference, the site."""
    box, metas = given.box, given.metas
    site = metas.get("sitename")
    options = [
        (box.get("publisher"), "metadata"),
        (box.get("source"), "metadata"),
        (metas.get("contentsource"), "meta"),
        (metas.get("source"), "meta"),
    ]
    if kind == "press_conference":
        options.insert(0, (_press_host(text, site or ""), "body"))
    if kind == "repost":
        options.insert(0, (_company(given.head), "title"))
    if kind in {"news", "press_conference", "repost"}:
        options.append((site, "meta"))
    for printed, where in options:
        name = _source_name(printed or "")
        if name:
            fields.publisher = name
            fields.evidence["publisher"] = Evidence(where, printed or name)
            return


def _source_name(printed: str) -> str | None:
    name = clean(printed.replace("\n", " ")).strip(" :：|")
    name = re.sub(r"^(?:本网|本站)(?=\S{3})", "", name)
    name = re.sub(r"\s?[（(](?:转载|来源|摘编|原创)[）)]$", "", name)
    if not name or name in SITE_SOURCES or normal_text(name) in BLANKS or len(name) > 80:  # noqa: PLR2004
        return None
    if match := re.fullmatch(r"([A-Za-z][\w\-]{1,30})\.(?:com|cn|net|org)(?:\.cn)?", name):
        return match[1]
    return name


def _press_host(text: str, site: str) -> str | None:
    """Who held the press conference; a body named by its level alone gets the site's place."""
    head = text[:1500]
    if english := _ENGLISH_HOST.search(head):
        name = re.sub(r"^(?:The|On|Today)\s", "", english[1])
        place = re.match(r"([A-Z][a-z]{1,20})\s(?:Municipal|Provincial|City|District)", site)
        return f"{place[1]} {name}" if place and name.startswith(_LEVELS) else name
    chinese = _CHINESE_HOST.search(head)
    return chinese[1] if chinese else None


def _company(head: str) -> str | None:
    match = _ENGLISH_COMPANY.search(head) or _CHINESE_COMPANY.search(head)
    return match[1].strip() if match else None
