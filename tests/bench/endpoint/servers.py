"""The servers that are compared: each started on a free port of this machine, and ended with its block."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from urllib.error import URLError
from urllib.request import urlopen

from kg.release.store import snapshot
from tests.bench.endpoint.release import ROOT, Asked
from tests.bench.virtuoso import free_port
from tests.bench.virtuoso import virtuoso as virtuoso_with

PACKAGES = ("oxigraph==0.5.13", "rdflib-endpoint[cli]==0.6.3", "rdflib==7.6.0")
"""In an environment of their own: none of what they need is a part of this project."""
START_S = 60
RDFLIB_START_S = 900


@dataclass(frozen=True)
class Server:
    """A server that answers; ``again`` ends what it is still at, where it would go on after its client has left."""

    name: str
    address: str
    again: Callable[[], None] | None = None


@contextmanager
def legation(asked: Asked, options: Sequence[str] = ()) -> Iterator[Server]:
    """Run the server as users start it."""
    port = free_port()
    command = [sys.executable, "-m", "kg", "serve", str(asked.folder), "--port", str(port), *options]
    with _running(command, f"http://127.0.0.1:{port}/sparql", folder=ROOT) as address:
        yield Server("legation", address)


@contextmanager
def ping() -> Iterator[Server]:
    """Run a bare application under the same web server with the same settings."""
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.endpoint.ping", str(port)]
    with _running(command, f"http://127.0.0.1:{port}/ping", folder=ROOT) as address:
        yield Server("ping", address)


@contextmanager
def oxigraph(asked: Asked, folder: Path, programs: Path) -> Iterator[Server]:
    """Run Oxigraph's own server on a copy of the store."""
    port, copy = free_port(), folder / "oxigraph"
    snapshot(copy, asked.store)
    command = [str(programs / "oxigraph"), "serve-read-only", "--location", str(copy)]
    command += ["--bind", f"127.0.0.1:{port}", "--union-default-graph"]
    with _running(command, f"http://127.0.0.1:{port}/query", folder=folder) as address:
        yield Server("oxigraph", address)


@contextmanager
def rdflib_endpoint(asked: Asked, folder: Path, programs: Path) -> Iterator[Server]:
    """Run rdflib-endpoint with its store in memory.

    Raises:
        RuntimeError: It does not load in time.
    """
    port = free_port()
    program = Path(__file__).with_name("rdflib_server.py")
    command = [str(programs / "python"), str(program), str(asked.dump), str(port)]
    with (folder / "rdflib.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, cwd=folder, start_new_session=True
        )
        assert process.stdin is not None
        assert process.stdout is not None
        given, told = process.stdin, process.stdout

        def ready() -> None:
            if told.readline() != b"ready\n":
                raise RuntimeError(f"rdflib-endpoint does not start: {_end_of(folder / 'rdflib.log')}")

        def again() -> None:
            given.write(b"\n")
            given.flush()
            ready()

        late = Timer(RDFLIB_START_S, os.killpg, (process.pid, signal.SIGKILL))
        try:
            late.start()
            ready()
            late.cancel()
            yield Server("rdflib-endpoint", f"http://127.0.0.1:{port}/", again)
        finally:
            late.cancel()
            given.close()  # at which it ends its fork and itself
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            told.close()


@contextmanager
def virtuoso(asked: Asked, folder: Path) -> Iterator[Server]:
    """Run Virtuoso with a database of its own."""
    place = folder / "virtuoso"
    place.mkdir()
    with virtuoso_with(place, asked.dump) as address:
        yield Server("virtuoso", address)


def competitors(cache: Path) -> Path:
    """Return the folder of programs of an environment that has the other servers, made below ``cache`` at first.

    Raises:
        RuntimeError: The package index does not give them.
    """
    place = cache / ("servers-" + "-".join(name.partition("==")[2] for name in PACKAGES))
    if not (place / "complete").exists():
        shutil.rmtree(place, ignore_errors=True)
        venv.create(place, with_pip=True)
        install = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        done = subprocess.run([*install, *PACKAGES], capture_output=True, text=True, timeout=900, check=False)
        if done.returncode:
            raise RuntimeError(f"pip cannot install {', '.join(PACKAGES)}: {done.stderr.strip()[-500:]}")
        (place / "complete").touch()
    return place / "bin"


@contextmanager
def _running(command: Sequence[str], address: str, *, folder: Path) -> Iterator[str]:
    """Yield the address as soon as the program answers there with anything.

    Raises:
        RuntimeError: It does not within :data:`START_S` seconds.
    """
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    try:
        for attempt in range(START_S * 10):
            try:
                urlopen(f"{address}?query=ASK%7B%7D", timeout=10).close()
                break
            except (URLError, ConnectionError, TimeoutError) as error:
                if process.poll() is not None or attempt == START_S * 10 - 1:
                    raise RuntimeError(f"{command[0]} does not answer at {address}: {error}") from error
                time.sleep(0.1)
        yield address
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _end_of(log: Path) -> str:
    return log.read_text("utf-8", "replace").strip()[-500:]
