"""Answers watched on their way out, to their last byte or to where they break off."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from server.observe import Exchange


def watched(
    body: Iterable[bytes], noted: Exchange, finish: Callable[[Exchange], None], *, wrapper: object, promised: int
) -> Iterable[bytes]:
    """Return what the server iterates over or sends, which notes its ``size`` and whether it was ``complete``.

    ``finish`` is called once, when the server closes it. A file in the server's own ``wrapper`` stays in it, so that
    the kernel can send it; ``promised`` is its ``Content-Length``.
    """
    if isinstance(wrapper, type) and isinstance(body, wrapper):
        _watch_file(body, noted, promised, finish)
        return body
    return _Counted(body, noted, finish)


class _Counted(Iterator[bytes]):
    """An answer's pieces, counted as they go out; ``close`` is called by the server whatever happened."""

    def __init__(self, body: Iterable[bytes], noted: Exchange, finish: Callable[[Exchange], None]) -> None:
        self._body, self._pieces, self._noted, self._finish = body, iter(body), noted, finish

    def __next__(self) -> bytes:
        try:
            piece = next(self._pieces)
        except StopIteration:
            self._noted.complete = True
            raise
        self._noted.size += len(piece)
        return piece

    def close(self) -> None:
        try:
            if close := getattr(self._body, "close", None):
                close()
        finally:
            self._finish(self._noted)


class _File:
    """A file that remembers how far it was read, by itself or by the kernel, after whose ``sendfile`` it is sought."""

    def __init__(self, file: Any) -> None:
        self._file, self._start, self.far = file, file.tell(), 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def read(self, size: int = -1) -> bytes:
        piece: bytes = self._file.read(size)
        self.far += len(piece)
        return piece

    def seek(self, position: int, whence: int = 0) -> int:
        found: int = self._file.seek(position, whence)
        self.far = found - self._start
        return found


def _watch_file(body: Any, noted: Exchange, promised: int, finish: Callable[[Exchange], None]) -> None:
    """Let a file that the server sends by itself tell when it is closed how far it was read."""
    close, body.filelike = body.close, _File(body.filelike)

    def closing() -> None:
        try:
            noted.size = body.filelike.far
            noted.complete = noted.size >= promised
            close()
        finally:
            finish(noted)

    body.close = closing
