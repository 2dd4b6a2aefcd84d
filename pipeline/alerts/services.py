"""Services through Apprise: Slack, 企业微信, 钉钉, 飞书 and many more; e-mail is read by Apprise and sent by `mail`.

What belongs here: handing one message to Apprise in the form that the service shows best, learning whether the service
took it, and keeping secrets out of what is logged. What does not: choosing what is said (`render`).
"""

import logging
import sys
import warnings
from contextlib import nullcontext
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from pipeline.alerts.channels import DeliveryError, Outgoing, Sender, quieten, scrubbed, secrets_of, within
from pipeline.alerts.guard import Watch, advice, public_only

if TYPE_CHECKING:
    from types import ModuleType

ROBOTS: Final = frozenset({"dingtalk", "feishu", "lark", "wecombot"})
"""Services that answer 200 whatever they made of a message, and say in the body whether they took it."""
_VERDICTS: Final = ("errcode", "code", "StatusCode")
_REASONS: Final = ("errmsg", "msg", "StatusMessage")
_WECOM_BYTES: Final = 2048


def open_service(url: str, *, timeout: float, allow_private: bool) -> Sender:
    """The sender for an Apprise URL.

    Raises:
        DeliveryError: Apprise knows no such service, or the URL lacks a part.
    """
    sender = AppriseSender(url, timeout=timeout, allow_private=allow_private)
    from pipeline.alerts.mail import MailSender  # noqa: PLC0415 - only mail needs it

    return MailSender.of(sender.plugin, secrets=secrets_of(url), timeout=timeout) or sender


class AppriseSender:
    """Sends each message to one Apprise URL."""

    def __init__(self, url: str, *, timeout: float, allow_private: bool = False) -> None:
        """Let Apprise read the URL.

        Raises:
            DeliveryError: Apprise knows no such service, or the URL lacks a part.
        """
        self._apprise = _quiet_apprise()
        self._url = url
        self._timeout = timeout
        self._allow_private = allow_private
        self._service = url.partition(":")[0].lower()
        # Redirects would carry the message to whoever is named there.
        asset = self._apprise.AppriseAsset(
            app_id="policywatch", app_desc="policywatch", app_url="", http_redirects=False, async_mode=False
        )
        with warnings.catch_warnings():
            # Its plugins load here, and some lean on modules that the standard library is giving up.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._target: Any = self._apprise.Apprise(asset=asset)
            understood = self._target.add(url) and len(self._target) == 1
        if not understood:
            text = f"apprise cannot read the {self._service} URL; compare it with Apprise's page on that service"
            raise DeliveryError(text, is_target_down=True)
        self.plugin: Any = self._target[0]
        if "overflow=" not in url:
            # What is too long for one message is sent as several: cut off, the end would be lost.
            self.plugin.overflow_mode = self._apprise.OverflowMode.SPLIT
        if self._service in ROBOTS:
            _listen(self.plugin)
        if self._service == "wecombot":
            # Its limit is in bytes, three to a Chinese character; Apprise counts characters.
            self.plugin.body_maxlen = _WECOM_BYTES // 3
        self._is_markdown = _first_format(self.plugin, self._apprise) == "markdown"

    def send(self, item: Outgoing) -> None:
        """Send `item` as the service shows it best."""
        # Apprise waits between two messages as long as the service asks for; that is no slowness of the service.
        pause = float(self.plugin.request_rate_per_sec)
        within(self._timeout + pause, lambda: self._notify(item))

    def _notify(self, item: Outgoing) -> None:
        formats = self._apprise.NotifyFormat
        answers: list[Any] = []
        _answers.set(answers)
        with (
            nullcontext(Watch()) if self._allow_private else public_only() as watch,
            self._apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as log,
        ):
            sent = self._target.notify(
                title=item.words.subject,
                body=item.words.markdown if self._is_markdown else item.words.text,
                body_format=formats.MARKDOWN if self._is_markdown else formats.TEXT,
            )
            said = log.getvalue().strip().splitlines()
        if watch.refused:
            raise DeliveryError(advice(f"{self._service}: its address", watch.refused), is_target_down=True)
        refusal = next(filter(None, map(_refusal, answers)), None)
        if not sent or refusal:
            # Apprise says what went wrong in its log only, and may repeat parts of the URL there.
            text = scrubbed(refusal or (said[-1] if said else "no reason given"), *secrets_of(self._url))
            message = f"{self._service}: {text}"
            raise DeliveryError(message, is_target_down=True)


def _first_format(plugin: Any, apprise: "ModuleType") -> str:  # noqa: ANN401 - the library's
    """The form that the service shows best of those that need no conversion: each converts HTML in its own way."""
    formats = plugin.notify_format if isinstance(plugin.notify_format, tuple) else (plugin.notify_format,)
    plain = {apprise.NotifyFormat.TEXT: "text", apprise.NotifyFormat.MARKDOWN: "markdown"}
    return next((plain[form] for form in formats if form in plain and form is formats[0]), "text")


# --- robots that answer 200 to everything ----------------------------------------------------------------------------

_answers: ContextVar[list[Any] | None] = ContextVar("policywatch_answers", default=None)


class _Listening:
    """Stands before the module `requests` in a plugin's namespace and keeps the answers to this context's messages."""

    def __init__(self, requests: "ModuleType") -> None:
        self._requests = requests

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the module has
        return getattr(self._requests, name)

    def post(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - as requests takes them
        answer = self._requests.post(*arguments, **options)
        if (kept := _answers.get()) is not None:
            kept.append(answer)
        return answer


def _listen(plugin: Any) -> None:  # noqa: ANN401 - the library's
    module: Any = sys.modules[type(plugin).__module__]
    if not isinstance(module.requests, _Listening):
        module.requests = _Listening(module.requests)


def _refusal(answer: Any) -> str | None:  # noqa: ANN401 - a requests.Response
    """Why the robot did not take the message, in its words; None where it did, or says nothing."""
    try:
        body = answer.json()
    except ValueError:
        return None
    if not isinstance(body, dict):
        return None
    verdict = next((body[name] for name in _VERDICTS if name in body), 0)
    if verdict in {0, "0"}:
        return None
    reason = next((str(body[name]) for name in _REASONS if body.get(name)), "no reason given")
    return f"the robot refused it with code {str(verdict)[:20]}: {reason[:200]}"


def _quiet_apprise() -> "ModuleType":
    import apprise  # noqa: PLC0415 - a tenth of a second, and only this channel needs it

    quieten()
    return apprise
