"""What a load did, in counts: the value that `Ledger.load` and `Ledger.calendar` return."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LoadReport:
    """Counts of one load, pages and policies once per reading; `events` by kind, `event_ids` the new ones."""

    pages_new: int = 0
    pages_changed: int = 0
    pages_unchanged: int = 0
    policies_new: int = 0
    policies_changed: int = 0
    measures: int = 0
    """Measure versions appended."""
    citations_bound: int = 0
    citations_unbound: int = 0
    """Of the citations that became known in this load, how many still name nothing that is known."""
    rejected: int = 0
    events: dict[str, int] = field(default_factory=dict)
    event_ids: tuple[str, ...] = ()
