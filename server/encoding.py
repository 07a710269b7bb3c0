"""Answers made smaller on their way: gzip and zstd, after ``Accept-Encoding`` (RFC 9110, section 12.5.3)."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Protocol

import zstandard

if TYPE_CHECKING:  # query processes compress, too, and start without the web
    from flask import Request, Response

OFFERED = ("zstd", "gzip")
LEAST = 1024
"""Bytes below which an answer fits a packet anyway."""

_LEVEL = 3  # of both: nearly as small as their usual one, in half the time
_WRITTEN = (
    "text/", "application/json", "application/problem+json", "application/ld+json", "application/rdf+xml",
    "application/geo+json", "image/svg+xml",
)  # fmt: skip


class Compressor(Protocol):
    """What both libraries offer."""

    def compress(self, data: bytes, /) -> bytes:
        """Return what is ready of the compressed form."""

    def flush(self) -> bytes:
        """Return the rest."""


def accepted(request: Request) -> str:
    """Return the encoding that a client prefers of those offered, empty for none; of equals zstd, if it is named."""
    given = request.accept_encodings
    named = [name for name in OFFERED if name == "gzip" or any(each == name for each, _ in given)]
    best = max(named, key=given.quality)  # the first of equals
    return best if given.quality(best) > 0 and given.quality(best) >= given.quality("identity") else ""


def compressor(encoding: str) -> Compressor:
    """Return what compresses to an encoding of :data:`OFFERED`, or leaves data as it is when that is empty."""
    match encoding:
        case "gzip":
            return zlib.compressobj(_LEVEL, wbits=31)
        case "zstd":
            return zstandard.ZstdCompressor(level=_LEVEL).compressobj()
    return _Plain()


def encode(request: Request, response: Response) -> Response:
    """Compress a response that is at hand as a whole and is text, such as a page and its scripts."""
    if request.endpoint == "static" and response.status_code == 200:
        response.direct_passthrough = False
        response.make_sequence()  # the largest is a megabyte
    if not (response.mimetype or "").startswith(_WRITTEN) or "Content-Encoding" in response.headers:
        return response
    whole = response.is_sequence and not response.direct_passthrough and response.status_code not in (204, 304)
    if not whole or len(response.get_data()) < LEAST:
        return response
    response.vary.add("Accept-Encoding")
    encoding = accepted(request)
    if not encoding:
        return response
    writer = compressor(encoding)
    response.set_data(writer.compress(response.get_data()) + writer.flush())
    response.headers["Content-Encoding"] = encoding
    tag, weak = response.get_etag()
    if tag:  # another encoding is another representation
        response.set_etag(f"{tag}-{encoding}", weak=bool(weak))
        response.make_conditional(request)
    return response


class _Plain:
    def compress(self, data: bytes, /) -> bytes:
        return data

    def flush(self) -> bytes:
        return b""
