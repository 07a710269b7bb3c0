"""rdflib-endpoint on one file of N-Quads, as a program of its own that needs nothing of Legation.

    python rdflib_server.py DUMP PORT

prints ``ready`` once it has loaded, which takes a minute a million quads. What answers is a fork of the loaded
process: a line on standard input ends it, whatever it is at, and starts another, so that a query beyond its time does
not slow those that follow and nothing is loaded twice. The program ends with its standard input.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import sys

import uvicorn
from rdflib import Dataset
from rdflib_endpoint import SparqlEndpoint


def main(dump: str, port: int) -> None:
    """Load, then answer until the caller is gone."""
    data = Dataset(default_union=True)  # in memory, as the package's own command has it
    data.parse(dump, format="nquads")
    app = SparqlEndpoint(graph=data)
    listener = socket.create_server(("127.0.0.1", port))
    gc.collect()
    gc.freeze()  # so that the forks share the memory
    child = _fork(app, listener)
    print("ready", flush=True)
    for _ in sys.stdin:
        _end(child)
        child = _fork(app, listener)
        print("ready", flush=True)
    _end(child)


def _fork(app: SparqlEndpoint, listener: socket.socket) -> int:
    child = os.fork()
    if child:
        return child
    logging.disable(logging.INFO)
    uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False)).run(sockets=[listener])
    os._exit(0)


def _end(child: int) -> None:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
