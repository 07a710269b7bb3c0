"""Whose query runs next: that of the client who has had least lately, each client's in the order in which they came.

So many queries run at full priority; one that takes long gives way and makes room for the next, up to a bound. A
client may not have all the processes, so that ten runaway queries of one leave the others what they need. And when
long queries of many clients fill all the room there is, one place more is left for clients who have had next to
nothing: what they ask is short, as a rule.
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

_HALF_S = 10.0
"""Seconds after which half of what a client has had is forgotten."""

_SMALL_S = 0.05
"""Seconds that a query may take without being held against its client."""

_REMEMBERED = 1000
"""Clients whose use is remembered before those who have had next to nothing are forgotten."""


class Turn:
    """A client's right to run one query."""

    def __init__(self, client: str) -> None:
        self.client = client
        self.slow = False
        self.granted = False
        self.since = 0.0
        """When it was granted, by the clock that only goes forward."""
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
        self._had: dict[str, tuple[float, float]] = {}
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
                room = limits.waiting * (1 if own else 2)  # or the many queries of some would turn everybody else away
                if own >= max(1, limits.waiting // 2) or self.waiting >= room:
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
            self._note(turn)
            self._of_client[turn.client] -= 1
            if not self._of_client[turn.client]:
                del self._of_client[turn.client]
            self._next()

    def _grant(self, turn: Turn) -> bool:
        limits, own = self._limits, self._of_client[turn.client]
        modest = not own and len(self._waiting.get(turn.client, ())) < 2 and self._lately(turn.client) < limits.slow_s
        room = limits.workers + (self.slow >= limits.slow and modest)
        if self.fast >= room or own >= max(limits.slow, limits.workers - 1, 1):
            return False
        self.fast += 1
        self._of_client[turn.client] += 1
        turn.since = time.monotonic()
        turn.grant()
        return True

    def _next(self) -> None:
        """Grant what can be granted, in the order of what clients have had, and in rotation where that is the same.

        Who has one query in the queue comes before all who have more: that is a person or a simple program.
        """

        def greed(client: str) -> tuple[float, bool]:
            return round(self._lately(client), 1), len(self._waiting[client]) > 1

        for client in sorted(self._waiting, key=greed):
            turns = self._waiting[client]
            if self._grant(turns[0]):
                turns.popleft()
                self._waiting.move_to_end(client)
            if not turns:
                del self._waiting[client]

    def _note(self, turn: Turn) -> None:
        """Remember how long a client's query took; the small ones that most send are not worth it."""
        now = time.monotonic()
        if now - turn.since < _SMALL_S:
            return
        self._had[turn.client] = self._lately(turn.client) + now - turn.since, now
        if len(self._had) > _REMEMBERED:
            self._had = {client: had for client, had in self._had.items() if self._lately(client) > 0.01}

    def _lately(self, client: str) -> float:
        """Return the seconds that a client's queries have taken, the less the longer ago."""
        seconds, when = self._had.get(client, (0.0, 0.0))
        return seconds * 0.5 ** ((time.monotonic() - when) / _HALF_S) if seconds else 0.0

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
