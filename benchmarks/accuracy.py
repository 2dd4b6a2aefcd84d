"""How right the reader is: every page and phrase under ../shared/pages that has gold, per folder and field.

Run as `python -m benchmarks.accuracy [FOLDER …] [--wrong]`: right, wrong (another value), missing (gold, we say
nothing), extra (we say something, gold says there is none). `--wrong` lists each miss. null or absent in gold is not
asserted.
"""

import argparse
import datetime as dt
import json
import re
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from pipeline.parsers import PageRecord, Unreadable, read_page, read_text  # noqa: E402
from pipeline.parsers.citations import read_citations  # noqa: E402
from pipeline.parsers.force import Days, read_force  # noqa: E402
from pipeline.parsers.normal import normal_issuer, normal_number, normal_text, normal_title  # noqa: E402

PAGES = ROOT.parent / "shared" / "pages"
FOLDERS = ("seeds", "gov.cn", "guangzhou", "miit_text", "transcribed", "lists", "provincial_json", "gne", "phrases")
OUTCOMES = ("right", "wrong", "missing", "extra")
CHINESE_SECTION = re.compile(r"^[一二三四五六七八九十百零〇]+$")


class Score:
    """Counts per folder and field, and what was missed."""

    def __init__(self) -> None:
        self.table: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(OUTCOMES, 0))
        self.misses: list[str] = []
        self.times: dict[str, list[float]] = defaultdict(list)

    def add(  # noqa: PLR0913 - one row of the table
        self,
        folder: str,
        field: str,
        page: str,
        gold: Any,  # noqa: ANN401 - any value of a record or a sidecar
        ours: Any,  # noqa: ANN401
        *,
        same: bool | None = None,
    ) -> None:
        """Count one value: `same` where equality is not `==`."""
        equal = gold == ours if same is None else same
        empty = ours in (None, "", (), [], set())
        outcome = "right" if equal else "extra" if gold in (None, "", [], set()) else "missing" if empty else "wrong"
        self.table[folder, field][outcome] += 1
        if outcome != "right":
            self.misses.append(f"{folder}/{page} {field}: gold {gold!r}, ours {ours!r} ({outcome})")

    def show(self) -> None:
        """Print the table."""
        heads = " ".join(f"{outcome:>7}" for outcome in OUTCOMES)
        print(f"{'folder':<16} {'field':<22} {heads}  precision recall")
        for (folder, field), counts in self.table.items():
            said = counts["right"] + counts["wrong"] + counts["extra"]
            asked = counts["right"] + counts["wrong"] + counts["missing"]
            figures = " ".join(f"{counts[outcome]:>7}" for outcome in OUTCOMES)
            precision = 100 * counts["right"] / said if said else 100
            recall = 100 * counts["right"] / asked if asked else 100
            print(f"{folder:<16} {field:<22} {figures}  {precision:>8.1f} {recall:>6.1f}")
        for folder, times in self.times.items():
            median = sorted(times)[len(times) // 2]
            print(f"{folder:<16} {len(times)} pages, {sum(times) / len(times):.1f} ms a page, median {median:.1f}")


def read(path: Path, url: str) -> PageRecord | Unreadable:
    try:
        if path.suffix == ".txt":
            return read_text(path.read_text(encoding="utf-8"), url=url)
        return read_page(path.read_bytes(), url=url)
    except Unreadable as reason:
        return reason


def day(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None


def near(gold: str, ours: dt.date | None) -> bool:
    return ours is not None and abs((dt.date.fromisoformat(gold) - ours).days) <= 1


def sections(record: PageRecord, *, annex: bool) -> int:
    paths = [clause.path for clause in record.clauses]
    if annex:
        return sum(
            1
            for path in paths
            if path.startswith("annex")
            and path.count(".") == 1
            and CHINESE_SECTION.match(path.split(".")[1].split("#")[0])
        )
    return sum(1 for path in paths if CHINESE_SECTION.match(path.split("#")[0]))


def labelled(record: PageRecord, mark: str) -> int:
    return sum(1 for clause in record.clauses if re.match(rf"第.{{1,6}}{mark}", clause.label))


def score_dates(score: Score, folder: str, page: str, gold: dict[str, Any], record: PageRecord) -> None:
    for name, ours in (
        ("date_signed", record.signed_date),
        ("date_published", record.published_date),
        ("date_effective", record.effective_date),
        ("date_repealed", record.repealed_date),
    ):  # fmt: skip
        if gold.get(name):
            score.add(folder, name, page, gold[name], day(ours))
    if gold.get("date_expiry"):
        score.add(
            folder,
            "date_expiry",
            page,
            gold["date_expiry"],
            day(record.in_force_to),
            same=near(gold["date_expiry"], record.in_force_to),
        )


def score_policy(score: Score, folder: str, page: str, gold: dict[str, Any], record: PageRecord) -> None:
    for name, ours, norm in (
        ("title", record.title, normal_title),
        ("doc_no", record.number, normal_number),
        ("index_no", record.index_number, normal_text),
        ("topic", record.topic, normal_text), ("status", record.status_raw, normal_text),
        ("instrument_title", record.instrument_title, normal_title),
    ):  # fmt: skip
        if gold.get(name):
            score.add(folder, name, page, norm(gold[name]), norm(ours) if ours else None)
    if gold.get("issuers"):
        score.add(
            folder,
            "issuers",
            page,
            sorted(map(normal_issuer, gold["issuers"])),
            sorted(map(normal_issuer, record.issuers)),
        )
    score_dates(score, folder, page, gold, record)
    for name, count in (
        ("sections_top_level", sections(record, annex=False)), ("sections_in_annex", sections(record, annex=True)),
        ("chapters", labelled(record, "章")), ("articles", labelled(record, "条")),
    ):  # fmt: skip
        if gold.get(name) is not None:
            score.add(folder, name, page, gold[name], count)
    if gold.get("repeals") is not None:
        ours_set = sorted(
            {
                citation.number or normal_title(citation.title or "")
                for citation in record.citations
                if citation.relation == "repeals"
            }
        )
        score.add(
            folder,
            "repeals",
            page,
            sorted(normal_number(item) or normal_title(item) for item in gold["repeals"]),
            ours_set,
        )


def score_seed(score: Score, page: str, side: dict[str, Any], record: PageRecord) -> None:
    gold = side["gold"]
    score.add("seeds", "kind", page, side["kind"], record.kind)
    if side["kind"] != "policy":
        score.add("seeds", "publisher", page, gold["publisher"], record.publisher)
        score.add("seeds", "date_published", page, gold["date_published"], day(record.published_date))
        return
    score_policy(score, "seeds", page, gold, record)
    for name, ours in (("doc_no", record.number), ("date_repealed", record.repealed_date),
                       ("stated_status", record.stated_status),
                       ("expiry", record.in_force_to)):  # fmt: skip
        score.add("seeds", f"{name} blank", page, None, ours)
    score.add("seeds", "signatory", page, [gold["signatory"]], list(record.signatories))
    score.add("seeds", "joint_issuers", page, [], list(record.joint_issuers))
    score.add("seeds", "measures", page, gold["measures"], sum(1 for clause in record.clauses if clause.level == 2))
    sums = [amount for clause in record.clauses for amount in clause.amounts if amount.unit == "CNY"]
    score.add("seeds", "amounts", page, gold["amounts_in_wanyuan"], len(sums))
    targets = [{"what": t.what, "value": int(t.value), "unit": t.unit, "deadline": t.deadline} for t in record.targets]
    score.add("seeds", "targets", page, gold["targets"], targets)
    rules = [effect.rule for effect in record.effect]
    score.add("seeds", "effective_rule", page, "effective_on_issue", rules, same="effective_on_issue" in rules)


def score_page(score: Score, folder: str, path: Path, side: dict[str, Any]) -> None:
    begin = time.perf_counter()
    record = read(path, side.get("url") or side.get("source") or "")
    score.times[folder].append((time.perf_counter() - begin) * 1000)
    gold = side.get("gold")
    page = path.stem[:24]
    if folder in {"lists", "provincial_json", "gne"}:
        ours = record.reason if isinstance(record, Unreadable) else record.kind
        wanted = {"listing"} if folder != "gne" else {"news", "other", "interpretation"}
        score.add(folder, "kind", page, "/".join(sorted(wanted)), ours, same=ours in wanted)
        return
    if isinstance(record, Unreadable):
        score.add(folder, "read", page, "readable", str(record))
        return
    if folder == "seeds":
        score_seed(score, page, side, record)
    elif folder == "transcribed":
        score_transcribed(score, page, gold or {}, record)
    elif folder == "guangzhou":
        if "not scored" not in side["kind"]:
            score.add(folder, "policy or not", page, gold is not None, record.kind == "policy")
        if gold:
            score_policy(score, folder, page, gold, record)
    elif gold:
        score_policy(score, folder, page, gold, record)


def score_transcribed(score: Score, page: str, gold: dict[str, Any], record: PageRecord) -> None:
    if "items" in gold:
        score.add("transcribed", "kind", page, "listing", record.kind)
        return
    if gold.get("is_policy") is False:
        score.add("transcribed", "kind", page, "not a policy", record.kind, same=record.kind != "policy")
        score.add("transcribed", "issuers", page, [], list(record.issuers))
    elif gold:
        score.add("transcribed", "signature_issuers", page, gold["signature_issuers"], len(record.signatories))
        second = sum(1 for clause in record.clauses if clause.label.startswith("（"))
        score.add("transcribed", "second_level_items", page, gold["second_level_items"], second)
    score_policy(score, "transcribed", page, gold, record)


def score_sentence(score: Score, row: dict[str, Any]) -> None:
    gold, sentence, name = row["gold"], row["sentence"], str(row["id"])
    is_title = gold["kind"] == "title-of-repeal-decision"
    effects = read_force([sentence], (), Days())
    cited = read_citations(
        [] if is_title else [sentence], titles=(sentence,) if is_title else (), number=None, start=None, kind="policy"
    )
    repeals = sorted(c.number or normal_title(c.title or "") for c in cited if c.relation == "repeals")
    wanted = sorted(
        normal_number(item.get("no") or "") or normal_title(item["title"]) for item in gold.get("repeals", [])
    )
    score.add("phrases", "repeals", name, wanted, repeals)
    starts = [effect for effect in effects if effect.rule.startswith("effective")]
    if gold["kind"] in {"own", "own+repeal"}:
        expected = gold["effective"]
        found = starts[0] if starts else None
        ours = (
            None
            if found is None
            else day(found.date) or ("ON_ISSUE" if found.term is None else f"ON_PUBLICATION+{found.term[1:]}")
        )
        score.add("phrases", "effective", name, expected, ours)
    else:
        score.add("phrases", "effective", name, None, starts[0].quote if starts else None)
    term = next((effect.term for effect in effects if effect.rule == "valid_for"), None)
    score.add("phrases", "term", name, f"P{gold['period_years']}Y" if "period_years" in gold else None, term)


def score_phrases(score: Score) -> None:
    for line in (PAGES / "phrases" / "validity_sentences.jsonl").read_text(encoding="utf-8").splitlines():
        score_sentence(score, json.loads(line))
    for line in (PAGES / "phrases" / "document_numbers.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        printed = line.split("\t")[0]
        normal = normal_number(printed)
        good = (normal is None) if printed == "无" else normal is not None and normal_number(normal) == normal
        score.add("phrases", "numbers", printed, printed, normal, same=good)


def measure(folders: tuple[str, ...] = FOLDERS) -> Score:
    """Score the reader on `folders`."""
    score = Score()
    for folder in folders:
        if folder == "phrases":
            score_phrases(score)
            continue
        for sidecar in sorted((PAGES / folder).glob("*.json")):
            if sidecar.name.endswith(".response.json"):
                continue
            page = next(
                (p for ext in (".html", ".txt", ".xml", ".response.json") if (p := sidecar.with_suffix(ext)).exists()),
                None,
            )
            if page:
                score_page(score, folder, page, json.loads(sidecar.read_text(encoding="utf-8")))
    return score


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", default=list(FOLDERS))
    parser.add_argument("--wrong", action="store_true", help="list every miss")
    options = parser.parse_args()
    if not PAGES.is_dir():
        print(f"{PAGES} is not there; the gold is kept beside the repository")
        return 1
    score = measure(tuple(options.folders))
    score.show()
    if options.wrong:
        print(*score.misses, sep="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
