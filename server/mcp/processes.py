"""Runs each job on the release in a process that is killed when the job's time is up.

Nothing else stops the engine, and a query that crashes it takes only its own process along. Processes are kept for
the next job, so that a small query takes two milliseconds more than in this process; a new one takes most of a
second, which is not counted as the job's time. They open the release themselves, follow ``DIR/current``, and have a
stack that no permitted query overflows.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import TypeVar, TypeVarTuple

import anyio
from anyio import BrokenWorkerProcess, CapacityLimiter, to_process

from kg.errors import QueryError, ReleaseError
from kg.release import Release
from server.current import Current
from server.engine import run_deep
from server.problem import Problem
from server.sealed import seal

START_S = 60.0
"""Seconds that a new process may take to open the release, on a busy machine."""

MEMORY_BYTES = 4 * 1024**3
"""Most memory of a process, half a gigabyte of which is the reserve for its stack."""

MOST_WAITING = 32
"""Jobs that may wait for a process; more are turned away, since their clients would give up first."""

_Result = TypeVar("_Result")
_Arguments = TypeVarTuple("_Arguments")


class Processes:
    """Runs jobs on the current release below ``release_dir``, each for at most ``timeout_s`` seconds."""

    def __init__(
        self, release_dir: Path, *, timeout_s: float, at_once: int = 2, memory_bytes: int = MEMORY_BYTES
    ) -> None:
        self.timeout_s, self.memory_bytes = timeout_s, memory_bytes
        self._release_dir = release_dir.absolute()
        self._slots, self._processes = CapacityLimiter(at_once), CapacityLimiter(at_once)

    async def run(self, job: Callable[[Release, *_Arguments], _Result], *arguments: *_Arguments) -> _Result:
        """Return what the job returns; a function at the top of a module, with arguments that can be pickled.

        Raises:
            QueryError: The job took too long, crashed, had to wait with too many others, or the guard refused it.
            LegationError: Whatever of that kind the job raises, or that there is no release.
        """
        if self._slots.statistics().tasks_waiting >= MOST_WAITING:
            raise QueryError("Too many queries are waiting; try again in some seconds.")
        async with self._slots:
            await self.start()
            try:
                with anyio.fail_after(self.timeout_s):
                    return await self._send(_run, self._release_dir, self.memory_bytes, job, arguments)
            except TimeoutError:
                after = f"after {self.timeout_s:g} seconds"
                raise QueryError(f"The query was given up {after}. Filter earlier, or add a LIMIT.") from None
            except BrokenWorkerProcess:
                crash = "The query ended the process that it ran in, perhaps for want of memory"
                raise QueryError(f"{crash}; ask for less at once, or write it flatter.") from None

    async def start(self) -> bool:
        """Have a process ready with the release open, and return whether the system keeps it off the network.

        Raises:
            ReleaseError: There is no release in the folder, or a damaged one.
            QueryError: The process does not start.
        """
        try:
            with anyio.fail_after(START_S):
                return await self._send(_open, self._release_dir, self.memory_bytes)
        except (TimeoutError, BrokenWorkerProcess):
            raise QueryError("No process could be started for the query; is the machine out of memory?") from None

    async def _send(self, work: Callable[[*_Arguments], _Result], *arguments: *_Arguments) -> _Result:
        return await to_process.run_sync(work, *arguments, cancellable=True, limiter=self._processes)


@cache
def _current(release_dir: Path) -> Current:
    return Current(release_dir)


@cache
def _seal(memory_bytes: int) -> bool:
    return seal(memory_bytes=memory_bytes)


def _open(release_dir: Path, memory_bytes: int) -> bool:
    """Open the release in this process, and return whether the system keeps it off the network."""
    sealed = _seal(memory_bytes)
    _current(release_dir)
    return sealed


def _run(
    release_dir: Path, memory_bytes: int, job: Callable[[Release, *_Arguments], _Result], arguments: tuple[*_Arguments]
) -> _Result:
    """Return what the job makes of the release of this moment. The time limit is the parent's."""
    _open(release_dir, memory_bytes)  # another job may have taken the process that was ready, and this one be new
    release = _current(release_dir)()
    try:
        return run_deep(partial(job, release, *arguments))
    except Problem as problem:
        raise QueryError(problem.detail) from None
    except OSError as error:
        raise ReleaseError(f"{release.path}: cannot be read ({error}); try again, or build it anew") from None
