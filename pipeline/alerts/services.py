"""Services through Apprise: e-mail, Slack, 企业微信, 钉钉, 飞书 and many more.

What belongs here: handing one message to Apprise, and keeping secrets out of what it logs. What does not: choosing what
is said (`render`).
"""

import logging
import re
import warnings
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from pipeline.alerts.channels import DeliveryError, Outgoing, scrubbed, within

if TYPE_CHECKING:
    from types import ModuleType


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
        self._service = url.partition(":")[0]
        with warnings.catch_warnings():
            # Its plugins load here, and some lean on modules that the standard library is giving up.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._target: Any = self._apprise.Apprise()
            understood = self._target.add(url)
        if not understood:
            text = f"apprise cannot read the {self._service} URL; compare it with Apprise's page on that service"
            raise DeliveryError(text, is_target_down=True)

    def send(self, item: Outgoing) -> None:
        """Send `item` as Markdown, which Apprise turns into what the service shows."""
        within(self._timeout, lambda: self._notify(item))

    def _notify(self, item: Outgoing) -> None:
        with self._apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as log:
            sent = self._target.notify(
                title=item.words.subject,
                body=item.words.markdown,
                body_format=self._apprise.NotifyFormat.MARKDOWN,
            )
            said = log.getvalue().strip().splitlines()
        if not sent:
            # Apprise says what went wrong in its log only, and may repeat parts of the URL there.
            parts = re.split(r"[/?&=@:,]+", self._url)[1:]
            text = scrubbed(said[-1] if said else "no reason given", self._url, *parts, *map(unquote, parts))
            message = f"{self._service}: {text}"
            raise DeliveryError(message, is_target_down=True)


def _quiet_apprise() -> "ModuleType":
    import apprise  # noqa: PLC0415 - a tenth of a second, and only this channel needs it

    # Their log lines hold addresses and tokens; what matters of them is in the delivery's error.
    for name in ("apprise", "urllib3", "requests"):
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))
    logging.getLogger("apprise").propagate = False
    return apprise
