"""One query process as the server sees it: asked, listened to, killed."""

from __future__ import annotations

import json
import os
import select
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from kg.errors import ReleaseError
from server.query.frames import ASK, Frames, told
from server.query.nursery import START_S, Nursery


class Process:
    """A child of a nursery, ready for questions.

    Raises:
        ReleaseError: It cannot be started, or cannot open the release.
    """

    def __init__(self, nursery: Nursery) -> None:
        self.nursery = nursery
        self.socket, there = socket.socketpair()
        self.frames = Frames(self.socket)
        self._hung_up = select.poll()
        self._hung_up.register(self.socket, 0)  # of which a hang-up is told in any case
        with there:
            self._child = nursery.fork(there)
        try:
            hello = self._hello()
        except BaseException:
            self.kill()
            raise
        self._thread, self.sealed = int(hello["thread"]), bool(hello["sealed"])

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._child.pid

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return not self._hung_up.poll(0)

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
        self.socket.close()
        self.nursery.children.discard(self._child)

    def _hello(self) -> dict[str, Any]:
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        try:
            if poll.poll(START_S * 1000):
                about = json.loads(self.frames.receive()[0][1])
                assert isinstance(about, dict)  # noqa: S101 - for the type checker: the process sends nothing else
                return about
        except (EOFError, IndexError):
            pass
        raise ReleaseError(
            f"{self.nursery.release}: a process for queries does not start; see the lines above this one"
        )
