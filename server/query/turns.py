"""Whose query runs next: the clients one after the other, each client's in the order in which they came.

So many queries run at full priority; one that takes long gives way and makes room for the next, up to a bound. A
client may not have all the processes, so that ten runaway queries of one leave the others what they need.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable

from server.limits import Limits
from server.problem import Problem

LOOK_S = 0.25
"""Seconds between two looks whether a client that waits is still there."""


class Turn:
    """A client's right to run one query."""

    def __init__(self, client: str) -> None:
        self.client = client
        self.slow = False
        self.granted = False
        self._waits: threading.Event | None = None

    def grant(self) -> None:
        """Give it, and wake who waits for it."""
        self.granted = True
        if self._waits:
            self._waits.set()

    def wait(self, seconds: float) -> bool:
        """Wait for it, and return whether it has come; most are granted at once and need no event."""
        self._waits = self._waits or threading.Event()
        return self.granted or self._waits.wait(seconds)


class Turns:
    """Grants turns within :class:`Limits`."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._waiting: OrderedDict[str, deque[Turn]] = OrderedDict()
        self._of_client: Counter[str] = Counter()
        self.fast = self.slow = 0

    @property
    def waiting(self) -> int:
        """How many queries wait."""
        return sum(map(len, list(self._waiting.values())))

    def take(self, client: str, *, is_gone: Callable[[], bool]) -> Turn:
        """Wait for a client's turn and return it.

        Raises:
            Problem: 503 when too many wait already, or it waited too long.
            ConnectionAbortedError: The client is gone.
        """
        turn, limits = Turn(client), self._limits
        with self._lock:
            if self._waiting or not self._grant(turn):
                own = len(self._waiting.get(client, ()))
                if own >= max(1, limits.waiting // 2) or self.waiting >= limits.waiting:
                    raise _busy("Too many queries are waiting")
                self._waiting.setdefault(client, deque()).append(turn)
                self._next()
        if turn.granted:
            return turn
        until = time.monotonic() + limits.wait_s
        while not turn.granted and not turn.wait(LOOK_S):
            late, gone = time.monotonic() > until, is_gone()
            if (late or gone) and self._leave(turn):
                if gone:
                    raise ConnectionAbortedError
                raise _busy(f"The query waited {limits.wait_s:g} seconds and others were still before it")
        return turn

    def slow_down(self, turn: Turn) -> bool:
        """Let a query that takes long make room for others, and return whether it may."""
        with self._lock:
            if self.slow >= self._limits.slow:
                return False
            turn.slow = True
            self.fast -= 1
            self.slow += 1
            self._next()
        return True

    def give_back(self, turn: Turn) -> None:
        """End a turn."""
        with self._lock:
            if turn.slow:
                self.slow -= 1
            else:
                self.fast -= 1
            self._of_client[turn.client] -= 1
            if not self._of_client[turn.client]:
                del self._of_client[turn.client]
            self._next()

    def _grant(self, turn: Turn) -> bool:
        limits = self._limits
        if self.fast >= limits.workers or self._of_client[turn.client] >= max(limits.slow, limits.workers - 1, 1):
            return False
        self.fast += 1
        self._of_client[turn.client] += 1
        turn.grant()
        return True

    def _next(self) -> None:
        """Grant what can be granted, the clients in rotation."""
        for client in list(self._waiting):
            turns = self._waiting[client]
            if self._grant(turns[0]):
                turns.popleft()
                self._waiting.move_to_end(client)
            if not turns:
                del self._waiting[client]

    def _leave(self, turn: Turn) -> bool:
        """Give up waiting, unless the turn came just now."""
        with self._lock:
            if turn.granted:
                return False
            turns = self._waiting[turn.client]
            turns.remove(turn)
            if not turns:
                del self._waiting[turn.client]
            return True


def _busy(what: str) -> Problem:
    return Problem(503, f"{what}; try again in some seconds.", headers={"Retry-After": "5"}, limit="queue")
