"""`python -m benchmarks.warehouse_peers all FOLDER FIRST ROUND`: the same two loads by dlt (scd2) and dbt (snapshot).

What belongs here: the peers' own packages, as their manuals have it. What does not: anything of ours; it runs in a Python
that knows nothing of policywatch. Prints the seconds of the second load by peer, as JSON.
"""

# ruff: noqa: E501 - SQL and rows of the table read best in one line
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

COLUMNS = [
    "url", "reading_hash", "title", "number", "issuers_raw", "topic", "signed_date", "published_date", "effective_date",
    "stated_status", "status_raw", "in_force_from", "in_force_to", "effect", "attachments", "language", "script", "text",
    "evidence", "fetched_at",
]  # fmt: skip


def by_dlt(folder: Path, staging: Path, *, from_dicts: bool) -> float:
    """Seconds of one load; the row's version is the reader's hash, as ours is."""
    import dlt  # noqa: PLC0415 - its start is no part of the other peer

    table = pq.read_table(staging / "readings.parquet", columns=COLUMNS)
    rows = table.to_pylist() if from_dicts else table
    strategy = {"disposition": "merge", "strategy": "scd2", "row_version_column_name": "reading_hash"}
    begun = time.perf_counter()
    pipeline = dlt.pipeline(
        "bench", destination=dlt.destinations.duckdb(str(folder / "peer.duckdb")), dataset_name="policies",
        pipelines_dir=str(folder / "pipelines"),
    )  # fmt: skip
    pipeline.run(dlt.resource(rows, name="policy", write_disposition=strategy, merge_key="url"))  # type: ignore[call-overload]
    return time.perf_counter() - begun


def by_dbt(folder: Path, staging: Path) -> float:
    """Seconds of one `dbt snapshot` with the check strategy on the reader's hash, its start included."""
    project = folder / "dbt"
    (project / "snapshots").mkdir(parents=True, exist_ok=True)
    (project / "dbt_project.yml").write_text("name: bench\nprofile: bench\n")
    (project / "profiles.yml").write_text(
        f"bench:\n  target: dev\n  outputs:\n    dev:\n      type: duckdb\n      path: {folder / 'dbt.duckdb'}\n"
    )
    (project / "snapshots" / "policy.sql").write_text(
        "{% snapshot policy %}{{ config(target_schema='main', unique_key='url', strategy='check', check_cols=['reading_hash']) }}"
        f"SELECT {', '.join(COLUMNS)} FROM '{staging}/readings.parquet'" + "{% endsnapshot %}"
    )
    command = [str(Path(sys.executable).with_name("dbt")), "snapshot", "--profiles-dir", ".", "--quiet"]
    begun = time.perf_counter()
    environment = os.environ | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}
    subprocess.run(command, cwd=project, env=environment, check=True, capture_output=True)
    return time.perf_counter() - begun


def main() -> None:
    os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "CRITICAL"}
    folder, first, following = (Path(text).absolute() for text in sys.argv[2:5])
    folder.mkdir(parents=True)
    found = {}
    for name, from_dicts in (("dlt scd2 from Arrow", False), ("dlt scd2 from dicts", True)):
        # Rows made of dicts carry an id of dlt's own; Arrow tables only on demand.
        os.environ["NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_ID"] = str(from_dicts).lower()
        os.environ["NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_LOAD_ID"] = str(from_dicts).lower()
        place = folder / f"dlt-{from_dicts}"
        place.mkdir()
        by_dlt(place, first, from_dicts=False)
        found[name] = by_dlt(place, following, from_dicts=from_dicts)
        shutil.rmtree(place)
    by_dbt(folder, first)
    found["dbt snapshot"] = by_dbt(folder, following)
    with duckdb.connect(str(folder / "dbt.duckdb"), read_only=True) as connection:
        if not (connection.execute("SELECT count(*) FROM policy WHERE dbt_valid_to IS NOT NULL").fetchone() or (0,))[0]:
            sys.exit("dbt closed no version")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
