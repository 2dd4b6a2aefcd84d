"""A record against the sidecar of its page: which value of the one is which of the other.

What belongs here: comparing pages and phrases. What does not: listings (`accuracy_lists`), counting (`accuracy_score`).
null or absent in gold is not asserted. A computed end of force may be a day off. Figures of reports are compared by
their value, since gold names them in words of its own.
"""

import datetime as dt
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.accuracy_score import Score
from pipeline.parsers import PageRecord
from pipeline.parsers.citations import read_citations
from pipeline.parsers.force import Days, read_force
from pipeline.parsers.normal import normal_issuer, normal_number, normal_text, normal_title

if TYPE_CHECKING:
    from collections.abc import Callable

Gold = dict[str, Any]
CHINESE_SECTION: Final = re.compile(r"^[一二三四五六七八九十百零〇]+$")


def day(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None


def near(gold: str, ours: dt.date | None) -> bool:
    return ours is not None and abs((dt.date.fromisoformat(gold) - ours).days) <= 1


def sections(record: PageRecord, *, annex: bool) -> int:
    """How many sections 一、二、… stand at the top of the document, or of its annexes."""
    paths = [clause.path for clause in record.clauses]
    if annex:
        paths = [path.split(".")[1] for path in paths if path.startswith("annex") and path.count(".") == 1]
    return sum(1 for path in paths if CHINESE_SECTION.match(path.split("#")[0]))


def labelled(record: PageRecord, mark: str) -> int:
    return sum(1 for clause in record.clauses if re.match(rf"第.{{1,6}}{mark}", clause.label))


def score_dates(score: Score, folder: str, page: str, gold: Gold, record: PageRecord) -> None:
    for name, ours in (
        ("date_signed", record.signed_date), ("date_published", record.published_date),
        ("date_effective", record.effective_date), ("date_repealed", record.repealed_date),
    ):  # fmt: skip
        if gold.get(name):
            score.add(folder, name, page, gold[name], day(ours))
    if until := gold.get("date_expiry"):
        score.add(folder, "date_expiry", page, until, day(record.in_force_to), same=near(until, record.in_force_to))
    if rule := gold.get("effective_rule"):
        rules = [effect.rule for effect in record.effect if effect.rule.startswith("effective")]
        wanted = "effective_on_issue" if "印发" in rule else "effective_on_publication"
        score.add(folder, "effective_rule", page, wanted, rules, same=wanted in rules)
    if years := re.match(r"(\d+)年", gold.get("expiry_rule") or ""):
        terms = [effect.term for effect in record.effect if effect.rule == "valid_for"]
        score.add(folder, "expiry_rule", page, f"P{years[1]}Y", terms, same=f"P{years[1]}Y" in terms)


def score_policy(score: Score, folder: str, page: str, gold: Gold, record: PageRecord) -> None:
    """Every field that `gold` asserts."""
    fields: tuple[tuple[str, str | None, Callable[[str], str | None]], ...] = (
        ("title", record.title, normal_title), ("doc_no", record.number, normal_number),
        ("index_no", record.index_number, normal_text), ("topic", record.topic, normal_text),
        ("status", record.status_raw, normal_text), ("instrument_title", record.instrument_title, normal_title),
    )  # fmt: skip
    for name, ours, norm in fields:
        if gold.get(name):
            score.add(folder, name, page, norm(gold[name]), norm(ours) if ours else None)
    if gold.get("issuers"):
        wanted = sorted(map(normal_issuer, gold["issuers"]))
        score.add(folder, "issuers", page, wanted, sorted(map(normal_issuer, record.issuers)))
    score_dates(score, folder, page, gold, record)
    for name, count in (
        ("sections_top_level", sections(record, annex=False)), ("sections_in_annex", sections(record, annex=True)),
        ("chapters", labelled(record, "章")), ("articles", labelled(record, "条")),
    ):  # fmt: skip
        if gold.get(name) is not None:
            score.add(folder, name, page, gold[name], count)
    if gold.get("repeals") is not None:
        wanted = sorted(normal_number(item) or normal_title(item) for item in gold["repeals"])
        score.add(folder, "repeals", page, wanted, repealed(record.citations))


def repealed(citations: Any) -> list[str]:  # noqa: ANN401 - citations of a record or of a sentence
    """What is repealed, by number or title in normal form."""
    return sorted({one.number or normal_title(one.title or "") for one in citations if one.relation == "repeals"})


def score_seed(score: Score, page: str, side: Gold, record: PageRecord) -> None:
    """One of the founding documents."""
    gold = side["gold"]
    score.add("seeds", "kind", page, side["kind"], record.kind)
    if side["kind"] != "policy":
        score.add("seeds", "publisher", page, gold["publisher"], record.publisher)
        score.add("seeds", "date_published", page, gold["date_published"], day(record.published_date))
        score_counts(score, page, gold, record)
        return
    score_policy(score, "seeds", page, gold, record)
    for name, ours in (("doc_no", record.number), ("date_repealed", record.repealed_date),
                       ("stated_status", record.stated_status), ("expiry", record.in_force_to)):  # fmt: skip
        score.add("seeds", f"{name} blank", page, None, ours)
    score.add("seeds", "signatory", page, [gold["signatory"]], list(record.signatories))
    score.add("seeds", "joint_issuers", page, [], list(record.joint_issuers))
    score.add("seeds", "measures", page, gold["measures"], sum(1 for clause in record.clauses if clause.level == 2))
    sums = [amount for clause in record.clauses for amount in clause.amounts if amount.unit == "CNY"]
    score.add("seeds", "amounts", page, gold["amounts_in_wanyuan"], len(sums))
    targets = [{"what": t.what, "value": int(t.value), "unit": t.unit, "deadline": t.deadline} for t in record.targets]
    score.add("seeds", "targets", page, gold["targets"], targets)


def score_counts(score: Score, page: str, gold: Gold, record: PageRecord) -> None:
    """What a report counts, aims at and caps, and the provisions that end by themselves: each value that gold names."""
    goals = {(int(target.value), _year(target.deadline, record)) for target in record.targets}
    for target in gold.get("targets", ()):
        value = _whole(target["value"] if isinstance(target, dict) else target)
        deadline = target.get("deadline") if isinstance(target, dict) else None
        ours = sorted(one for one in goals if one[0] == value)
        same = any(deadline in {None, when} for _, when in ours)
        score.add("seeds", "targets of reports", page, (value, deadline), ours, same=same)
    counts = sorted({int(figure.value) for figure in record.figures})
    for name, value in {**gold.get("figures", {}), "measures": gold.get("measures_announced")}.items():
        if value is not None:
            score.add("seeds", "figures", page, (name, value), counts, same=_whole(value) in counts)
    days = [day(expiry.date) for expiry in record.expiries]
    for expiry in gold.get("clause_expiry", ()):
        score.add("seeds", "clause_expiry", page, expiry["until"], days, same=expiry["until"] in days)
    caps = [(amount.value, amount.unit) for c in record.clauses for amount in c.amounts if amount.limit == "cap"]
    for cap in gold.get("caps", ()):
        wanted = (float(_whole(cap)), "percent" if "%" in cap else "CNY")
        score.add("seeds", "caps", page, cap, caps, same=wanted in caps)


def _whole(printed: str | int) -> int:
    """The figure in `1.66 million`, `more than 70,000`, `20% of the contract fee`."""
    found = re.search(r"([\d.,]+)\s?(million)?", str(printed))
    return round(float(found[1].replace(",", "")) * (10**6 if found[2] else 1)) if found else -1


def _year(deadline: str | None, record: PageRecord) -> str | None:
    """A deadline as gold has it: this year is that of publication."""
    return str(record.published_date.year) if deadline == "this year" and record.published_date else deadline


def score_guangzhou(score: Score, page: str, side: Gold, record: PageRecord) -> None:
    if "not scored" not in side["kind"]:
        score.add("guangzhou", "policy or not", page, side["gold"] is not None, record.kind == "policy")
    if side["gold"]:
        score_policy(score, "guangzhou", page, side["gold"], record)


def score_transcribed(score: Score, page: str, side: Gold, record: PageRecord) -> None:
    gold = side.get("gold") or {}
    if "items" in gold or not gold:
        score.add("transcribed", "kind", page, "listing", record.kind)
        return
    if gold.get("is_policy") is False:
        score.add("transcribed", "kind", page, "not a policy", record.kind, same=record.kind != "policy")
        score.add("transcribed", "issuers", page, [], list(record.issuers))
        seen = day(record.published_date)
        days = [gold[name][:10] for name in ("date_published_visible", "date_published_meta")]
        score.add("transcribed", "date_published", page, days, seen, same=seen in days)
        score.add("transcribed", "image only", page, "", record.text)
    else:
        score.add("transcribed", "signature_issuers", page, gold["signature_issuers"], len(record.signatories))
        second = sum(1 for clause in record.clauses if clause.label.startswith("（"))
        score.add("transcribed", "second_level_items", page, gold["second_level_items"], second)
        # The notice names the instrument without the bodies that stand before it in its own title.
        ours, whole = normal_title(record.instrument_title or ""), normal_title(gold["annexed_title"])
        score.add("transcribed", "annexed_title", page, whole, ours, same=ours != "" and whole.endswith(ours))
    score_policy(score, "transcribed", page, gold, record)


def score_sentence(score: Score, row: Gold) -> None:
    """One sentence about force: what starts, for how long, and what is repealed."""
    gold, sentence, name = row["gold"], row["sentence"], str(row["id"])
    is_title = gold["kind"] == "title-of-repeal-decision"
    effects = read_force([sentence], (), Days())
    cited = read_citations(
        [] if is_title else [sentence], titles=(sentence,) if is_title else (), number=None, start=None, kind="policy"
    )
    wanted = [normal_number(item.get("no") or "") or normal_title(item["title"]) for item in gold.get("repeals", [])]
    score.add("phrases", "repeals", name, sorted(wanted), repealed(cited))
    starts = [effect for effect in effects if effect.rule.startswith("effective")]
    own = gold["kind"] in {"own", "own+repeal"}
    ours: str | None = starts[0].quote if starts else None
    if starts and own:
        first = starts[0]
        ours = day(first.date) or ("ON_ISSUE" if first.term is None else f"ON_PUBLICATION+{first.term[1:]}")
    score.add("phrases", "effective", name, gold["effective"] if own else None, ours)
    term = next((effect.term for effect in effects if effect.rule == "valid_for"), None)
    score.add("phrases", "term", name, f"P{gold['period_years']}Y" if "period_years" in gold else None, term)


def score_phrases(score: Score, folder: Path) -> None:
    """The labelled sentences, and the numbers as printed: to normal form, and that to itself."""
    for line in (folder / "validity_sentences.jsonl").read_text(encoding="utf-8").splitlines():
        score_sentence(score, json.loads(line))
    for line in (folder / "document_numbers.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        printed = line.split("\t")[0]
        normal = normal_number(printed)
        good = (normal is None) if printed == "无" else normal is not None and normal_number(normal) == normal
        score.add("phrases", "numbers", printed, printed, normal, same=good)
