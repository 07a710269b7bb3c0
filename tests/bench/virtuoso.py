"""A Virtuoso of one's own for the length of a measurement, loaded with a dump, listening to this machine only."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REMEDY = "virtuoso-t and isql-vt are not installed; Debian has them: apt-get install virtuoso-opensource"

LOADING_S = 1_200


def installed() -> bool:
    """Return whether the server and its client are on the path."""
    return bool(shutil.which("virtuoso-t") and shutil.which("isql-vt"))


@contextmanager
def virtuoso(folder: Path, dump: Path) -> Iterator[str]:
    """Yield the address of the endpoint of a fresh Virtuoso that holds the dump, a file of N-Quads.

    It keeps its files in the folder and ends with the block.

    Raises:
        RuntimeError: It does not start or does not load.
    """
    sql, http = free_port(), free_port()
    (folder / "virtuoso.ini").write_text(_ini(folder, dump.parent, sql, http), encoding="utf-8")
    log = (folder / "virtuoso.out").open("wb")
    server = subprocess.Popen(
        ["virtuoso-t", "-f", "-c", "virtuoso.ini"], cwd=folder, stdout=log, stderr=subprocess.STDOUT
    )

    def isql(statement: str, timeout: float) -> None:
        command = ["isql-vt", f"127.0.0.1:{sql}", "dba", "dba", "ERRORS=STDOUT", f"exec={statement}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
        if done.returncode or "***" in done.stdout:
            raise RuntimeError(f"Virtuoso would not do {statement!r}: {done.stdout}{done.stderr}")

    try:
        for attempt in range(120):
            try:
                isql("status();", 10)
                break
            except (RuntimeError, subprocess.TimeoutExpired):
                if server.poll() is not None or attempt == 119:
                    raise
                time.sleep(0.5)
        isql(f"ld_dir('{dump.parent}', '{dump.name}', 'urn:unnamed');", 30)
        isql("rdf_loader_run();", LOADING_S)
        isql("checkpoint;", 300)
        yield f"http://127.0.0.1:{http}/sparql"
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        log.close()


def free_port() -> int:
    """Return a port of this machine that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _ini(folder: Path, dumps: Path, sql: int, http: int) -> str:
    """Return a configuration with room for all data in memory, two threads a query and no limit on time or rows."""
    return f"""[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 200
MaxCheckpointRemap = 2000
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
MaxCheckpointRemap = 2000
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
MaxClientConnections = 10
CheckpointInterval = 60
CaseMode = 2
DirsAllowed = {folder}, {dumps}
NumberOfBuffers = 170000
MaxDirtyBuffers = 130000
MaxQueryMem = 2G
VectorSize = 1000
MaxVectorSize = 1000000
ThreadsPerQuery = 2
AsyncQueueMaxThreads = 2
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
ServerThreads = 4
MaxKeepAlives = 10
KeepAliveTimeout = 60
[SPARQL]
ResultSetMaxRows = 1000000
MaxConstructTriples = 1000000
"""
