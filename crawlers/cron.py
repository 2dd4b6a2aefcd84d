"""The five fields of a schedule: what they may say.

What belongs here: reading and checking them. What does not: when a source is due (`pipeline.due`).
"""

from typing import Final

FIELDS: Final = (("minute", 0, 59), ("hour", 0, 23), ("day of the month", 1, 31), ("month", 1, 12), ("day", 0, 7))
"""Name, first and last value; of days 0 and 7 are Sunday."""


def values(field: str, low: int, high: int) -> set[int]:
    """The values of one field: `*`, `7`, `1-5`, `*/15`, `1,3`.

    Raises:
        ValueError: it has none, or one outside of `low` to `high`.
    """
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        start = low if first == "*" else int(first)
        end = high if first == "*" or (step and not last) else int(last or first)
        found |= set(range(start, end + 1, int(step or 1)))
    if not found or min(found) < low or max(found) > high:
        msg = f"'{field}' is not within {low} to {high}"
        raise ValueError(msg)
    return found


def objection(schedule: str) -> str | None:
    """What is wrong with `schedule`, as the end of a sentence; None when it is five fields that name some moment."""
    fields = schedule.split()
    if len(fields) != len(FIELDS):
        return 'write five cron fields, like "17 6 * * *"'
    for field, (name, low, high) in zip(fields, FIELDS, strict=True):
        try:
            values(field, low, high)
        except ValueError:
            return f"write the {name} ('{field}') as {low} to {high}, *, 1-5 or */2"
    return None
