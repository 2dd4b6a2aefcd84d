"""Requests to searches: the declared request with its counters filled in.

What belongs here: making a request out of `url`, `method`, `body` and `params`. What does not: sending it (`base.py`).
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from crawlers.listings import DatastoreList, JsonList, fill


class Asked(NamedTuple):
    """A request: its address, and its method, body and headers as `SourceSpider.fetch_list` takes them."""

    url: str
    rest: dict[str, Any]


def request(listing: JsonList | DatastoreList, slots: Mapping[str, str | int]) -> Asked:
    """The request for one list page."""
    url, headers = fill(listing.url, slots), list(listing.headers.items())
    if listing.method == "POST" and listing.body == "json":
        body = json.dumps(fill(listing.params, slots, whole=True)).encode()
        return Asked(url, {"method": "POST", "body": body, "headers": [("Content-Type", "application/json"), *headers]})
    params = urlencode({name: _printed(value) for name, value in fill(listing.params, slots).items()})
    if listing.method == "POST":
        form = ("Content-Type", "application/x-www-form-urlencoded")
        return Asked(url, {"method": "POST", "body": params.encode(), "headers": [form, *headers]})
    glue = "&" if urlsplit(url).query else "?"
    return Asked(f"{url}{glue}{params}" if params else url, {"headers": headers})


def _printed(value: Any) -> str:  # noqa: ANN401 - a single JSON value
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
