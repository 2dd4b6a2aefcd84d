"""What is odd about subscriptions that are right in form: wishes that nothing answers to, or that exclude each other.

What belongs here: remarks for `policywatch alerts check`. What does not: mistakes, which end the run (`config`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.alerts.config import AppriseChannel, Subscription, Subscriptions, WebhookChannel
from pipeline.alerts.credentials import is_exposed
from pipeline.alerts.event import SOURCE_KINDS
from pipeline.alerts.following import references
from pipeline.alerts.lookup import forms, issuer
from pipeline.alerts.problems import dotted, near
from policywatch import yamlfile
from policywatch.home import Home
from warehouse import published
from warehouse.steps import text_of

_ISSUERS: Final = "SELECT DISTINCT unnest(issuers) AS issuer FROM policy_version WHERE known_to IS NULL ORDER BY issuer"


@dataclass(frozen=True, slots=True)
class Remark:
    """One oddity: where in the file (line from 1, key as `subscriptions[0].words`), and what about it."""

    line: int
    key: str
    text: str


def remarks(home: Home, subscriptions: Subscriptions) -> list[Remark]:
    """What a person may want to know of the file, in its order; nothing of it keeps alerts from running.

    Issuers and policies are compared with the published database, where there is one.
    """
    known = _Known(home.published, subscriptions)
    document = yamlfile.load(home.alerts)
    is_open = is_exposed(home.alerts)
    found = []
    for index, item in enumerate(subscriptions.subscriptions):
        for place, text in (*_at_odds(item), *(_in_the_open(item) if is_open else ()), *known.missing(item)):
            whole = ("subscriptions", index, *place)
            found.append(Remark(document.line_of(whole), dotted(whole), text))
    return sorted(found, key=lambda remark: remark.line)


def _in_the_open(item: Subscription) -> Iterator[tuple[yamlfile.Place, str]]:
    """The addresses that stand in a file which others may read."""
    for index, channel in enumerate(item.deliver):
        if isinstance(channel, WebhookChannel | AppriseChannel) and channel.url is not None:
            advice = (
                "others can read this file, and an address may hold a token; chmod 600 it, or use url_env or url_file"
            )
            yield ("deliver", index, "url"), advice


def _at_odds(item: Subscription) -> Iterator[tuple[yamlfile.Place, str]]:
    """What of one subscription keeps it from ever hearing of anything."""
    kinds = set(item.events)
    if item.expiring_within and kinds and "expiring" not in kinds:
        yield ("expiring_within",), "events leaves out expiring, so this has no effect; add expiring or take it out"
    if item.include_baseline and kinds and not kinds - SOURCE_KINDS:
        yield ("include_baseline",), "the health of a source is never of its baseline; take it out"
    words = item.words
    wanted = {form for word in (*words.any, *words.all) for form in forms(word)}
    for index, word in enumerate(words.none):
        if any(form in other for form in forms(word) for other in wanted):
            yield ("words", "none", index), f"'{word}' is wanted by any or all too, so what holds it is never sent"


class _Known:
    """What the published database knows of issuers and policies; everything passes where there is none."""

    def __init__(self, path: Path, subscriptions: Subscriptions) -> None:
        items = subscriptions.subscriptions
        self._issuers: dict[str, str] | None = None
        self._policies: set[str] | None = None
        if not path.exists():
            return
        if any(item.issuers for item in items):
            self._issuers = {issuer(row["issuer"]): row["issuer"] for row in published.rows(path, _ISSUERS)}
        wanted = references(items)
        if wanted:
            rows = published.rows(path, text_of("sql/outbox_policies.sql"), {"wanted": wanted})
            self._policies = {row["reference"] for row in rows}

    def missing(self, item: Subscription) -> Iterator[tuple[yamlfile.Place, str]]:
        """The issuers and policies of `item` that nobody has met yet."""
        for index, name in enumerate(item.issuers):
            if self._issuers is not None and issuer(name) not in self._issuers:
                hint = near(name, self._issuers.values())
                yield ("issuers", index), f"no policy of '{name}' is known yet{hint}"
        for index, text in enumerate(item.policies):
            if self._policies is not None and text not in self._policies:
                yield ("policies", index), f"no policy is known as '{text}' yet; `policywatch search` finds titles"
