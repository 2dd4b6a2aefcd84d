"""What runs are filed under in Dagster's UI, and what its queue goes by.

What belongs here: the names of our tags and their values for a source. What does not: the limits on them
(`dagster.yaml`).
"""

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pipeline.parsers import PARSER_VERSION

if TYPE_CHECKING:
    from crawlers.source import Source

HOST: Final = "policywatch/host"
"""The host that is crawled: `dagster.yaml` lets one run of each start at a time."""
WORK: Final = "policywatch/work"
"""What is done: watch, reread, calendar, deliver, housekeeping."""
BY: Final = "policywatch/started_by"
"""Who wanted it: schedule, due, reader, command_line. The UI's own runs have none."""
COMMAND_LINE: Final = "command_line"
_AUTHORITY: Final = "policywatch/authority"
_JURISDICTION: Final = "policywatch/jurisdiction"
_READER: Final = "policywatch/reader"


def hosts(source: "Source") -> list[str]:
    """The hosts that a crawl of `source` begins with, sorted; never empty."""
    found = {urlsplit(url).hostname or "" for _, url in source.entry_urls()}
    return sorted(found - {""}) or sorted(source.allowed_hosts)


def of(source: "Source", by: str, work: str = "watch") -> dict[str, str]:
    """The tags of a run for `source`."""
    found = {
        BY: by,
        WORK: work,
        _AUTHORITY: source.authority,
        _JURISDICTION: source.jurisdiction,
        _READER: str(PARSER_VERSION),
    }
    return found | ({HOST: hosts(source)[0]} if work == "watch" else {})
