"""An answer's way from the query process to the client: held back at first, never cut off unseen, never in the way.

The process writes as fast as it can, and what a slow client has not yet taken waits on disk, so that the process is
free for the next query. A client that is gone, or takes nothing for long, ends its query. Once an answer has begun,
a failure breaks the connection, so that no part is taken for the whole.
"""

from __future__ import annotations

import errno
import fcntl
import json
import select
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping
from tempfile import SpooledTemporaryFile
from typing import Any

from server.problem import Problem
from server.query.frames import DATA, END, HEAD, PROBLEM
from server.query.pool import Loan

STALL_S = 30.0
"""Seconds for which a client may take nothing of its answer."""

IN_MEMORY = 1024 * 1024
"""Bytes of an answer that wait in memory; more wait on disk."""

_PIECE = 64 * 1024
_HANG_UP = getattr(select, "POLLRDHUP", 0) | select.POLLHUP | select.POLLERR
_SIOCOUTQ = 0x5411


class Delivery:
    """One query on its way: ask, look at :attr:`head`, then iterate over :meth:`body`.

    ``tell`` hears what ended an answer that had begun, other than its end.
    """

    def __init__(
        self,
        loan: Loan,
        *,
        disk: Disk,
        timeout_s: float,
        client: socket.socket | None,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._loan, self._client, self._tell = loan, client, tell
        self._timeout_s, self._deadline = timeout_s, time.monotonic() + timeout_s
        self._disk, self._waits = disk, _Spool(disk)
        self._running = True
        self.head: Mapping[str, Any] = {}

    @property
    def is_whole(self) -> bool:
        """Whether all of the answer is here."""
        return not self._running

    def ask(self, question: Mapping[str, Any]) -> None:
        """Send the question and wait until the answer begins.

        Raises:
            Problem: There is none, for a reason that is the query's or a limit's.
            ConnectionAbortedError: The client is gone.
        """
        try:
            self._loan.process.ask(question)
            while not self.head:
                self._wait()
        except BaseException as error:
            self._stop("error" if isinstance(error, Problem) else "disconnect")
            self._waits.close()
            raise

    def body(self) -> Generator[bytes, None, None]:
        """Yield the pieces of the answer, as fast as the client takes them.

        Raises:
            ConnectionResetError: The answer cannot be finished; the connection is broken.
        """
        taken = time.monotonic()
        try:
            while self._running or self._waits:
                room = self._wait() if self._running or self._client else _PIECE
                if self._waits and room:
                    taken = time.monotonic()
                    yield self._waits.take(min(room, 4 * _PIECE))
                elif not self._waits:
                    taken = time.monotonic()
                elif time.monotonic() - taken > STALL_S:
                    raise Problem(408, "The client took nothing for long.", limit="disconnect")
        except ConnectionAbortedError as error:
            self._tell("disconnect")
            raise ConnectionResetError(errno.ECONNRESET, "the client is gone") from error
        except Problem as problem:
            self._tell(str(problem.members.get("limit", "failed")))
            _break(self._client)
            raise ConnectionResetError(errno.ECONNRESET, "the answer was broken off") from problem
        finally:
            self._stop("disconnect")
            self._waits.close()

    def whole(self) -> bytes:
        """Return all of an answer that is short enough, once the process has said all.

        Raises:
            Problem: The query failed or met a limit.
            ConnectionAbortedError: The client is gone.
        """
        try:
            while self._running:
                self._wait()
            return self._waits.take(len(self._waits))
        finally:
            self._stop("disconnect")
            self._waits.close()

    def _wait(self) -> int:
        """Wait until something can be done, take what comes from the process, and return what the client has room for.

        Raises:
            Problem: The query failed or met a limit, which ended it.
            ConnectionAbortedError: The client is gone, which ended the query.
        """
        poll = select.poll()
        if self._running and not (self._waits and self._disk.is_full):
            poll.register(self._loan.process.socket, select.POLLIN)
        if self._client:
            poll.register(self._client, _HANG_UP | (select.POLLOUT if self._waits else 0))
        left = self._deadline - time.monotonic() if self._running else STALL_S
        ready = dict(poll.poll(max(0.0, min(left, STALL_S)) * 1000))
        if self._running and self._loan.process.socket.fileno() in ready:
            self._listen()
        elif self._running and time.monotonic() >= self._deadline:
            self._stop("deadline")
            after = f"after {self._timeout_s:g} seconds"
            detail = f"The query was given up {after}. Filter earlier, add a LIMIT, or use the dumps."
            raise Problem(504, detail, timeout_seconds=self._timeout_s, limit="deadline")
        if self._client is None:
            return _PIECE
        said = ready.get(self._client.fileno(), 0)
        if said & _HANG_UP:
            self._stop("disconnect")
            raise ConnectionAbortedError
        return _room(self._client) if said & select.POLLOUT else 0

    def _listen(self) -> None:
        process = self._loan.process
        try:
            for kind, body in process.frames.receive():
                if kind == DATA:
                    self._waits.put(body)
                elif kind == HEAD:
                    self.head = json.loads(body)
                elif kind == END:
                    self._finish()
                elif kind == PROBLEM:
                    about = json.loads(body)
                    self._finish()
                    raise Problem(about.pop("status"), about.pop("detail"), **about)
        except EOFError:
            self._stop("memory")  # of which alone the engine dies on a stack that no permitted query overflows
            most = f"{self._loan.memory_bytes // 1024**2:,} MiB"
            detail = f"The query needed more than {most} of memory. Filter earlier, or ask for less at once."
            raise Problem(503, detail, limit="memory") from None

    def _finish(self) -> None:
        """Give back the process, which has said all."""
        self._running = False
        self._loan.give_back()

    def _stop(self, reason: str) -> None:
        """End the process, if it is still at the query."""
        if self._running:
            self._running = False
            self._loan.kill(reason)


class Disk:
    """How much all answers together have waiting for slow clients; beyond ``most_bytes`` their queries wait, too."""

    def __init__(self, most_bytes: int) -> None:
        self._most, self._used = most_bytes, 0
        self._lock = threading.Lock()

    @property
    def is_full(self) -> bool:
        """Whether no more should come to wait."""
        return self._used > self._most

    def use(self, size: int) -> None:
        """Count so many bytes more, or fewer."""
        with self._lock:
            self._used += size


class _Spool:
    """Bytes that come in faster than they go out, in the order in which they came."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._pieces: SpooledTemporaryFile[bytes] | None = None
        self._read = self._written = self._size = 0

    def __len__(self) -> int:
        return self._written - self._read

    def put(self, data: bytes) -> None:
        if self._pieces is None:
            self._pieces = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - lives as long as the answer
        if self._read == self._written:  # nothing waits: begin anew
            self._read = self._written = 0
        self._pieces.seek(self._written)
        self._pieces.write(data)
        self._written += len(data)
        if self._written > self._size:
            self._disk.use(self._written - self._size)
            self._size = self._written

    def take(self, most: int) -> bytes:
        if self._pieces is None:
            return b""
        self._pieces.seek(self._read)
        data = self._pieces.read(min(most, self._written - self._read))
        self._read += len(data)
        return data

    def close(self) -> None:
        if self._pieces is not None:
            self._pieces.close()
        self._disk.use(-self._size)
        self._size = 0


def is_gone(client: socket.socket | None) -> bool:
    """Tell whether a client has hung up."""
    if client is None:
        return False
    poll = select.poll()
    poll.register(client, _HANG_UP)
    return bool(poll.poll(0))


def _room(client: socket.socket) -> int:
    """Return how many bytes can be sent without waiting, as far as the system tells."""
    if sys.platform != "linux":
        return _PIECE // 4
    queued = struct.unpack("i", fcntl.ioctl(client, _SIOCOUTQ, bytes(4)))[0]
    # The system counts its own overhead in the size of the buffer, up to half of it.
    size: int = client.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
    return max(_PIECE // 4, size // 2 - int(queued))


def _break(client: socket.socket | None) -> None:
    """Reset the connection, which clients of HTTP/1.0 notice as well."""
    if client is not None:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
