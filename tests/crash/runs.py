"""Starts the real commands where they can be killed: warm, from a process that has all modules, or from nothing.

A warm run is ``kg.cli.main`` in a process of its own with the invented reader in place of the language model's; a cold
one is ``python -m kg``, as users run it. Each leads a process group of its own, its workers in it.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LONGEST_S = 120.0
"""A run that takes longer hangs."""
CHANGES = frozenset({"open", "os.rename", "os.symlink", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"})
"""Calls that Python announces before they are made, and that writing a release consists of."""


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit code, negative for a signal, and what it had printed."""

    code: int
    out: str
    err: str

    @property
    def acknowledged(self) -> str | None:
        """The version that it said is published."""
        lines = [line for line in self.out.splitlines(keepends=True) if line.startswith("release ")]
        return lines[0].split()[1].rstrip(":") if lines and lines[0].endswith("\n") else None


class Run:
    """A command under way."""

    def __init__(self, process: ForkServerProcess | subprocess.Popen[bytes], said: Path) -> None:
        """Take over the process; it prints into files of the folder ``said``."""
        self._process, self._said = process, said
        assert process.pid is not None
        self.pid = process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        if isinstance(self._process, subprocess.Popen):
            return self._process.poll() is None
        return self._process.is_alive()

    @property
    def workers(self) -> list[int]:
        """The processes of its group besides itself, those not counted that have ended."""
        found = []
        for path in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                state, _, group = path.read_text(encoding="utf-8").rpartition(")")[2].split()[:3]
                if int(group) == self.pid and state != "Z" and int(path.parent.name) != self.pid:
                    found.append(int(path.parent.name))
        return found

    def kill(self, *, group: bool = False) -> None:
        """Kill it as nothing can be caught or cleaned up, alone or with its workers."""
        self.signal(signal.SIGKILL, group=group)

    def signal(self, number: signal.Signals, *, group: bool = False) -> None:
        """Send a signal; none if it has ended."""
        with contextlib.suppress(ProcessLookupError):
            (os.killpg if group else os.kill)(self.pid, number)

    def ended(self) -> Ended:
        """Wait until it ends and return how."""
        if isinstance(self._process, subprocess.Popen):
            self._process.wait(LONGEST_S)
            code = self._process.returncode
        else:
            self._process.join(LONGEST_S)
            code = self._process.exitcode
        assert code is not None, f"the run hangs: {self._process}"
        out, err = ((self._said / name).read_text(encoding="utf-8") for name in ("out", "err"))
        return Ended(code, out, err)


def start(
    argv: Sequence[str],
    place: Path,
    *,
    cold: bool = False,
    kill_at: int | None = None,
    calls: Path | None = None,
    largest: int | None = None,
) -> Run:
    """Start a command; what it prints goes to a new folder in ``place``.

    A warm run kills itself just before the call number ``kill_at`` of those in ``CHANGES`` that concern the folders of
    releases; ``calls`` is a file to list them in, each with its moment. ``largest`` is the most bytes that it may
    write to a file.
    """
    said = Path(tempfile.mkdtemp(prefix="said-", dir=place))
    for name in ("out", "err"):
        (said / name).touch()
    if cold:
        with (said / "out").open("wb") as out, (said / "err").open("wb") as err:
            command = [sys.executable, "-m", "kg", *argv]
            process = subprocess.Popen(command, stdout=out, stderr=err, cwd=ROOT, start_new_session=True)
        return Run(process, said)
    warm = _context().Process(target=_main, args=(list(argv), said, kill_at, calls, largest))
    warm.start()
    while os.getpgid(warm.pid or 0) != warm.pid and warm.is_alive():
        time.sleep(0.001)  # until it leads its group
    return Run(warm, said)


def run(argv: Sequence[str], place: Path, **how: Any) -> Ended:
    """Run a command to its end."""
    return start(argv, place, **how).ended()


@cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crash.warm"])
    return context


def _main(argv: list[str], said: Path, kill_at: int | None, calls: Path | None, largest: int | None) -> None:
    """Be the command: in a group of its own, its output in files, the reader the invented one."""
    os.setsid()
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(said / name, os.O_WRONLY | os.O_APPEND), number)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    if largest is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    if kill_at is not None or calls is not None:
        folder = argv[next(argv.index(word) for word in ("--out", "--to") if word in argv) + 1]
        _count(folder, kill_at, calls)
    from tests.crash.command import main  # loaded by now, and needed in this process only

    sys.exit(main(argv))


def _count(folder: str, kill_at: int | None, calls: Path | None) -> None:
    """Count the calls that concern the folder, list them, and die just before the one that is asked for."""
    done = 0
    listing = None if calls is None else os.open(calls, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal done
        if event not in CHANGES or not any(folder in os.fsdecode(one) for one in arguments if _is_path(one)):
            return
        done += 1
        if done == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if listing is not None:
            os.write(listing, f"{time.monotonic()} {event} {arguments}\n".encode())

    sys.addaudithook(heard)


def _is_path(value: Any) -> bool:
    return isinstance(value, (str, bytes, os.PathLike))
