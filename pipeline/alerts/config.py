"""`alerts.yaml`: who wants to hear of what, and where it goes. A strict model with errors that say how to mend them.

What belongs here: the model and the loader. What does not: applying the filters (`match`) or opening what the channels
name (`channels`): loading a configuration touches no network, no environment and no other file.

URLs of webhooks and services hold tokens, so they are secret values here: no repr, error or listing prints them.
"""

import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path, PurePosixPath
from typing import Annotated, Final, Literal, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator

from pipeline.alerts.problems import dotted, explain, near
from pipeline.alerts.wishes import WARN_DAYS, HoldLimits, Strict, Wish
from policywatch import yamlfile
from policywatch.errors import ConfigError

MAX_TIMEOUT: Final = 60.0
CONTROL: Final = re.compile(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")

Environment = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
SecretFile = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"^[^\x00-\x1f]+$")]
Format = Literal["text", "markdown", "json"]


class ConsoleChannel(Strict):
    """Print to the terminal, or the log of the run."""

    kind: Literal["console"]

    @property
    def label(self) -> str:
        """What listings and errors call this channel."""
        return "console"


class FileChannel(Strict):
    """Append to a file: Markdown, plain text, or one JSON object a line, by `format`, else by the name's ending."""

    kind: Literal["file"]
    path: Annotated[str, Field(min_length=1, max_length=1000)]
    format: Format | None = None

    @field_validator("path")
    @classmethod
    def _inside_home(cls, value: str) -> str:
        if "\x00" in value or value.endswith("/") or ".." in PurePosixPath(value).parts:
            msg = "not a file; write a path below the home folder such as alerts/ends.md, or an absolute one"
            raise ValueError(msg)
        return value

    @property
    def written_as(self) -> Format:
        """The format in which entries are written."""
        by_ending: dict[str, Format] = {".txt": "text", ".log": "text", ".json": "json", ".jsonl": "json"}
        return self.format or by_ending.get(Path(self.path).suffix.lower(), "markdown")

    @property
    def label(self) -> str:
        """What listings and errors call this channel."""
        return f"file {self.path}"


class _Remote(Strict):
    url: SecretStr | None = None
    url_env: Environment | None = None
    """The environment variable that holds the URL, so that its token need not stand in the file."""
    url_file: SecretFile | None = None
    """The file that holds the URL, readable by its owner alone; a relative path stands below the home folder."""
    allow_private: bool = False
    """Whether the address may be of the own machine or network; mail servers always may (`pipeline.alerts.guard`)."""
    timeout: Annotated[float, Field(gt=0, le=MAX_TIMEOUT, strict=False)] = 10.0
    """Seconds for the whole exchange, from looking up the name to the answer."""

    @model_validator(mode="after")
    def _one_address(self) -> Self:
        if sum(item is not None for item in (self.url, self.url_env, self.url_file)) != 1:
            msg = "write one of url, url_env and url_file"
            raise ValueError(msg)
        return self

    def _place(self, shown: Callable[[str], str | None]) -> str:
        """The channel's URL as `shown` may show it, or the variable or file that holds it."""
        if self.url is not None:
            return shown(self.url.get_secret_value()) or ""
        return f"${self.url_env}" if self.url_env else str(self.url_file)


class WebhookChannel(_Remote):
    """POST the event as JSON; 2xx means received, anything else is tried again later. Redirects are not followed."""

    kind: Literal["webhook"]
    secret_env: Environment | None = None
    """The environment variable with the secret that signs the body (HMAC-SHA256, the Standard Webhooks form)."""
    secret_file: SecretFile | None = None
    """The file with that secret, readable by its owner alone."""

    @model_validator(mode="after")
    def _one_secret(self) -> Self:
        if self.secret_env and self.secret_file:
            msg = "write either secret_env or secret_file"
            raise ValueError(msg)
        return self

    @field_validator("url")
    @classmethod
    def _plain_http(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            webhook_address(value.get_secret_value())
        return value

    @property
    def label(self) -> str:
        """What listings and errors call this channel: the host only, since paths hold tokens."""
        return f"webhook {self._place(lambda url: urlsplit(url).hostname)}"


class AppriseChannel(_Remote):
    """Any service that Apprise speaks: e-mail, Slack, 企业微信, 钉钉, 飞书 …; the URL is Apprise's own form."""

    kind: Literal["apprise"]

    @field_validator("url")
    @classmethod
    def _has_scheme(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.match(r"^[a-z][a-z0-9+.-]*://\S+$", value.get_secret_value(), re.IGNORECASE):
            msg = "not an Apprise URL; write it like mailtos://user:pass@mail.example, or name its variable in url_env"
            raise ValueError(msg)
        return value

    @property
    def label(self) -> str:
        """What listings and errors call this channel: the service only, since the rest holds tokens."""
        return f"apprise {self._place(lambda url: url.partition(':')[0])}"


Channel = Annotated[ConsoleChannel | FileChannel | WebhookChannel | AppriseChannel, Field(discriminator="kind")]


class Subscription(Wish):
    """One wish: which events, how often, in which language, delivered where."""

    name: Annotated[str, Field(pattern=r"^\w[\w .-]{0,59}$")]
    """Unique, and part of every delivery's key: renaming a subscription makes it a new one."""
    deliver: Annotated[tuple[Channel, ...], Field(min_length=1, strict=False)]

    def channels(self) -> Iterator[tuple[str, Channel]]:
        """The channels with their ids: the kind, numbered from the second of a kind on (`webhook`, `webhook-2`).

        An id survives a mended URL or a reordering among kinds, so what waits in the outbox finds its way.
        """
        seen: dict[str, int] = {}
        for channel in self.deliver:
            count = seen[channel.kind] = seen.get(channel.kind, 0) + 1
            yield (channel.kind if count == 1 else f"{channel.kind}-{count}"), channel


class Subscriptions(Strict):
    """The whole file."""

    subscriptions: Annotated[tuple[Subscription, ...], Field(strict=False)] = ()
    hold: HoldLimits = HoldLimits()
    archived_copy: Annotated[str, Field(max_length=500)] | None = None
    """Where a replay server shows archived pages; `{timestamp}` and `{url}` are replaced, nothing else is looked at."""

    @field_validator("archived_copy")
    @classmethod
    def _has_a_place_for_the_url(cls, value: str | None) -> str | None:
        if value is not None and not re.match(r"^https?://[^\s{}]+[^\s]*\{url\}", value):
            msg = "not the address of a replay server; write it like https://replay.example/{timestamp}/{url}"
            raise ValueError(msg)
        return value

    def named(self, name: str) -> Subscription | None:
        """The subscription of that name."""
        return next((item for item in self.subscriptions if item.name == name), None)


def load_subscriptions(path: Path, *, known_sources: Collection[str] | None = None) -> Subscriptions:
    """The subscriptions in `path`; none where there is no such file: nobody has asked for alerts.

    Args:
        path: `alerts.yaml`.
        known_sources: names that `sources` may hold; None leaves them unchecked.

    Raises:
        ConfigError: one line with the file, the line, the key and how to mend it.
    """
    if not path.exists():
        return Subscriptions()
    try:
        document = yamlfile.load(path)
    except yamlfile.Fault as fault:
        where = f", line {fault.line}" if fault.line else ""
        key = f", {fault.place[-1]}" if fault.place else ""
        msg = f"{path}{where}{key}: {fault}"
        raise ConfigError(msg) from None
    try:
        # Where everything is commented out, YAML sees nothing at all or a key with nothing.
        value = {} if document.value in (None, {"subscriptions": None}) else document.value
        loaded = Subscriptions.model_validate(value)
    except ValidationError as problem:
        raise ConfigError(explain(problem, document, Subscriptions)) from None
    _check_names(loaded, document, known_sources)
    return loaded


def warn_days(path: Path) -> tuple[int, ...]:
    """How many days before a policy's end the calendar announces it, for all subscriptions in `path` together.

    A file that cannot be read asks for nothing special here: what is wrong with it is said where alerts are sent.
    """
    try:
        items = load_subscriptions(path).subscriptions
    except ConfigError:
        items = ()
    return tuple(sorted({*WARN_DAYS, *(days for item in items for days in item.warn_days)}, reverse=True))


def _check_names(loaded: Subscriptions, document: yamlfile.Document, known_sources: Collection[str] | None) -> None:
    seen: set[str] = set()
    for index, item in enumerate(loaded.subscriptions):
        if item.name in seen:
            raise _at(document, ("subscriptions", index, "name"), f"'{item.name}' stands twice; give each its own name")
        seen.add(item.name)
        for position, source in enumerate(item.sources):
            if known_sources is not None and source not in known_sources:
                advice = f"no source is named '{source}'{near(source, known_sources)}; see `policywatch source list`"
                raise _at(document, ("subscriptions", index, "sources", position), advice)


def _at(document: yamlfile.Document, place: yamlfile.Place, advice: str) -> ConfigError:
    return ConfigError(f"{document.path}, line {document.line_of(place)}, {dotted(place)}: {advice}")


def webhook_address(url: str) -> SplitResult:
    """`url` split, if it is one that a webhook may have.

    Raises:
        ValueError: not http(s), no host, a user name in it, or characters that no URL has. The URL is not repeated.
    """
    msg = "not a web address; write it like https://hooks.example/policywatch, or name its variable in url_env"
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good or CONTROL.search(url) or not url.isascii():
        raise ValueError(msg)
    if parts.username is not None or parts.password is not None:
        msg = "holds a user name or password; put the whole address in an environment variable and name it in url_env"
        raise ValueError(msg)
    return parts
