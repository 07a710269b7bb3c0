"""The query processes: kept ready, lent for a query each, replaced when they were killed or had become slow."""

from __future__ import annotations

import threading
import time
import weakref
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kg.errors import ReleaseError
from server.limits import Limits
from server.query.nursery import START_S, Nurseries, Nursery
from server.query.process import Process
from server.query.turns import Turn, Turns

_TICK_S = 0.05
"""Seconds between two looks at the queries that run."""

_SPARE = 2
"""Processes that are ready beyond those at full priority, for queries that come when others have just given way."""

_REST_S = 5.0
"""Seconds until the next try when no process can be started."""


@dataclass(frozen=True)
class Statistics:
    """What operators watch: processes by what they are at, how many queries wait, and what became of processes."""

    idle: int
    busy: int
    slow: int
    waiting: int
    started: int
    killed: Mapping[str, int]


class Loan:
    """A process lent for one query; whoever borrowed it says once how that ended."""

    def __init__(self, pool: Pool, process: Process, turn: Turn) -> None:
        self.process, self.turn, self._pool = process, turn, pool
        self._since = time.monotonic()
        self._lock = threading.Lock()
        self._open = True

    @property
    def memory_bytes(self) -> int:
        """Most memory that the query may have."""
        return self._pool.limits.memory_bytes

    def give_back(self) -> None:
        """Return the process, which has answered; one that runs at the lowest priority is of no more use."""
        if self._close():
            self._pool.take_back(self, "slow" if self.turn.slow else "")

    def kill(self, reason: str) -> None:
        """End the process; the reason is for the operator's figures."""
        if self._close():
            self._pool.take_back(self, reason)

    def look(self) -> bool:
        """Let the query give way when it has been running for long, if there is room, and return whether it did."""
        with self._lock:
            late = self._open and not self.turn.slow and time.monotonic() - self._since > self._pool.limits.slow_s
            if late and self._pool.turns.slow_down(self.turn):
                self.process.give_way()
                return True
        return False

    def _close(self) -> bool:
        with self._lock:
            was_open, self._open = self._open, False
        return was_open


class Pool:
    """Lends processes that have the release in the folder ``release()`` open, within ``limits``.

    As many are ready or busy as may run at full priority; those that gave way come on top. The first loan starts
    them, or :meth:`probe`; they end with this object.
    """

    def __init__(self, release: Callable[[], Path], limits: Limits) -> None:
        self.limits, self.turns = limits, Turns(limits)
        self._nurseries = Nurseries(release, limits)
        self._nursery: Nursery | None = None
        weakref.finalize(self, self._nurseries.close)
        self._changed = threading.Condition()
        self._wanted = threading.Event()
        self._idle: deque[Process] = deque()
        self._loans: set[Loan] = set()
        self._out = 0
        self._started, self._killed = 0, Counter[str]()
        self._failed: ReleaseError | None = None
        self._keeper: threading.Thread | None = None

    def lend(self, client: str, *, is_gone: Callable[[], bool]) -> Loan:
        """Lend a process when it is the client's turn.

        Raises:
            Problem: 503 when too many wait.
            ReleaseError: No process can be started.
            ConnectionAbortedError: The client is gone before its turn.
        """
        turn = self.turns.take(client, is_gone=is_gone)
        try:
            loan = Loan(self, self._take(), turn)
        except BaseException:
            self.turns.give_back(turn)
            raise
        self._loans.add(loan)
        return loan

    def take_back(self, loan: Loan, reason: str) -> None:
        """Take a process back or, for a reason, end it and have another in its place."""
        self._loans.discard(loan)
        if not reason and loan.process.nursery is not self._nursery:
            reason = "replaced"
        if reason:
            loan.process.kill()
            with self._changed:
                self._killed[reason] += 1
                self._out -= not loan.turn.slow
            self._wanted.set()
        else:
            self._put(loan.process)
        self.turns.give_back(loan.turn)

    def probe(self) -> bool:
        """Return whether the system keeps a process that is ready off the network.

        Raises:
            ReleaseError: None can be started.
        """
        process = self._take()
        self._put(process)
        return process.sealed

    @property
    def in_memory(self) -> bool:
        """Whether queries are answered from memory by now, and not from the release's files."""
        return self._nursery is not None and self._nursery.holds

    def statistics(self) -> Statistics:
        """Return the figures of this moment."""
        with self._changed:
            return Statistics(
                len(self._idle), self.turns.fast, self.turns.slow, self.turns.waiting, self._started, dict(self._killed)
            )

    def tend(self) -> None:
        """Do what the keeper does at every tick: let long queries give way, and have enough processes."""
        for loan in list(self._loans):
            if loan.look():
                with self._changed:
                    self._out -= 1
        try:
            self._fill()
        except (ReleaseError, OSError) as error:
            if self._nursery is not None and self._nursery.has_ended(1.0):
                return  # the next tick has another one
            with self._changed:
                self._failed = ReleaseError(str(error))
                self._changed.notify_all()
            time.sleep(_REST_S)

    def _fill(self) -> None:
        self._follow(self._nurseries.current())
        while len(self._idle) + self._out < self.limits.workers + _SPARE:
            process = Process(self._nurseries.current())
            with self._changed:
                self._started += 1
                self._failed = None
                self._idle.append(process)
                self._changed.notify()

    def _follow(self, nursery: Nursery) -> None:
        """Have processes of this nursery from now on; those of another end when they have answered."""
        if nursery is self._nursery:
            return
        with self._changed:
            self._nursery = nursery
            others = [process for process in self._idle if process.nursery is not nursery]
            self._idle = deque(process for process in self._idle if process.nursery is nursery)
        for process in others:
            process.kill()
            with self._changed:
                self._killed["replaced"] += 1

    def wait(self) -> None:
        """Wait for the next tick, or until a process is wanted."""
        self._wanted.wait(_TICK_S)
        self._wanted.clear()

    def _take(self) -> Process:
        self._keep()
        deadline = time.monotonic() + START_S
        with self._changed:
            while True:
                while self._idle:
                    process = self._idle.pop()  # the one whose memory is warm
                    if process.is_alive:
                        self._out += 1
                        return process
                    self._killed["died"] += 1
                if self._failed:
                    raise self._failed
                if time.monotonic() > deadline:
                    raise ReleaseError("no process for queries is ready; is the machine overloaded?")
                self._wanted.set()
                self._changed.wait(1)

    def _put(self, process: Process) -> None:
        with self._changed:
            self._out -= 1
            self._idle.append(process)
            self._changed.notify()

    def _keep(self) -> None:
        """Start the thread that tends this pool, with the first need of it."""
        if self._keeper is None:
            with self._changed:
                if self._keeper is None:
                    self._keeper = threading.Thread(target=_tend, args=(weakref.ref(self),), name="keeper", daemon=True)
                    self._keeper.start()


def _tend(reference: weakref.ref[Pool]) -> None:
    while (pool := reference()) is not None:
        pool.tend()
        pool.wait()
        del pool
