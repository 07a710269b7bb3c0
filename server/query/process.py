"""One query process as the server sees it: started, asked, listened to, killed."""

from __future__ import annotations

import json
import multiprocessing
import os
import select
import signal
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from kg.errors import ReleaseError
from server.query.frames import ASK, Frames, told
from server.query.worker import work

START_S = 30.0
"""Seconds that a process may take to open the release, on a busy machine."""

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([work.__module__])
"""Processes are forks of one that has loaded what they need and has done nothing yet: they are there at once."""


class Process:
    """A process that runs :func:`server.query.worker.work`, with a release open."""

    def __init__(self, release: Path, *, memory_bytes: int) -> None:
        self.socket, there = socket.socketpair()
        self.frames = Frames(self.socket)
        self.sealed = False
        self._thread = 0
        self._hung_up = select.poll()
        self._hung_up.register(self.socket, 0)  # of which a hang-up is told in any case
        with there:
            self._child = _FORKS.Process(
                target=work, args=(there,), kwargs={"release": str(release), "memory_bytes": memory_bytes}, daemon=True
            )
            self._child.start()

    @property
    def pid(self) -> int | None:
        """The number of the process."""
        return self._child.pid

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return not self._hung_up.poll(0)

    def wait_ready(self) -> None:
        """Wait until it has opened the release.

        Raises:
            ReleaseError: It does not, and is gone.
        """
        try:
            about = json.loads(self.frames.receive()[0][1]) if self._heard() else None
        except EOFError:
            about = None
        if about is None:
            self.kill()
            raise ReleaseError("no process for queries can be started; see the lines above this one")
        self._thread, self.sealed = about["thread"], about["sealed"]

    def _heard(self) -> bool:
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        return bool(poll.poll(START_S * 1000))

    def ask(self, question: Mapping[str, Any]) -> None:
        """Send it a question.

        Raises:
            EOFError: It is gone.
        """
        try:
            self.socket.sendall(told(ASK, question))
        except ConnectionError as error:
            raise EOFError from error

    def give_way(self) -> None:
        """Let it run from now on only when no other process wants to; that cannot be undone.

        A system that does not allow it leaves it as it is.
        """
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self._thread, 19)  # on Linux, the number of a thread means that thread

    def kill(self) -> None:
        """End it at once, with whatever it is at, and wait until the system has its memory back."""
        self._child.kill()
        self._child.join()
        self.socket.close()

    @property
    def ran_out_of_memory(self) -> bool:
        """Whether it ended as one does that gets no more memory: the engine aborts, or the system kills it."""
        self._child.join(timeout=5)
        return self._child.exitcode in (-signal.SIGABRT, -signal.SIGKILL)
