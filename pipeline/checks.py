"""Asset checks, made from what the sources expect of themselves.

What belongs here: the specs and results of the checks. What does not: judging a crawl (`crawlers`, in crawl.json) or
raising an alert. A check warns; it never stops a run, because one bad crawl must not keep the others from loading.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import dagster as dg
import pyarrow.parquet as pq

from crawlers.source import Source
from pipeline.reading import counts
from policywatch.home import Home

VERDICT: Final = "verdict"
READING: Final = "reads_as_expected"
HEALTHY: Final = "healthy"
NEW_PER_RUN: Final = "new_per_run"
FRESH: Final = "sources_are_fresh"


def crawl_specs(asset: str) -> list[dg.AssetCheckSpec]:
    """The checks of a crawl: its verdict, and how many new pages it brought."""
    return [
        dg.AssetCheckSpec(VERDICT, asset=asset, description="The crawl was good: lists and pages as expected."),
        dg.AssetCheckSpec(NEW_PER_RUN, asset=asset, description="As many new pages as the source usually has."),
    ]


def crawl_results(source: Source, found: Mapping[str, Any]) -> list[dg.AssetCheckResult]:
    """The results for the crawl whose crawl.json is `found`."""
    verdict = found["verdict"]
    whole = verdict != "partial"
    new = int(found["counts"].get("new", 0))
    limits = source.expect.new_per_run
    return [
        dg.AssetCheckResult(
            passed=verdict in {"good", "partial"},
            check_name=VERDICT,
            severity=dg.AssetCheckSeverity.ERROR if verdict == "failed" else dg.AssetCheckSeverity.WARN,
            metadata={"verdict": verdict, "reasons": "; ".join(found.get("reasons") or []) or "none"},
        ),
        dg.AssetCheckResult(
            passed=limits is None or (limits[0] if whole else 0) <= new <= limits[1],
            check_name=NEW_PER_RUN,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"new": new, "expected": str(list(limits) if limits else None)},
        ),
    ]


def fill_fields(sources: Mapping[str, Source]) -> list[str]:
    """The fields that any source expects to be filled."""
    return sorted({field for source in sources.values() for field in source.expect.filled})


def fill_specs(asset: str, sources: Mapping[str, Source]) -> list[dg.AssetCheckSpec]:
    """Whether the reading speaks against the run, and one check per field that any source expects to be filled."""
    return [
        dg.AssetCheckSpec(READING, asset=asset, description="Fields are filled and pages readable as expected."),
        *(
            dg.AssetCheckSpec(f"filled_{field}", asset=asset, description=f"`{field}` is filled as often as expected.")
            for field in fill_fields(sources)
        ),
    ]


def fill_rates(home: Home, source: Source) -> dict[str, float]:
    """The share of `source`'s staged pages in which each expected field is filled; empty if there are none."""
    fields = list(source.expect.filled)
    filled = dict.fromkeys(fields, 0)
    pages = 0
    for path in home.staging.glob(f"{source.name}-*/readings.parquet"):
        for row in pq.read_table(path, columns=["kind", "change_cause", *fields]).to_pylist():
            if row["change_cause"] == "source" and counts(source, row["kind"]):
                pages += 1
                for field in fields:
                    filled[field] += row[field] not in (None, "", [])
    return {field: count / pages for field, count in filled.items()} if pages else {}


def fill_results(
    sources: Mapping[str, Source], source: Source, rates: Mapping[str, float], against: Sequence[str]
) -> Sequence[dg.AssetCheckResult]:
    """The result of every check of a reading for `source`; a field that it expects nothing of passes.

    `against`: what the reading says against the run, which made its verdict worse.
    """
    expected = source.expect.filled
    results = [
        dg.AssetCheckResult(
            passed=not against,
            check_name=READING,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"reasons": "; ".join(against) or "none"},
        )
    ]
    for field in fill_fields(sources):
        wanted, rate = expected.get(field), rates.get(field)
        results.append(
            dg.AssetCheckResult(
                passed=wanted is None or rate is None or rate >= wanted,
                check_name=f"filled_{field}",
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"filled": "no page" if rate is None else round(rate, 4), "expected": str(wanted)},
            )
        )
    return results


def health_spec(asset: str) -> dg.AssetCheckSpec:
    """The check of a source's health over its runs."""
    return dg.AssetCheckSpec(HEALTHY, asset=asset, description="The last runs were good; else why, and since when.")


def health_result(rows: Sequence[Mapping[str, Any]]) -> dg.AssetCheckResult:
    """The result for a source of which `rows` holds the one row of the published `sources`, none where it has none."""
    row = rows[0] if rows else {"health": "never_checked", "health_since": None, "health_reasons": []}
    health = row["health"]
    return dg.AssetCheckResult(
        passed=health in {"healthy", "never_checked"},
        check_name=HEALTHY,
        severity=dg.AssetCheckSeverity.ERROR if health == "unhealthy" else dg.AssetCheckSeverity.WARN,
        metadata={
            "health": health,
            "since": str(row["health_since"] or "never"),
            "reasons": "; ".join(row["health_reasons"]) or "none",
        },
    )


def freshness_spec(asset: str) -> dg.AssetCheckSpec:
    """The check that every source that is crawled at all was found good of late, by its own schedule."""
    return dg.AssetCheckSpec(FRESH, asset=asset, description="Each source was found good at one of its last two times.")


def freshness_result(late: Sequence[Mapping[str, Any]]) -> dg.AssetCheckResult:
    """The result for the sources that are `late` (`pipeline.freshness`)."""
    columns = ("source", "last_good_at", "last_crawl_at", "schedule")
    records = [dg.TableRecord({name: str(row[name]) for name in columns}) for row in late]
    return dg.AssetCheckResult(
        passed=not late,
        check_name=FRESH,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "sources_late": len(late),
            "late": dg.MetadataValue.table(
                records, schema=dg.TableSchema([dg.TableColumn(name, "string") for name in columns])
            ),
        },
    )
