"""One attack after the other, with the next small queries after each try, as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.attacks.target import ATTACKER, NEIGHBOUR, Target
from tests.attacks.wire import Answer

FIT = frozenset({"200", "400", "403", "404", "405", "406", "413", "414", "415", "429", "431", "503", "504"})
"""Statuses that any attack may have; an attack's own come on top."""
HEAD = ("attack", "tries", "statuses", "next query", "verdict")


@dataclass(frozen=True)
class Seen:
    """What came of a try, or of several that went together; ``fault`` says what should not have."""

    status: str
    fault: str = ""
    times: int = 1
    last: bool = True
    """Whether the try is over, so that the next small query is due."""


@dataclass(frozen=True)
class Attack:
    """A way to harm; ``fit`` are the statuses allowed for it beside the usual ones."""

    name: str
    tries: Callable[[Target], Iterator[Seen]]
    fit: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Result:
    """What came of an attack: it has failed when there is no fault."""

    name: str
    statuses: Counter[str]
    slowest_s: float
    faults: tuple[str, ...]

    @property
    def row(self) -> tuple[str, ...]:
        """The result as a line of the table."""
        told = ", ".join(f"{status} × {times}" for status, times in sorted(self.statuses.items()))
        verdict = f"{len(self.faults)} FAULTS" if self.faults else "held"
        return self.name, f"{self.statuses.total():,}", told, f"{self.slowest_s:.3f} s", verdict


def carry_out(attack: Attack, target: Target) -> Result:
    """Return what came of an attack, with the slowest next query of the attacker and of another client."""
    statuses: Counter[str] = Counter()
    faults: list[str] = []
    slowest = 0.0
    for seen in attack.tries(target):
        statuses[seen.status] += seen.times
        if seen.status not in FIT | attack.fit:
            faults.append(f"status {seen.status}, {seen.fault or 'which does not fit'}")
        elif seen.fault:
            faults.append(seen.fault)
        for client in (ATTACKER, NEIGHBOUR) if seen.last else ():
            after = target.next_query(client)
            slowest = max(slowest, after.seconds)
            if after.seconds > target.within_s:
                who = "the attacker" if client == ATTACKER else "another client"
                faults.append(f"the next small query of {who}: {told(after)}, after {seen.fault or seen.status}")
    return Result(attack.name, statuses, slowest, tuple(faults))


def told(small: Answer) -> str:
    """Return what came of a small query, for people."""
    return f"{small.status} in {small.seconds:.2f} s {small.body[-200:].decode('utf-8', 'replace')}"


def show(results: list[Result]) -> str:
    """Return the table, and the faults below it."""
    rows = [HEAD, *(result.row for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    faults = [f"{result.name}: {fault}" for result in results for fault in result.faults]
    return "\n".join([*lines, *([""] if faults else []), *faults]) + "\n"
