"""What a query process and the server tell each other: frames of a kind, a length and that many bytes."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Mapping
from typing import Any

ASK, HELLO, HEAD, DATA, END, PROBLEM = b"Q", b"I", b"H", b"D", b"E", b"P"
"""A question; from the process: that it is ready, how an answer begins, a piece of it, that it is whole, an error."""

_START = struct.Struct("=cI")
_PIECE = 64 * 1024


def frame(kind: bytes, body: bytes) -> bytes:
    """Return the frame as it is sent."""
    return _START.pack(kind, len(body)) + body


def told(kind: bytes, about: Mapping[str, Any]) -> bytes:
    """Return a frame whose body is JSON."""
    return frame(kind, json.dumps(about).encode())


class Frames:
    """The frames that come in at a socket."""

    def __init__(self, incoming: socket.socket) -> None:
        self._socket = incoming
        self._buffer = bytearray()

    def receive(self) -> list[tuple[bytes, bytes]]:
        """Wait for some bytes and return the frames that are whole with them, if any, by kind and body.

        Raises:
            EOFError: The other side is gone.
        """
        try:
            found = self._socket.recv(_PIECE)
        except ConnectionError as error:
            raise EOFError from error
        if not found:
            raise EOFError
        self._buffer += found
        at, whole = 0, []
        while len(self._buffer) - at >= _START.size:
            kind, length = _START.unpack_from(self._buffer, at)
            end = at + _START.size + length
            if end > len(self._buffer):
                break
            whole.append((kind, bytes(self._buffer[at + _START.size : end])))
            at = end
        del self._buffer[:at]
        return whole
