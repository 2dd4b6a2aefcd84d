"""The documents as typed, immutable values, and their state in a given edition.

What belongs here: reading the YAML and applying its `edits`. What does not: markup (`demo.rendering`).
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import yaml

from policywatch.errors import ConfigError

FOLDER: Final = Path(__file__).parent
MERGED: Final = ("box", "script", "listed")
REPLACED: Final = ("title", "published", "flag")


@dataclass(frozen=True, slots=True)
class Version:
    """What one document says in one edition. `published` is printed as it stands, `YYYY-MM-DD` or with a time."""

    title: str
    published: str
    flag: str
    box: Mapping[str, str]
    script: Mapping[str, str]
    listed: Mapping[str, str]
    body: tuple[str, ...]
    first_edition: int
    """The edition that brought this state: it dates the page."""


@dataclass(frozen=True, slots=True)
class Document:
    """One page of the portal over all editions."""

    id: str
    url: str
    shape: str
    since: int
    states: Mapping[int, Version]
    """Edition to the state that begins with it; the first key is `since`."""
    gone: frozenset[int] = frozenset()
    mirrored: frozenset[int] = frozenset()
    failing: frozenset[int] = frozenset()
    counter: bool = False
    charset: str = "utf-8"
    column: str = ""
    source_name: str = ""
    attachments: tuple[Mapping[str, str], ...] = ()

    @property
    def host(self) -> str:
        """The host that serves it."""
        return urlsplit(self.url).netloc

    @property
    def path(self) -> str:
        """The path on that host."""
        return urlsplit(self.url).path

    def at(self, edition: int) -> Version | None:
        """Its state in `edition`, or None before it was published. A page that is `gone` still has one."""
        begun = [number for number in self.states if number <= edition]
        return self.states[max(begun)] if begun else None


@functools.cache
def load_documents() -> Mapping[str, Document]:
    """All documents by id, in the order of files and keys.

    Raises:
        ConfigError: an id stands twice, or an edit replaces words that the body does not hold.
    """
    raw: dict[str, dict[str, Any]] = {}
    for entry in sorted(FOLDER.glob("*.yaml")):
        for key, facts in yaml.safe_load(entry.read_text("utf-8")).items():
            if key in raw:
                msg = f"{entry.name}: '{key}' stands twice; give the second another id"
                raise ConfigError(msg)
            raw[key] = facts
    return {key: _document(key, facts, raw) for key, facts in raw.items()}


def _document(key: str, facts: Mapping[str, Any], raw: Mapping[str, Mapping[str, Any]]) -> Document:
    body = raw[facts["same_body_as"]]["body"] if "same_body_as" in facts else facts["body"]
    current: dict[str, Any] = {name: dict(facts.get(name, {})) for name in MERGED}
    current |= {name: facts.get(name, "") for name in REPLACED} | {"body": body}
    states = {facts["since"]: _version(current, facts["since"])}
    for edition, edit in sorted(facts.get("edits", {}).items()):
        for name in MERGED:
            current[name] = current[name] | edit.get(name, {})
        current |= {name: edit[name] for name in REPLACED if name in edit}
        for old, new in edit.get("replace", {}).items():
            if old not in current["body"]:
                msg = f"{key}: edition {edition} replaces '{old}', which the body does not hold"
                raise ConfigError(msg)
            current["body"] = current["body"].replace(old, new)
        states[edition] = _version(current, edition)
    return Document(
        id=key,
        url=facts["page"],
        shape=facts["shape"],
        since=facts["since"],
        states=states,
        gone=frozenset(facts.get("gone", ())),
        mirrored=frozenset(facts.get("mirrored", ())),
        failing=frozenset(facts.get("failing", ())),
        counter=facts.get("counter", False),
        charset=facts.get("charset", "utf-8"),
        column=facts.get("column", ""),
        source_name=facts.get("source_name", ""),
        attachments=tuple(facts.get("attachments", ())),
    )


def _version(current: Mapping[str, Any], edition: int) -> Version:
    def words(name: str) -> dict[str, str]:
        return {label: str(value) for label, value in current[name].items()}

    lines = tuple(line.strip() for line in current["body"].splitlines() if line.strip())
    return Version(
        title=current["title"],
        published=str(current["published"]),
        flag=current["flag"],
        box=words("box"),
        script=words("script"),
        listed=words("listed"),
        body=lines,
        first_edition=edition,
    )
