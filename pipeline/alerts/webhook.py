"""Webhooks: one POST of JSON, signed where a secret is given.

What belongs here: the request and the reading of its answer. What does not: queueing and trying again (`outbox`).

Signatures follow Standard Webhooks (headers webhook-id, webhook-timestamp, webhook-signature), for which receivers find
ready libraries: HMAC-SHA256 with the secret over "id.timestamp.body", base64, prefixed "v1,".
"""

import base64
import binascii
import hashlib
import hmac
import http.client
import json
import urllib.error
import urllib.request
from email.utils import parsedate_to_datetime
from typing import Final

from pipeline.alerts.channels import DeliveryError, Outgoing, scrubbed, within
from pipeline.alerts.config import webhook_address
from policywatch import __version__, clock

_GONE: Final = 410
_REDIRECTS: Final = range(300, 400)
MAX_RETRY_AFTER: Final = 86_400.0


class WebhookSender:
    """POSTs each message to one address; 2xx means received."""

    def __init__(self, url: str, *, secret: str | None, timeout: float) -> None:
        """Check the address and the secret.

        Raises:
            DeliveryError: the address is none that a webhook may have, or the secret is not what its form promises.
        """
        try:
            self._host = webhook_address(url).hostname or ""
        except ValueError as problem:
            text = f"webhook address: {problem}"
            raise DeliveryError(text, is_target_down=True) from None
        self._url = url
        self._secret = secret
        self._key = _signing_key(secret) if secret else None
        self._timeout = timeout
        # The handlers of urllib would follow redirects, and with them carry the body to strangers.
        self._opener = urllib.request.build_opener(_NoRedirects)

    def send(self, item: Outgoing) -> None:
        """POST `item`; the Idempotency-Key is the same at every attempt."""
        body = json.dumps(item.to_json(), ensure_ascii=False, separators=(",", ":")).encode("utf-8", errors="replace")
        request = urllib.request.Request(self._url, data=body, headers=self._headers(item.key, body), method="POST")  # noqa: S310 - http(s) only
        within(self._timeout, lambda: self._post(request))

    def _headers(self, key: str, body: bytes) -> dict[str, str]:
        stamp = str(int(clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": f"policywatch/{__version__}",
            "Idempotency-Key": key,
            "webhook-id": key,
            "webhook-timestamp": stamp,
        }
        if self._key is not None:
            signed = hmac.new(self._key, f"{key}.{stamp}.".encode() + body, hashlib.sha256).digest()
            headers["webhook-signature"] = f"v1,{base64.b64encode(signed).decode()}"
        return headers

    def _post(self, request: urllib.request.Request) -> None:
        try:
            with self._opener.open(request, timeout=self._timeout):
                return  # 2xx; whatever the body says, the status is the receipt
        except urllib.error.HTTPError as answer:
            with answer:
                raise self._refused(answer.code, answer.headers.get("Retry-After")) from None
        except (http.client.HTTPException, OSError) as problem:
            # urllib wraps what goes wrong before the answer, not what goes wrong within it.
            cause = problem.reason if isinstance(problem, urllib.error.URLError) else problem
            if isinstance(cause, TimeoutError):
                said = f"no answer within {self._timeout:g} s"
            else:
                said = getattr(cause, "strerror", None) or f"{type(cause).__name__} {cause}"
            text = scrubbed(f"{self._host}: {said}", self._url, self._secret)
            raise DeliveryError(text, is_target_down=True) from None

    def _refused(self, status: int, retry_after: str | None) -> DeliveryError:
        if status == _GONE:
            text = f"{self._host} answered 410 Gone: the webhook is no more; take it out of alerts.yaml or mend its url"
            return DeliveryError(text, is_final=True)
        if status in _REDIRECTS:
            text = f"{self._host} answered {status}: redirects are not followed; write the final address in alerts.yaml"
            return DeliveryError(text, is_target_down=True)
        text = f"{self._host} answered {status}"
        # A server that is overloaded will be so for the next message too; a 400 is about this one alone.
        busy = status in {408, 425, 429} or status >= 500  # noqa: PLR2004
        return DeliveryError(text, retry_after=_seconds(retry_after), is_target_down=busy)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        return None


def _seconds(retry_after: str | None) -> float | None:
    """The Retry-After header (seconds, or a date) as seconds from now, at most a day; None where it says nothing."""
    if not retry_after:
        return None
    if retry_after.strip().isdigit():
        seconds = float(retry_after.strip()[:9])
    else:
        try:
            seconds = parsedate_to_datetime(retry_after).timestamp() - clock.now().timestamp()
        except (ValueError, OverflowError):
            return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER)


def _signing_key(secret: str) -> bytes:
    """The key of `secret`: Standard Webhooks' `whsec_` and base64, or any other text as it stands."""
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        text = "the webhook's secret begins with whsec_ but is not base64 after it; copy it again"
        raise DeliveryError(text, is_target_down=True) from None
