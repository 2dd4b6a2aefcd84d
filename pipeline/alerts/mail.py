"""E-mail: HTML with plain text beside it, to the server and people that an Apprise URL names.

What belongs here: one mail, and what the server's answers mean. What does not: reading the URL (Apprise), words.

Apprise would make the plain text of the HTML, without the marks, and give every attempt a new Message-ID. Ours is made
of the delivery's key: a mail that arrived although its receipt was lost is known as the same one when it comes again.
"""

import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from typing import Any, Final, Self

from pipeline.alerts.channels import DeliveryError, Outgoing, scrubbed, within
from policywatch import clock

_PERMANENT: Final = range(500, 600)
_ABOUT_THE_MAIL: Final = frozenset({552, 554})
"""Too large, or refused for what is in it: the next mail may pass."""


class MailSender:
    """Sends each message to every recipient of one Apprise mail URL, each in a mail of its own."""

    def __init__(self, plugin: Any, *, secrets: Sequence[str], timeout: float) -> None:  # noqa: ANN401 - Apprise's
        """Take server, sender and recipients from what Apprise read."""
        self._plugin = plugin
        self._secrets = secrets
        self._timeout = timeout
        self._arrived: set[tuple[str, str]] = set()

    @classmethod
    def of(cls, plugin: Any, *, secrets: Sequence[str], timeout: float) -> Self | None:  # noqa: ANN401 - Apprise's
        """The sender for Apprise's plugin of plain mail; None for every other, and where it encrypts or signs."""
        from apprise.plugins.email.base import NotifyEmail  # noqa: PLC0415 - loaded with the plugin already

        is_plain = type(plugin) is NotifyEmail and str(getattr(plugin, "pgp_mode", None) or "no") in {"no", "none"}
        return cls(plugin, secrets=secrets, timeout=timeout) if is_plain else None

    def send(self, item: Outgoing) -> None:
        """Send `item`; recipients that have it from an earlier attempt of this pass are left out."""
        if not self._plugin.targets:
            text = "mail: the URL names nobody to write to; add ?to=name@mail.example"
            raise DeliveryError(text, is_target_down=True)
        within(self._timeout, lambda: self._send(item))

    def _send(self, item: Outgoing) -> None:
        try:
            with self._connected() as server:
                for name, address in self._plugin.targets:
                    if (item.key, address) not in self._arrived:
                        mail = self._mail(item, name or None, address)
                        server.send_message(mail, self._plugin.from_addr[1], [address, *self._others()])
                        self._arrived.add((item.key, address))
        except (smtplib.SMTPException, OSError, ValueError) as problem:
            raise self._explained(problem) from None

    def _others(self) -> list[str]:
        return [*self._plugin.cc, *self._plugin.bcc]

    def _connected(self) -> smtplib.SMTP:
        plugin = self._plugin
        context = ssl.create_default_context()
        if not plugin.verify_certificate:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if plugin.secure_mode == "ssl":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                plugin.smtp_host, plugin.port, timeout=self._timeout, context=context
            )
        else:
            server = smtplib.SMTP(plugin.smtp_host, plugin.port, timeout=self._timeout)
        try:
            if plugin.secure_mode == "starttls":
                server.starttls(context=context)
            if plugin.user and plugin.password:
                server.login(plugin.user, plugin.password)
        except BaseException:
            with suppress(smtplib.SMTPException, OSError):
                server.close()
            raise
        return server

    def _mail(self, item: Outgoing, name: str | None, address: str) -> EmailMessage:
        plugin, mail = self._plugin, EmailMessage(policy=SMTP)
        mail["Subject"] = item.words.subject
        mail["From"] = formataddr((plugin.from_addr[0] or "policywatch", plugin.from_addr[1]))
        mail["To"] = formataddr((name or "", address))
        if plugin.cc:
            mail["Cc"] = ", ".join(sorted(plugin.cc))
        if plugin.reply_to:
            mail["Reply-To"] = ", ".join(sorted(plugin.reply_to))
        mail["Date"] = format_datetime(clock.now())
        mail["Message-ID"] = f"<{item.key}@policywatch.invalid>"
        mail["Auto-Submitted"] = "auto-generated"  # no answers from people on holiday, please
        mail["X-Policywatch-Key"] = item.key
        mail.set_content(item.words.text)
        mail.add_alternative(item.words.html, subtype="html")
        return mail

    def _explained(self, problem: Exception) -> DeliveryError:
        host, is_final, is_down = self._plugin.smtp_host, False, True
        if isinstance(problem, smtplib.SMTPRecipientsRefused):
            code, said = next(iter(problem.recipients.values()))
            is_final, is_down = code in _PERMANENT, False
            text = f"{host} does not take mail for a recipient: {code} {_words(said)}"
        elif isinstance(problem, smtplib.SMTPAuthenticationError):
            text = f"{host} does not take user name and password ({problem.smtp_code}); check them"
        elif isinstance(problem, smtplib.SMTPResponseException):
            is_final = problem.smtp_code in _ABOUT_THE_MAIL
            is_down = not is_final
            text = f"{host} answered {problem.smtp_code} {_words(problem.smtp_error)}"
        elif isinstance(problem, TimeoutError):
            text = f"{host}: no answer within {self._timeout:g} s"
        else:
            text = f"{host}: {getattr(problem, 'strerror', None) or f'{type(problem).__name__} {problem}'}"
        return DeliveryError(f"mail: {scrubbed(text, *self._kept())}", is_final=is_final, is_target_down=is_down)

    def _kept(self) -> list[str]:
        """What errors must not hold: all of the URL but the server's name, which they are about."""
        return [secret for secret in self._secrets if secret not in self._plugin.smtp_host]


def _words(said: bytes | str) -> str:
    return said.decode("utf-8", errors="replace") if isinstance(said, bytes) else said
