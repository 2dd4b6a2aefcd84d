"""Beginning a source: one look at a listing, or a saved copy of it, becomes a YAML file with every guess marked.

What belongs here: naming, looking, writing the file. What does not: the guessing (`crawlers.guess`), trying the source
out (`pipeline.trial`), options and printing (`pipeline.cli_sources`).
"""

import os
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import yaml
from pydantic import ValidationError

from crawlers import source as declared_sources
from crawlers.guess import Draft, guess
from crawlers.model import describe
from crawlers.source import Source, load_sources
from crawlers.urls import clean_url
from pipeline import trial
from policywatch.errors import ConfigError, UsageError

_SECOND_LEVEL: Final = frozenset({"gov", "com", "org", "net", "edu", "ac", "mil"})
_ORDER: Final = (
    "kind", "start", "url", "method", "body", "params", "headers", "first_page", "page_size", "next", "next_link",
    "next_from", "next_step", "pages_from", "max_pages",
    "commented", "within", "rows", "html", "item", "total", "fields", "text", "page_url",
)  # fmt: skip
_COMMENT_AT: Final = 34
_WIDTH: Final = 10_000  # one line for each value: comments stand behind them


@dataclass(frozen=True, slots=True)
class Begun:
    """A file that was written: where, of which source, and what it was guessed from."""

    path: Path
    name: str
    draft: Draft


def new(place: str, *, name: str | None = None, folder: Path | None = None, url: str | None = None) -> Begun:
    """Guess a source from the listing at `place` and write its YAML, which fits the model at once.

    Args:
        place: the listing's address, or a saved copy of it.
        name: the source's name; made from the address by default.
        folder: where to write; among the sources by default.
        url: the address that a saved copy came from.

    Raises:
        UsageError: the name is taken or not of the form, there is no such file, or what came is no listing.
        PolicywatchError: the portal did not answer, or not us.
    """
    address = _address(place, url)
    name = name or name_of(address)
    target = _target(name, folder)
    _probe(name, address)
    if url is None:
        body, address, content_type = trial.look(name, address)
    else:
        body, content_type = trial.saved(Path(place)), ""
    draft = guess(body, address, content_type)
    draft.notes += _strangers(draft, address)
    text = written(name, address, draft)
    Source.model_validate(yaml.safe_load(text))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        msg = f"{target} cannot be written ({os.strerror(error.errno or 0)}); choose a folder with --dir"
        raise ConfigError(msg) from None
    return Begun(target, name, draft)


def _address(place: str, url: str | None) -> str:
    """The listing's address, in the form in which it is asked.

    Raises:
        UsageError: it is none, or a file was given without one.
    """
    if url is None and "://" not in place and Path(place).is_file():
        msg = f"{place} is a file; say with --url which address it was saved from"
        raise UsageError(msg)
    given = place if url is None else url
    if url is not None and not Path(place).is_file():
        msg = f"there is no file {place}; --url goes with a saved listing, an address is asked without it"
        raise UsageError(msg)
    parts = urlsplit(given) if not re.search(r"\s", given) else None
    address = clean_url(given) if parts and parts.scheme in {"http", "https"} and parts.hostname else None
    if address is None:
        msg = f"'{given}' is not a web address; write it whole, with http:// or https://"
        raise UsageError(msg)
    return address


def name_of(address: str) -> str:
    """A source's name by the rule: the portal's own label, then those below it (`jiangsu_gxt`).

    Raises:
        UsageError: the host is a number, or its labels are no names.
    """
    labels = (urlsplit(address).hostname or "").split(".")
    if labels[-1:] and labels[-1].isdigit():
        labels = []
    kept = [label for label in labels[:-1] if label not in {"www", "m", "wap"}]
    if len(kept) > 1 and kept[-1] in _SECOND_LEVEL:
        kept = kept[:-1]
    name = re.sub(r"[^a-z0-9]+", "_", "_".join(reversed(kept)).lower()).strip("_")
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
        msg = f"no name can be made from {address}; say with --name what to call the source, like beijing_zhengce"
        raise UsageError(msg)
    return name


def _target(name: str, folder: Path | None) -> Path:
    """Where the file goes.

    Raises:
        UsageError: there is a source or a file of that name.
    """
    if name in load_sources():
        msg = f"there is a source '{name}' already, in {trial.file_of(name)}; choose another name with --name"
        raise UsageError(msg)
    target = (folder or declared_sources.folders()[0]) / f"{name}.yaml"
    if target.exists():
        msg = f"{target} exists and is not touched; choose another name with --name, or another folder with --dir"
        raise UsageError(msg)
    return target


def _probe(name: str, address: str) -> None:
    """Refuse a name that the model would refuse, before the portal is asked for anything."""
    try:
        Source.model_validate(trial.pages_of(name, address))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        if first["loc"][:1] == ("name",):
            msg = f"'{name}' cannot name a source; use small letters, digits and _, like beijing_zhengce"
            raise UsageError(msg) from None
        msg = f"{address}: {describe(first)}"
        raise UsageError(msg) from None


# --- the file --------------------------------------------------------------------------------------------------------


def written(name: str, address: str, draft: Draft) -> str:
    """The YAML of a draft: every guess beside its reason, every key that nothing was found for as a comment."""
    parts = urlsplit(address)
    hosts = _hosts(draft, parts.hostname or "")
    lines = [
        f"# {name}: guessed by `policywatch source new` from one look at",
        f"# {_safe(address)}",
        "# What is marked guess or TODO wants a person's eye; look through it, then check with",
        f"# `policywatch source check {name}`, mend it, and take the marks out.",
        "# Runbook: what is odd about the portal, and how sure you are",
        *(f"# - {_safe(note)}" for note in draft.notes),
        "# - TODO",
        _line(f"name: {name}"),
        _line(
            f"title: {_flow(draft.title or name)}",
            "guess: the page's own words" if draft.title else "TODO: the section's own name",
        ),
        _line("jurisdiction: CN", "TODO: ISO 3166-2, like CN-BJ; a list does not say it"),
        _line("authority: portal", "TODO: issuer | portal | media | repost"),
        _line(f"homepage: {_flow(f'{parts.scheme}://{parts.netloc}/')}"),
    ]
    if hosts:
        lines.append(_line(f"hosts: {_flow(hosts)}", "guess: entries lead there"))
    lines += [
        _line(
            f'schedule: "{zlib.crc32(name.encode()) % 60} 6 * * *"', "five cron fields, in the time zone of the portal"
        ),
        _line("confidence: {list: guess, page: guess}", "H once read off real pages"),
        _line("politeness: {delay: 2.0}"),
        "list:",
        *_listing(draft),
        _line(
            "# page: {title: h1, metadata: ol.doc-info li, body: '#mainText'}",
            "only where the general reader needs help",
        ),
        "expect:",
        *_expected(draft),
    ]
    return "\n".join(lines) + "\n"


def _listing(draft: Draft) -> Iterator[str]:
    listing, why, missing = draft.listing, draft.why, draft.missing
    for key in _ORDER:
        if key == "fields" and key in listing:
            yield "  fields:"
            for field, spec in listing["fields"].items():
                at = f"fields.{field}"
                mark = f"TODO: {missing[at]}" if at in missing else f"guess: {why[at]}" if at in why else "guess"
                yield _line(f"    {field}: {_flow(spec)}", mark)
            for at in missing:
                name = at.removeprefix("fields.")
                if at.startswith("fields.") and name not in listing["fields"]:
                    yield _line(f"    # {name}:", f"not found: {missing[at]}")
        elif key in listing:
            yield _line(f"  {key}: {_flow(listing[key])}", _mark(draft, key))
        elif key in missing:
            yield _line(f"  # {key}:", f"not found: {missing[key]}")


def _mark(draft: Draft, key: str) -> str | None:
    if key in draft.missing:
        return f"TODO: {draft.missing[key]}"
    if key in draft.why:
        return f"guess: {draft.why[key]}"
    return None if key in {"kind", "start", "url"} else "guess"


def _expected(draft: Draft) -> Iterator[str]:
    count = len(draft.samples)
    if count:
        low, high = max(1, count // 2), max(count + 5, count * 3 // 2)
        yield _line(f"  items_per_list: [{low}, {high}]", f"guess: the first page has {count}")
    filled = {"title": 1.0}
    dated = sum(sample.date is not None for sample in draft.samples)
    if count and dated / count >= 0.9:  # noqa: PLR2004 - then the list alone fills it
        filled["published_date"] = 0.95
    yield _line(f"  filled: {_flow(filled)}", "guess: shares of the policy pages that must say it")


def _leads_to(draft: Draft, own: str) -> Counter[str]:
    """The hosts besides the listing's that entries lead to, with how many do."""
    counts = Counter(urlsplit(sample.url).hostname or "" for sample in draft.samples)
    asked = urlsplit(str(draft.listing.get("url", draft.listing.get("start")))).hostname or own
    counts[asked] += 0
    counts.pop(own, None)
    return counts


def _hosts(draft: Draft, own: str) -> list[str]:
    """The hosts to ask besides the listing's: the same body's, and one that most of the entries lead to."""
    counts, most = _leads_to(draft, own), len(draft.samples) / 2
    return sorted(host for host, count in counts.items() if _site(host) == _site(own) or count > most)


def _strangers(draft: Draft, address: str) -> list[str]:
    """A note on the hosts that entries lead to and that are not asked, as none of them is the portal's by its name."""
    own = urlsplit(address).hostname or ""
    kept = _hosts(draft, own)
    strange = [f"{host} ({count})" for host, count in _leads_to(draft, own).most_common() if host not in kept]
    named = ", ".join(strange[:5])
    return (
        [f"entries also lead to hosts that are not asked: {named}; add what is the portal's to hosts"] if named else []
    )


def _site(host: str) -> tuple[str, ...]:
    """The labels that name whom a host belongs to: `beijing.gov.cn` of `zwgk.beijing.gov.cn`."""
    labels = host.split(".")
    return tuple(labels[-3:] if len(labels) > 2 and labels[-2] in _SECOND_LEVEL else labels[-2:])  # noqa: PLR2004


def _flow(value: Any) -> str:  # noqa: ANN401 - any YAML value
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=_WIDTH, sort_keys=False)
    return text.rstrip("\n").removesuffix("\n...")


def _line(text: str, comment: str | None = None) -> str:
    """A line with its comment; comments stand under one another, wide characters counted as the two that they take."""
    if not comment:
        return text
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    return f"{text}{' ' * max(0, _COMMENT_AT - len(text) - wide)} # {_safe(comment)}"


def _safe(text: str) -> str:
    """`text` as one line of a comment: what pages say may hold line breaks and control characters."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:200]
