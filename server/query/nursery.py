"""The process that query processes are born of, with everything loaded that they need.

A fork is there within some hundredths of a second. If the release is held in memory, its forks share it: the engine
answers from memory several times as fast as from its files, and loading takes some 6 s and 400 MB a million quads.
A nursery that holds nothing is ready at once; its forks open the files.
"""

from __future__ import annotations

import gc
import gzip
import multiprocessing
import os
import select
import signal
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, NoReturn, cast

from pyoxigraph import RdfFormat, Store

from kg.errors import ReleaseError
from kg.release.opened import dump_path, read_manifest
from server.limits import Limits
from server.query.worker import work
from server.sealed import end_with_parent

START_S = 30.0
"""Seconds that a process may take to be there, on a busy machine."""

AT_ONCE = 100_000
"""Quads that are loaded in well under a second, so that nobody need be served from the files until then."""

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload([work.__module__, __name__])
_READY, _FORK = b"R", b"F"
_NUMBER = struct.Struct("=i")


class Child:
    """A fork, by a handle of the system's: its number could be another process's by the time that it is ended."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._handle = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else -1

    def kill(self) -> None:
        """End it at once, and wait until the system has its memory back."""
        if self._handle < 0:  # other systems than Linux
            os.kill(self.pid, signal.SIGKILL)
            return
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)
        poll = select.poll()
        poll.register(self._handle, select.POLLIN)
        poll.poll(START_S * 1000)
        os.close(self._handle)
        self._handle = -1


class Nursery:
    """A nursery for a release, which is the folder of one; ``dump`` is what to hold in memory of it, if anything.

    Its children end with it, so close it only when none of them is needed.
    """

    def __init__(self, release: Path, *, memory_bytes: int, dump: Path | None = None) -> None:
        self.release, self.holds = release, dump is not None
        self.children: set[Child] = set()
        self._control, there = socket.socketpair()
        with there:
            self._process = _PROCESSES.Process(
                target=_nurse, args=(there, str(release), dump and str(dump), memory_bytes), daemon=True
            )
            self._process.start()

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.is_alive()

    def has_ended(self, seconds: float) -> bool:
        """Return whether it has ended, or does within so many seconds: that is known a moment after its last word."""
        self._process.join(seconds)
        return not self.is_alive

    def is_ready(self, seconds: float = 0.0) -> bool:
        """Return whether it can have children, after at most so many seconds.

        Raises:
            ReleaseError: It has ended.
        """
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        if not poll.poll(seconds * 1000):
            return False
        if self._control.recv(1, socket.MSG_PEEK) != _READY:
            raise ReleaseError(f"{self.release}: no process for queries can be started; see the lines above this one")
        return True

    def fork(self, connection: socket.socket) -> Child:
        """Return a new child, which answers questions at the connection.

        Raises:
            ReleaseError: There is none.
        """
        try:
            if not self.is_ready(START_S):
                raise ReleaseError(f"{self.release}: the process that query processes are born of does not answer")
            socket.send_fds(self._control, [_FORK], [connection.fileno()])
            pid = _NUMBER.unpack(_exactly(self._control, len(_READY) + _NUMBER.size)[1:])[0]
            child = Child(pid)
        except (OSError, EOFError) as error:
            raise ReleaseError(f"{self.release}: no process for queries can be started ({error})") from error
        self.children.add(child)
        return child

    def close(self) -> None:
        """End it, and its children."""
        self._process.kill()
        self._process.join()
        self._control.close()


class Nurseries:
    """The nursery for the release of the moment: one that opens files, until one that holds it in memory is ready.

    All but :meth:`close` is for one thread.
    """

    def __init__(self, release: Callable[[], Path], limits: Limits) -> None:
        self._release, self._limits = release, limits
        self._now: Nursery | None = None
        self._next: Nursery | None = None
        self._old: list[Nursery] = []
        self._too_large: Path | None = None

    def current(self) -> Nursery:
        """Return the nursery to have children of now.

        Raises:
            ReleaseError: There is no release.
        """
        release = self._release()
        if self._now is not None and not self._now.is_alive:  # killed by somebody, or by the system for want of memory
            if self._now.holds:
                self._too_large = release
            self._begin(release)
        elif self._now is None or self._now.release != release:
            self._begin(release)
        elif self._next is not None:
            self._change(self._next)
        for nursery in [old for old in self._old if not old.children]:
            self._old.remove(nursery)
            nursery.close()
        assert self._now is not None  # noqa: S101 - for the type checker: it has begun
        return self._now

    def close(self) -> None:
        """End them all."""
        for nursery in (self._now, self._next, *self._old):
            if nursery is not None:
                nursery.close()

    def _begin(self, release: Path) -> None:
        about = read_manifest(release)
        quads, dump = about.get("counts", {}).get("quads"), dump_path(release, about["version"])
        fits = isinstance(quads, int) and quads <= self._limits.in_memory and dump.is_file()
        fits = fits and release != self._too_large
        self._old += [nursery for nursery in (self._now, self._next) if nursery is not None]
        at_once = fits and quads <= AT_ONCE
        memory = self._limits.memory_bytes
        self._now = Nursery(release, memory_bytes=memory, dump=dump if at_once else None)
        self._next = Nursery(release, memory_bytes=memory, dump=dump) if fits and not at_once else None

    def _change(self, fresh: Nursery) -> None:
        try:
            if not fresh.is_ready():
                return
        except ReleaseError:  # its own lines say why; the files are as good, only slower
            self._next, self._too_large = None, fresh.release
            fresh.close()
            return
        if self._now is not None:
            self._old.append(self._now)
        self._now, self._next = fresh, None


def _nurse(control: socket.socket, release: str, dump: str | None, memory_bytes: int) -> None:
    """Be a nursery: load, then say that it is ready, fork when asked, tell the child's number, and so on."""
    end_with_parent()
    store = _loaded(dump) if dump else None
    gc.freeze()  # what is here stays; the collector need not look at it, and so not copy it, in each child
    with suppress(ConnectionError):
        while True:
            control.sendall(_READY)
            word, numbers, _, _ = socket.recv_fds(control, 1, 1)
            if not word:
                return
            with suppress(ChildProcessError):  # earlier ones that have ended; not sooner, lest a number be used again
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            pid = os.fork()
            if pid == 0:
                _live(control, numbers[0], release, memory_bytes, store)
            os.close(numbers[0])
            control.sendall(_NUMBER.pack(pid))


def _live(control: socket.socket, number: int, release: str, memory_bytes: int, store: Store | None) -> NoReturn:
    """Be a query process, and end, whatever happens: a child must not go on as its parent."""
    try:
        control.close()
        work(socket.socket(fileno=number), release=release, memory_bytes=memory_bytes, store=store)
    finally:
        sys.stderr.flush()
        os._exit(0)


def _loaded(dump: str) -> Store:
    store = Store()
    with gzip.open(dump) as quads:
        store.bulk_load(cast(IO[bytes], quads), format=RdfFormat.N_QUADS)
    return store


def _exactly(connection: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        piece = connection.recv(size - len(received))
        if not piece:
            raise EOFError("it has ended")
        received += piece
    return received
