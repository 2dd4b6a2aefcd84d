"""Undoing how a payload was packed for its journey: Transfer-Encoding and Content-Encoding.

What belongs here: bytes in, bytes out. What does not: records and files (`warc.py`).
"""

import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any, Final

MAX_CONTENT: Final = 64 * 1024 * 1024
"""Bytes of one payload, unpacked; a zip bomb ends here."""
_CHUNK: Final = 64 * 1024
_GZIP: Final = zlib.MAX_WBITS | 16
_PLAIN: Final = frozenset({"", "identity", "none", "binary", "utf-8", "utf8"})


class TooLargeError(ValueError):
    """It unpacks to more than is read."""


class PackedError(ValueError):
    """It cannot be unpacked, or not to its end."""


def unpack(payload: bytes, transfer: str, content: str, *, whole: bool = False, limit: int = MAX_CONTENT) -> bytes:
    """`payload` without its encodings, named as the headers name them.

    Archives often keep a header and have undone what it says; such a payload is returned as it is.

    Args:
        payload: the body as archived.
        transfer: the value of Transfer-Encoding; only `chunked` counts.
        content: the value of Content-Encoding, several parted by commas.
        whole: refuse a payload that ends too early; else what there is of it is returned, as browsers do.
        limit: bytes that it may unpack to.

    Raises:
        TooLargeError: it unpacks to more than `limit` bytes.
        PackedError: an encoding is unknown; with `whole`, the payload is cut off or damaged.
    """
    if "chunked" in transfer.lower():
        payload, complete = _dechunked(payload)
        if whole and not complete:
            raise PackedError("its last chunk is missing")
    for name in reversed([part.strip().lower().removeprefix("x-") for part in content.split(",")]):
        if name not in _PLAIN:
            payload = _decoded(name, payload, limit, whole=whole)
    return payload


def _dechunked(payload: bytes) -> tuple[bytes, bool]:
    """The body without chunks, and whether its end was there; a body that has none comes back as it is."""
    parts: list[bytes] = []
    at = 0
    while True:
        end = payload.find(b"\r\n", at, at + 100)
        try:
            size = int(payload[at:end].split(b";")[0].strip() or b"x", 16) if end >= 0 else -1
        except ValueError:
            size = -1
        if size < 0:
            return (b"".join(parts), False) if parts else (payload, True)
        if size == 0:
            return b"".join(parts), True
        part = payload[end + 2 : end + 2 + size]
        parts.append(part)
        at = end + 2 + size + 2
        if len(part) < size:
            return b"".join(parts), False


def _decoded(name: str, payload: bytes, limit: int, *, whole: bool) -> bytes:
    unpacker = _UNPACKERS.get(name)
    if unpacker is None:
        msg = f"it is encoded as {name}, which is not known"
        raise PackedError(msg)
    parts: list[bytes] = []
    size = 0
    try:
        for part in unpacker(payload):
            size += len(part)
            if size > limit:
                msg = f"unpacks to more than {limit // 2**20} MB"
                raise TooLargeError(msg)
            parts.append(part)
    except (zlib.error, EOFError, OSError) as error:
        if not size:  # the header tells of a journey that is over
            return payload
        if whole:
            msg = f"its {name} body is cut off or damaged ({error})"
            raise PackedError(msg) from None
    return b"".join(parts)


def _inflated(payload: bytes, bits: int) -> Iterator[bytes]:
    while payload:
        inflate = zlib.decompressobj(bits)
        while not inflate.eof:
            part = inflate.decompress(payload, _CHUNK)
            payload = inflate.unconsumed_tail
            if not part and not payload and not inflate.eof:
                raise EOFError("it ends too early")
            yield part
        payload = inflate.unused_data
        if payload[:2] != b"\x1f\x8b":  # what follows the last member is nobody's
            return


def _deflated(payload: bytes) -> Iterator[bytes]:
    # Servers mean two formats by the name.
    zlib_head = payload[:1] and payload[0] & 0x0F == 8 and int.from_bytes(payload[:2], "big") % 31 == 0  # noqa: PLR2004
    return _inflated(payload, zlib.MAX_WBITS if zlib_head else -zlib.MAX_WBITS)


def _by_arrow(name: str) -> Callable[[bytes], Iterator[bytes]]:
    def unpacked(payload: bytes) -> Iterator[bytes]:
        import pyarrow as pa  # noqa: PLC0415 - a tenth of a second, and few archives need it

        with pa.input_stream(BytesIO(payload), compression=name) as stream:
            part: Any
            while part := stream.read(_CHUNK):
                yield part

    return unpacked


_UNPACKERS: Final[dict[str, Callable[[bytes], Iterator[bytes]]]] = {
    "gzip": lambda payload: _inflated(payload, _GZIP),
    "deflate": _deflated,
    "br": _by_arrow("brotli"),
    "zstd": _by_arrow("zstd"),
}
