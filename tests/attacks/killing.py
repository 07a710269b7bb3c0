"""Whether a query that runs away is stopped, how soon, and what it costs the others while it runs."""

from __future__ import annotations

import socket
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import quote

from tests.attacks.heavy import ENDLESS
from tests.attacks.table import Seen
from tests.attacks.target import ATTACKER, NEIGHBOUR, Target, resident, wait_until, worked
from tests.attacks.wire import get

FIT = frozenset({"gone", "quick"})
DEADLINE_S = 2.0
GONE_S = 0.5
"""How long after its deadline, or after its client has left, a process may be seen."""
BACK_BYTES = 96 * 1024**2
"""Memory that the server may have more than before, a moment later: the replaced process has not seen the data yet."""
RUNAWAYS = 10
SAMPLES = 200
TIMES = 3.0
RUNAWAY = (
    "ORDER BY over a product",
    "distinct product",
    "GROUP_CONCAT of everything",
    "count of a product",
    "NOT EXISTS over a product",
)


@dataclass
class Busy:
    """The process that works at a query: the most memory that it had, and when it was gone."""

    pid: int = 0
    most: int = 0
    gone_at: float = float("inf")


def kill(target: Target) -> Iterator[Seen]:
    """Let queries run into their deadline, leave others alone, and measure others' latency beside ten of them."""
    _latencies(target)  # until all processes are there
    time.sleep(1)
    for name in RUNAWAY:
        yield _deadline(target, name)
    for name in RUNAWAY[:3]:
        yield _leave(target, name)
    yield _beside(target)


def _deadline(target: Target, name: str) -> Seen:
    before, busy = target.memory(), Busy()
    began = time.monotonic()
    watch = threading.Thread(target=_watch, args=(target, busy, began + DEADLINE_S + 3))
    watch.start()
    answer = target.send(get(ENDLESS[name], ("timeout", f"{DEADLINE_S:g}")))
    watch.join()
    late = busy.gone_at - began - DEADLINE_S
    back_s = wait_until(lambda: target.memory() < before + BACK_BYTES, seconds=3)
    print(
        f"  {name}: {answer.status}, process with {busy.most >> 20} MiB gone {late:+.3f} s from the deadline;"
        f" server {before >> 20} MiB before, {target.memory() >> 20} MiB after {back_s:.2f} s"
    )
    if answer.status == "503" and b'"memory"' in answer.body:  # it ended before its time
        late = 0.0
    fault = f"{name}: {late:+.2f} s from its deadline" if not busy.pid or late > GONE_S else ""
    return Seen("gone", fault or (f"{name}: its memory is not back" if back_s == float("inf") else ""))


def _leave(target: Target, name: str) -> Seen:
    """Hang up half a second into a query that may take long."""
    path = f"/sparql?query={quote(ENDLESS[name])}&timeout=30"
    busy, began = Busy(), time.monotonic()
    watch = threading.Thread(target=_watch, args=(target, busy, began + 4))
    with socket.create_connection(target.address, source_address=(ATTACKER, 0)) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        watch.start()
        time.sleep(1.0)
        left = time.monotonic()
    watch.join()
    late = busy.gone_at - left
    print(f"  {name}: process {busy.pid} gone {late:.3f} s after its client")
    return Seen(
        "gone", f"{name}: goes on for {late:.2f} s after its client left" if not busy.pid or late > GONE_S else ""
    )


def _watch(target: Target, busy: Busy, until: float) -> None:
    """Find the process that works most and note its memory, until it is gone."""
    first = {pid: worked(pid) for pid in target.processes()}
    while time.monotonic() < until:
        if not busy.pid:
            most = max(((worked(pid) - first.get(pid, 0.0), pid) for pid in target.processes()), default=(0.0, 0))
            if most[0] > 0.05 and most[1] != target.pid:
                busy.pid = most[1]
            time.sleep(0.05)
            continue
        memory = resident(busy.pid)
        busy.most = max(busy.most, memory)
        if not memory:
            busy.gone_at = time.monotonic()
            return
        time.sleep(0.005)


def _beside(target: Target) -> Seen:
    """Measure small queries of one client at rest, and beside ten runaway queries of others."""
    idle = statistics.median(_latencies(target))

    def run_away(number: int) -> None:
        query = ENDLESS[RUNAWAY[number % len(RUNAWAY)]]
        target.send(get(query, ("timeout", f"{target.timeout_s:g}")), client=f"127.0.2.{number + 1}")

    with ThreadPoolExecutor(RUNAWAYS) as pool:
        for number in range(RUNAWAYS):
            pool.submit(run_away, number)
        time.sleep(1.5)  # until all have given way
        loaded = _latencies(target)
    median, worst = statistics.median(loaded), max(loaded)
    told = (
        f"median {median * 1000:.1f} ms beside {RUNAWAYS} runaways, {idle * 1000:.1f} ms at rest, worst {worst:.3f} s"
    )
    print(f"  {told}: {median / idle:.1f} times")
    return Seen("quick", told if median > TIMES * idle else "", SAMPLES)


def _latencies(target: Target) -> list[float]:
    return [target.next_query(NEIGHBOUR).seconds for _ in range(SAMPLES)]
