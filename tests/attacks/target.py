"""The server under attack: started as its users start it, and watched from outside."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.attacks.wire import Answer, Call, get, raw, send

ROOT = Path(__file__).parents[2]
ATTACKER, NEIGHBOUR = "127.0.0.66", "127.0.0.7"
SMALL = "ASK { ?s a ?class } # %d"
"""Another one each time, since the server keeps small answers."""
_numbers = itertools.count()
PATIENCE_S = 10.0
"""How long the small query is waited for: longer than it may take, so that the table can tell by how much."""


@dataclass(frozen=True)
class Target:
    """A running server; ``pid`` is its first process, ``timeout_s`` the longest that a query may take.

    ``within_s`` is what the next small query may take; tests that share their machine with others allow more.
    """

    address: tuple[str, int]
    pid: int
    timeout_s: float
    release: Path
    within_s: float = 1.0

    def send(self, call: Call, *, client: str = ATTACKER, patience_s: float = 30.0) -> Answer:
        """Return what it answers."""
        return send(self.address, call, client=client, patience_s=patience_s)

    def raw(self, data: bytes, *, client: str = ATTACKER, patience_s: float = 10.0, finish: bool = True) -> Answer:
        """Return what it answers to bytes that need not be HTTP."""
        return raw(self.address, data, client=client, patience_s=patience_s, finish=finish)

    def next_query(self, client: str) -> Answer:
        """Return what comes of a small query now; one that is not answered rightly counts as taking for ever."""
        answer = self.send(
            get(SMALL % next(_numbers), accept="application/sparql-results+json"), client=client, patience_s=PATIENCE_S
        )
        right = answer.status == "200" and b"true" in answer.body
        return answer if right else replace(answer, seconds=float("inf"))

    def processes(self) -> dict[int, int]:
        """Return the resident bytes of each of its processes, by process."""
        return {pid: resident(pid) for pid in descendants(self.pid)}

    def memory(self) -> int:
        """Return the resident bytes of all its processes; pages that they share count once for each."""
        return sum(self.processes().values())


PROGRAM = """
import json, sys
from pathlib import Path
from server.limits import Limits
from server.serve import serve
serve(Path(sys.argv[1]), port=0, limits=Limits(**json.loads(sys.argv[2])), on_ready=lambda at: print(at, flush=True))
"""


@contextmanager
def serving(release: Path, *, timeout_s: float, within_s: float = 1.0, **limits: float) -> Iterator[Target]:
    """Run the server that ``legation serve`` runs, on a free port. It must end by itself, with 0, on SIGTERM."""
    command = [sys.executable, "-c", PROGRAM, str(release), json.dumps({"timeout_s": timeout_s, **limits})]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        if not found:
            raise RuntimeError(f"the server did not start; see its messages above ({line.strip()})")
        with urllib.request.urlopen(f"{found[0]}/readyz", timeout=60):  # it takes requests a moment before it answers
            yield Target(("127.0.0.1", int(found[1])), process.pid, timeout_s, release, within_s)
        alive = process.poll() is None
    finally:
        process.terminate()
        try:
            code = process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait(timeout=10)
        process.stdout.close()
    if not alive or code:
        raise RuntimeError(f"the server {'ended with' if alive else 'was gone before its end:'} {code}")


def descendants(pid: int) -> list[int]:
    """Return a process and all that it started, directly or not."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text("latin-1").rpartition(")")[2].split()
        except OSError:  # gone meanwhile
            continue
        if fields[0] != "Z":
            children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = [pid]
    for one in found:
        found.extend(children.get(one, []))
    return found


def resident(pid: int) -> int:
    """Return the resident bytes of a process, none if it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
    except (OSError, IndexError):
        return 0


def worked(pid: int) -> float:
    """Return the seconds of processor time that a process has had, none if it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("latin-1").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100
    except (OSError, IndexError):
        return 0.0


def wait_until(true: Callable[[], bool], *, seconds: float) -> float:
    """Return how long it took until ``true()`` was, infinite if longer than that."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if true():
            return time.monotonic() - began
        time.sleep(0.01)
    return float("inf")
