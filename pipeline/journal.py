"""What no archived page says and the warehouse cannot be made again without: `archive/journal.jsonl`.

What belongs here: the file, one JSON object a line, appended to and never changed: in which order runs were loaded,
when the calendar was looked at, what people decided. What does not: what is done with it (`pipeline.rebuild`,
`pipeline.run`, `pipeline.deciding`).

Only who holds the warehouse's lock writes. Loads and looks are taken from the warehouse after the fact, so that a
killed run leaves no gap; decisions are written first and loaded from here, so that none is lost.
"""

import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from policywatch.errors import StorageError
from policywatch.home import Home

if TYPE_CHECKING:
    from warehouse.ledger import Ledger

LOAD: Final = "load"
LOOK: Final = "look"
DECISION: Final = "decision"
TIMES: Final = ("decided_at", "moment")

Entry = dict[str, Any]

RUNS: Final = (
    "SELECT c.crawl_id, c.finished_at FROM crawl AS c WHERE NOT starts_with(c.crawl_id, 'bind-') ORDER BY c.rowid"
)
LOOKS: Final = "SELECT c.today, c.now, c.warn_days FROM calendar_run AS c ORDER BY c.now, c.rowid"


def entries(home: Home) -> Iterator[Entry]:
    """What was written, oldest first; a last line that was cut off is none.

    Raises:
        StorageError: another line is not JSON.
    """
    if not home.journal.exists():
        return
    with home.journal.open(encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                yield dict(json.loads(line))
            except (ValueError, TypeError) as error:
                if not line.endswith("\n"):
                    return  # its writer was killed; nothing followed from it yet
                msg = f"{home.journal}:{number} is not JSON ({error}); restore it from a backup, or delete that line"
                raise StorageError(msg) from None


def append(home: Home, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write `rows` and see them on the disk.

    Raises:
        StorageError: the disk is full or refuses.
    """
    text = "".join(json.dumps(dict(row), ensure_ascii=False, default=_plain) + "\n" for row in rows)
    if not text:
        return
    try:
        home.journal.parent.mkdir(parents=True, exist_ok=True)
        _drop_cut_off(home)
        with home.journal.open("ab") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        msg = f"{home.journal} cannot be written ({error.strerror}); free some space and run again"
        raise StorageError(msg) from None


def _drop_cut_off(home: Home) -> None:
    """Take away a last line whose writer was killed: nothing followed from it."""
    if not home.journal.exists():
        return
    with home.journal.open("r+b") as file:
        if not file.seek(0, os.SEEK_END):
            return
        file.seek(-1, os.SEEK_END)
        if file.read(1) != b"\n":
            file.seek(0)
            file.truncate(file.read().rfind(b"\n") + 1)


def _plain(value: Any) -> str:  # noqa: ANN401 - what JSON does not know
    return str(value.isoformat())


def catch_up(home: Home, warehouse: "Ledger") -> None:
    """Append the loads and looks that the warehouse has and the journal lacks, in the order in which they came."""
    known = list(entries(home))
    append(home, missing(known, warehouse.query(RUNS), warehouse.query(LOOKS)))


def missing(
    known: Iterable[Entry], runs: Iterable[Mapping[str, Any]], looks: Iterable[Mapping[str, Any]]
) -> list[Entry]:
    """The entries of `runs` and `looks`, both in order, that are not in `known`; looks stand where their time is."""
    have = {_key(entry) for entry in known}
    loads = [({"what": LOAD, "crawl_id": row["crawl_id"]}, row["finished_at"]) for row in runs]
    found = [(entry, at) for entry, at in loads if _key(entry) not in have]
    for row in looks:
        entry = {"what": LOOK, "today": str(row["today"]), "now": row["now"].isoformat()}
        entry |= {"warn_days": row["warn_days"]}
        if _key(entry) not in have:
            # A look follows every load: it comes behind what had ended by then.
            place = max((number for number, (_, at) in enumerate(found, 1) if at <= row["now"]), default=0)
            found.insert(place, (entry, row["now"]))
    return [entry for entry, _ in found]


def _key(entry: Mapping[str, Any]) -> tuple[str, ...]:
    if entry.get("what") == LOOK:
        return LOOK, str(entry["today"]), str(entry["now"]), str(list(entry["warn_days"]))
    return str(entry.get("what")), str(entry.get("crawl_id") or entry.get("decision_id"))


def decisions(home: Home, known: Collection[str] = ()) -> list[Entry]:
    """What people decided that is not in `known`, in order, its times as instants."""
    found = [entry for entry in entries(home) if entry.get("what") == DECISION and entry["decision_id"] not in known]
    return [entry | {name: datetime.fromisoformat(entry[name]) for name in TIMES} for entry in found]
