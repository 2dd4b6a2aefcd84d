"""What every model of a source's YAML is made of: the strict base, and checked kinds of values.

What belongs here: values that stand in many keys (addresses, patterns, selectors) with errors that say what to do.
What does not: the keys themselves (`listings.py`, `model.py`).
"""

import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict

from crawlers.selectors import check_field, check_selector


class Strict(BaseModel):
    """Facts that are stated once: unknown keys are refused, nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _regex(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        msg = f"'{value}' is not a regular expression ({error}); quote it with '…' and escape with one backslash"
        raise ValueError(msg) from None
    return value


def _web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        whole = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        whole = False
    if not whole:
        msg = f"'{value}' is not a web address; write it whole, with http:// or https://"
        raise ValueError(msg)
    return value


def _path(value: str) -> str:
    if not value or (value != "." and "" in value.split(".")):
        msg = f"'{value}' is not a path; write the keys one after another with dots, like data.list, or . for the whole"
        raise ValueError(msg)
    return value


def text_keys(value: Any) -> Any:  # noqa: ANN401 - what YAML gives
    """YAML reads unquoted 1, true and no as numbers and truth values; portals mean what is printed."""
    if not isinstance(value, dict):
        return value
    return {str(key).lower() if isinstance(key, bool) else str(key): item for key, item in value.items()}


Regex = Annotated[str, AfterValidator(_regex)]
Selector = Annotated[str, AfterValidator(check_selector)]
SelectorField = Annotated[str, AfterValidator(check_field)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Path = Annotated[str, AfterValidator(_path)]
"""A dotted path into a JSON answer: `data.list`, `data.0.rows`; `.` is the answer itself."""
