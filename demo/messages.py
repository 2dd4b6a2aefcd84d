"""The messages that docs/alerts.md shows: one of each kind of event, made of what the demo's portal really did.

What belongs here: choosing the events and writing the messages into the page (`python -m demo.messages HOME`). What
does not: their words, which are the product's own (`pipeline.alerts.render`).
"""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from pipeline.alerts.event import EVENT_KINDS, Event
from pipeline.alerts.message import Message, MessageKind
from pipeline.alerts.render import Rendered, render_message
from pipeline.alerts.words import HEADLINES, Language
from policywatch.home import Home
from warehouse import published

PAGE: Final = Path(__file__).parent.parent / "docs" / "alerts.md"
BEGIN, END = "<!-- messages: begin (python -m demo.messages) -->", "<!-- messages: end -->"
_LATEST: Final = """
SELECT c.*, s.title AS source_title
FROM changes AS c LEFT JOIN sources AS s ON s.source = c.source
WHERE NOT c.is_baseline ORDER BY c.detected_at, c.event_id
"""
_DIGEST: Final = 4
"""Events of the digest that is shown."""


def events(database: Path) -> list[Event]:
    """The demo's events but for its baseline, in the order in which they were noticed, as the outbox gives them."""
    return [Event.from_row(row | {"source_checked_at": _checked(row)}) for row in published.rows(database, _LATEST)]


def _checked(row: dict[str, Any]) -> Any:  # noqa: ANN401 - a datetime or its text
    """When the source had last been seen well as the event was noticed: then, but for a source that was failing."""
    before = row["before"]
    if row["kind"] == "source_unhealthy" and before:
        return Event.from_row(row).before.get("last_good_at")
    return row["detected_at"]


def told(
    found: Sequence[Event], language: Language = "zh", kind: MessageKind = "single", *, shown: int = 9
) -> Rendered:
    """`found` as one message of a weekly subscription, which shows the first of them."""
    counts = Counter(event.kind for event in found)
    events = tuple(found[:shown])
    more = len(found) - len(events)
    return render_message(Message("0" * 32, "endings", language, kind, events, more, counts, rate="weekly"))


def section(database: Path) -> str:
    """What stands between the marks of the page."""
    every = events(database)
    first = {event.kind: event for event in reversed(every)}
    blocks = []
    for kind in EVENT_KINDS:
        if kind in first:
            blocks += [f"`{kind}`, {HEADLINES[kind][0]}:", "", _fenced(told([first[kind]]).text), ""]
    blocks += ["The same repeal in English, as Markdown:", ""]
    blocks += [_fenced(told([first["repealed"]], "en").markdown, "markdown"), ""]
    last = [event for event in every if event.detected_at == every[-1].detected_at]
    blocks += ["A weekly digest:", "", _fenced(told(last, kind="digest", shown=_DIGEST).text), ""]
    return "\n".join(blocks)


def _fenced(text: str, language: str = "text") -> str:
    return f"```{language}\n{text}```"


def written_anew(text: str, database: Path) -> str:
    """The page with the messages that `database` gives.

    Raises:
        ValueError: the page lacks the marks between which they stand.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        msg = f"{PAGE.name} lacks the lines {BEGIN} and {END}; put them back"
        raise ValueError(msg)
    return f"{before}{begin}\n\n{section(database)}\n{end}{after}"


def main() -> None:
    """Write the page anew from the home folder of a demo."""
    home = Home.at(sys.argv[1] if len(sys.argv) > 1 else ".demo-home")
    PAGE.write_text(written_anew(PAGE.read_text("utf-8"), home.published), "utf-8")


if __name__ == "__main__":
    main()
