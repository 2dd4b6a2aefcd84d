"""Which known pages are asked again in a run, and how: conditional requests.

What belongs here: the rule, in one place, as pure functions. What does not: sending requests (`spiders/base.py`).
Every known page is due in every run: the status of an old policy changes without a change of its text.
"""

from collections.abc import Iterable, Iterator

from crawlers.index import Known


def due(known: Iterable[Known], already: set[str]) -> Iterator[Known]:
    """The known pages to ask besides those of the listing (`already`), in order of their addresses."""
    return (page for page in sorted(known, key=lambda row: row.url) if page.role == "page" and page.url not in already)


def conditions(known: Known | None) -> dict[str, str]:
    """The headers by which the server may answer 304; none when no whole answer is archived."""
    if known is None or known.full_file is None:
        return {}
    headers = {}
    if known.etag:
        headers["If-None-Match"] = known.etag
    if known.last_modified:
        headers["If-Modified-Since"] = known.last_modified
    return headers
