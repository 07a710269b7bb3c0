"""Every server asked every question, turn by turn, so that what else the machine does slows them all alike."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import QueryBoolean, QueryResultsFormat, QueryTriples, RdfFormat, Store

from tests.bench.endpoint.answers import difference, rows
from tests.bench.endpoint.client import Answer, Client
from tests.bench.endpoint.queries import Question
from tests.bench.endpoint.servers import Server

ENGINE = "engine"
"""The name under which the bare engine runs: the same query in this process, written as bytes, without a server."""
SLOW_MS = 2_000
FEW = 3
ONCE_MS = 15_000


@dataclass(frozen=True)
class Time:
    """The median of so many runs in milliseconds; with ``over``, none was finished and it took longer than that."""

    ms: float
    runs: int
    over: bool = False


@dataclass(frozen=True)
class Race:
    """Times by question and server, the answers' rows and bytes, and what each server answers otherwise."""

    times: Mapping[str, Mapping[str, Time]]
    sizes: Mapping[str, tuple[int, int]]
    disagreements: Sequence[tuple[str, str, str]]

    def ratios(self, server: str, other: str, *, least_ms: float = 0.0) -> dict[str, float]:
        """Return how many times as long ``server`` takes, by question, where ``other`` takes ``least_ms`` or more."""
        return {
            name: row[server].ms / row[other].ms
            for name, row in self.times.items()
            if server in row and other in row and row[other].ms >= least_ms
        }

    def mean(self, server: str, other: str) -> float:
        """Return the geometric mean of these; a lower bound where times of ``server`` are."""
        return math.exp(statistics.fmean(math.log(ratio) for ratio in self.ratios(server, other).values()))


def race(
    store: Store,
    servers: Sequence[Server],
    asked: Sequence[Question],
    *,
    rounds: int,
    timeout_s: float,
    tell: Callable[[str], None] = lambda line: None,
) -> Race:
    """Check that all give the same answers, which also warms them up, then measure them in turns.

    What takes a server longer than :data:`SLOW_MS` is asked :data:`FEW` times only; what takes it longer than
    :data:`ONCE_MS`, not again: the time of the check counts.
    """
    clients = {server.name: Client(server.address, timeout_s=timeout_s) for server in servers}
    again = {server.name: server.again for server in servers}
    askers: dict[str, Callable[[Question], Answer]] = {ENGINE: lambda question: bare(store, question)}
    askers |= {name: client.ask for name, client in clients.items()}

    def ask(name: str, question: Question) -> Answer:
        answer = askers[name](question)
        restart = again.get(name)
        if answer.body is None and restart:
            restart()
        return answer

    firsts: dict[tuple[str, str], Answer] = {}
    sizes, disagreements = {}, []
    for question in asked:
        expected, whole = None, None
        if question.some:
            whole = rows(question, bare(store, Question(question.name, question.some)).body or b"")
        for name in askers:
            try:
                answer = ask(name, question)
            except RuntimeError as error:
                disagreements.append((question.name, name, str(error)))
                continue
            firsts[name, question.name] = answer
            if answer.body is None:
                tell(f"{question.name:18} {name:16} nothing within {timeout_s:g} s")
                continue
            found = rows(question, answer.body)
            if expected is None:
                expected, sizes[question.name] = found, (found.total(), len(answer.body))
            elif reason := difference(expected, found, whole):
                disagreements.append((question.name, name, reason))
            tell(f"{question.name:18} {name:16} {answer.ms:10.1f} ms, {found.total()} rows")

    taken: dict[tuple[str, str], list[float]] = {key: [] for key in firsts}
    for turn in range(rounds):
        for question in asked:
            names = [name for name in askers if (name, question.name) in firsts]
            shift = turn % len(names)
            for name in names[shift:] + names[:shift]:
                first = firsts[name, question.name].ms
                if first < SLOW_MS or (first < ONCE_MS and turn < FEW):
                    taken[name, question.name].append(ask(name, question).ms)
    for client in clients.values():
        client.close()
    times: dict[str, dict[str, Time]] = {}
    for (name, question_name), first in firsts.items():
        runs = taken[name, question_name]
        median = statistics.median(runs or [first.ms])
        times.setdefault(question_name, {})[name] = Time(median, len(runs) or 1, over=first.body is None)
    return Race(times, sizes, disagreements)


def bare(store: Store, question: Question) -> Answer:
    """Return the answer of the engine alone, written as bytes in one call."""
    start = time.perf_counter()
    found = store.query(question.query, use_default_graph_as_union=True)
    if isinstance(found, QueryTriples):
        body = found.serialize(format=RdfFormat.N_TRIPLES)
    else:
        body = found.serialize(format=QueryResultsFormat.JSON)
    return Answer((time.perf_counter() - start) * 1000, body or b"")


@dataclass(frozen=True)
class Rows:
    """Rows a second: over HTTP to their last byte, from the engine to an empty loop, and from it to bytes."""

    http: float
    loop: float
    written: float


def rows_a_second(store: Store, server: Server, question: Question, count: int, *, rounds: int) -> Rows:
    """Return medians of so many turns; the question's answer has ``count`` rows."""
    client = Client(server.address)
    turns = [(client.ask(question).ms, iterated(store, question).ms, bare(store, question).ms) for _ in range(rounds)]
    client.close()
    return Rows(*(1000 * count / statistics.median(times) for times in zip(*turns, strict=True)))


def iterated(store: Store, question: Question) -> Answer:
    """Return how long the engine takes to give all rows to a loop that does nothing with them."""
    start = time.perf_counter()
    found = store.query(question.query, use_default_graph_as_union=True)
    assert not isinstance(found, QueryBoolean)
    for _ in found:
        pass
    return Answer((time.perf_counter() - start) * 1000, b"")
