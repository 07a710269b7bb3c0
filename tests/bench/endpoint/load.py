"""How many small requests a server answers in a second, asked over several connections that are kept.

The load is made by ``wrk`` (Debian: wrk), which needs a tenth of what any server here does; where there is none, by
processes of this program, which says so, for then the load may be the bottleneck.
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

CONNECTIONS = 8
REMEDY = "wrk is not installed, so the load is made by processes of Python; Debian has it: apt-get install wrk"


def installed() -> bool:
    """Return whether the generator of load is on the path."""
    return shutil.which("wrk") is not None


NEW = """
local asked = 0
request = function()
  asked = asked + 1
  return wrk.format("GET", wrk.path .. "%0A%23" .. asked)
end
"""
"""Makes each request another one, by a comment at the end of its query."""


def per_second(
    url: str, *, seconds: float, accept: str = "*/*", connections: int = CONNECTIONS, new: bool = False
) -> float:
    """Return the answers a second, all of them 200; with ``new``, no query is asked twice, for which it takes ``wrk``.

    Raises:
        RuntimeError: Some answers were errors, or none came.
    """
    if not installed() and new:
        raise RuntimeError(REMEDY)
    if not installed():
        return by_processes(url, seconds=seconds, accept=accept, connections=connections)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "-H", f"Accept: {accept}"]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(NEW if new else "")
        script.flush()
        command += ["-s", script.name, url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=False)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    if done.returncode or not rate or "Non-2xx" in done.stdout or not float(rate[1]):
        raise RuntimeError(f"wrk on {url}: {done.stdout}{done.stderr}")
    return float(rate[1])


def by_processes(url: str, *, seconds: float, accept: str, connections: int) -> float:
    """Return the answers a second that so many processes have, each with a connection of its own.

    Raises:
        RuntimeError: Some answers were errors.
    """
    command = [sys.executable, "-m", "tests.bench.endpoint.load", url, accept, str(seconds)]
    workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(connections)]
    counts = [worker.communicate(timeout=seconds + 60)[0] for worker in workers]
    if any(worker.returncode for worker in workers):
        raise RuntimeError(f"{url} answers with errors under load")
    return sum(float(count) for count in counts)


def one_connection(url: str, accept: str, seconds: float) -> float:
    """Return the answers a second that one connection has; the same request again and again.

    Raises:
        RuntimeError: An answer is not a 200, or has no length.
    """
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    request = f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept: {accept}\r\n\r\n".encode()
    done, start, link = 0, time.perf_counter(), None
    while (spent := time.perf_counter() - start) < seconds:
        link = link or socket.create_connection((parts.hostname or "", parts.port or 80), timeout=10)
        link.sendall(request)
        if not _read(link):
            link.close()
            link = None
        done += 1
    return done / spent


def _read(link: socket.socket) -> bool:
    """Read one answer to its end; return whether the connection can be kept."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _some(link)
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    if b" 200 " not in lines[0] + b" ":
        raise RuntimeError(f"{lines[0].decode()}: not a 200")
    headers = dict(line.split(b": ", 1) for line in lines[1:])
    if b"content-length" in headers:
        while len(body) < int(headers[b"content-length"]):
            body += _some(link)
    elif headers.get(b"transfer-encoding") == b"chunked":
        while not body.endswith(b"0\r\n\r\n"):
            body += _some(link)
    else:
        raise RuntimeError("an answer without a length")
    return headers.get(b"connection") != b"close"


def _some(link: socket.socket) -> bytes:
    data = link.recv(65536)
    if not data:
        raise RuntimeError("the server broke off")
    return data


def main(arguments: Sequence[str]) -> None:
    """Print the answers a second over one connection."""
    url, accept, seconds = arguments
    print(one_connection(url, accept, float(seconds)))


if __name__ == "__main__":
    main(sys.argv[1:])
