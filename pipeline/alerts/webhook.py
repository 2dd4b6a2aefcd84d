"""Webhooks: one POST of JSON, signed where a secret is given.

What belongs here: the request and the reading of its answer. What does not: queueing and trying again (`outbox`).

Signatures follow Standard Webhooks (headers webhook-id, webhook-timestamp, webhook-signature), for which receivers find
ready libraries: HMAC-SHA256 with the secret over "id.timestamp.body", base64, prefixed "v1,".
"""

import base64
import binascii
import hashlib
import hmac
import json
import ssl
import urllib.request
from contextlib import nullcontext
from email.utils import parsedate_to_datetime
from typing import Final

import urllib3

from pipeline.alerts.channels import DeliveryError, Outgoing, quieten, scrubbed, secrets_of, within
from pipeline.alerts.config import webhook_address
from pipeline.alerts.guard import Watch, advice, public_only
from policywatch import __version__, clock
from policywatch.addresses import host_objection

_GONE: Final = 410
_REDIRECTS: Final = range(300, 400)
_ASKS_TO_WAIT: Final = frozenset({429, 503})
MAX_RETRY_AFTER: Final = 86_400.0
MAX_IN_A_ROW: Final = 5
"""Refusals one after the other that show a target to be down; fewer may be about their messages."""
_MAX_ANSWER: Final = 65_536


class WebhookSender:
    """POSTs each message to one address, over one connection while the other side keeps it; 2xx means received."""

    def __init__(self, url: str, *, secret: str | None, timeout: float, allow_private: bool = False) -> None:
        """Check the address and the secret.

        Raises:
            DeliveryError: the address is none that a webhook may have, or the secret is not what its form promises.
        """
        try:
            self._host = webhook_address(url).hostname or ""
        except ValueError as problem:
            text = f"webhook address: {problem}"
            raise DeliveryError(text, is_target_down=True) from None
        if not allow_private and (found := host_objection(self._host)):
            raise DeliveryError(advice(self._host, found), is_target_down=True)
        self._url = url
        self._secret = secret
        self._key = _signing_key(secret) if secret else None
        self._timeout = timeout
        self._allow_private = allow_private
        quieten()
        self._pool = _pool(url, self._host, timeout)
        self._in_a_row = 0
        self._is_gone = False

    def send(self, item: Outgoing) -> None:
        """POST `item`; the Idempotency-Key is the same at every attempt."""
        if self._is_gone:
            raise self._gone()
        body = json.dumps(item.to_json(), ensure_ascii=False, separators=(",", ":")).encode("utf-8", errors="replace")
        headers = self._headers(item.key, body)
        within(self._timeout, lambda: self._post(body, headers))
        self._in_a_row = 0

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

    def _post(self, body: bytes, headers: dict[str, str]) -> None:
        with nullcontext(Watch()) if self._allow_private else public_only() as watch:
            try:
                # No redirects: they would carry the body to whoever is named there, and turn the POST into a GET.
                answer = self._pool.urlopen(
                    "POST", self._url, body=body, headers=headers, redirect=False, retries=False, preload_content=False
                )
            except (urllib3.exceptions.HTTPError, OSError, ValueError) as problem:
                if watch.refused:
                    raise DeliveryError(advice(self._host, watch.refused), is_target_down=True) from None
                raise self._unreached(problem) from None
            _drain(answer)
        if not 200 <= answer.status < 300:  # noqa: PLR2004
            raise self._refused(answer.status, answer.headers.get("Retry-After"))

    def _unreached(self, problem: Exception) -> DeliveryError:
        cause = _cause(problem)
        if isinstance(cause, TimeoutError | urllib3.exceptions.TimeoutError):
            said = f"no answer within {self._timeout:g} s"
        else:
            said = getattr(cause, "strerror", None) or f"{type(cause).__name__} {cause}"
        # A connection that broke in the middle may be about the message; one that never stood is about the target.
        is_broken = isinstance(problem, urllib3.exceptions.ProtocolError)
        is_down = self._counted() if is_broken else True
        # What is said may quote the address, or a part of it.
        said = scrubbed(said, *secrets_of(self._url), self._secret)
        return DeliveryError(f"{self._host}: {said}", is_target_down=is_down)

    def _refused(self, status: int, retry_after: str | None) -> DeliveryError:
        if status == _GONE:
            self._is_gone = True
            return self._gone()
        if status in _REDIRECTS:
            text = f"{self._host} answered {status}: redirects are not followed; write the final address in alerts.yaml"
            return DeliveryError(text, is_target_down=True)
        # Who asks for a pause gets one for all messages; other refusals may be about this one alone.
        is_down = self._counted() or status in _ASKS_TO_WAIT
        text = f"{self._host} answered {status}"
        return DeliveryError(text, retry_after=_seconds(retry_after), is_target_down=is_down)

    def _gone(self) -> DeliveryError:
        text = f"{self._host} answered 410 Gone: the webhook is no more; take it out of alerts.yaml or mend its url"
        return DeliveryError(text, is_final=True)

    def _counted(self) -> bool:
        self._in_a_row += 1
        return self._in_a_row >= MAX_IN_A_ROW


def _pool(url: str, host: str, timeout: float) -> urllib3.PoolManager:
    """Connections to the webhook, by the environment's proxy where it names one for this host."""
    limits = urllib3.Timeout(connect=timeout, read=timeout)
    proxy = urllib.request.getproxies().get(url.partition(":")[0])
    if proxy and not urllib.request.proxy_bypass(host):
        return urllib3.ProxyManager(proxy if "://" in proxy else f"http://{proxy}", maxsize=1, timeout=limits)
    return urllib3.PoolManager(maxsize=1, timeout=limits)


def _drain(answer: urllib3.BaseHTTPResponse) -> None:
    """Read a short body, so that the connection can be used again. Whatever it says, the status is the receipt."""
    try:
        if len(answer.read(_MAX_ANSWER, decode_content=False)) < _MAX_ANSWER:
            answer.release_conn()
            return
    except (urllib3.exceptions.HTTPError, OSError):
        pass
    answer.close()


def _cause(problem: BaseException) -> BaseException:
    """What is at the bottom of `problem`: urllib3 wraps, as an argument or as the cause."""
    for inner in (getattr(problem, "reason", None), *problem.args, problem.__cause__):
        if isinstance(inner, OSError | ssl.SSLError) or type(inner).__module__ == "http.client":
            return _cause(inner)
    return problem


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
