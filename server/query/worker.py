"""The process in which queries run, one after the other.

It opens the release read-only, gives up its right to make connections, and answers questions that come over a socket
which it was born with. What its queries do to it is its own affair: at the deadline, or when the client is gone, it
is killed from outside.
"""

from __future__ import annotations

import json
import socket
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, cast

from pyoxigraph import NamedNode, QueryTriples, Store, Triple

from kg.commas import write_table
from server.encoding import LEAST, compressor
from server.engine import STACK_BYTES
from server.formats import ALSO_RESULTS, RESULTS, write_graph
from server.problem import Problem
from server.query.frames import ASK, DATA, END, HEAD, HELLO, PROBLEM, Frames, frame, told
from server.sealed import seal
from server.syntax import told_plainly

HELD_BYTES = 64 * 1024
"""How much of an answer is held back until the first of it goes out, so that early failures have their own status."""

_RESULTS = {**RESULTS, **ALSO_RESULTS}
_BETWEEN_ROWS = {
    "application/sparql-results+json": b"}},{",
    "application/json": b"}},{",
    **dict.fromkeys(("application/sparql-results+xml", "application/xml", "text/xml"), b"<result>"),
    "text/csv": b"\r\n",
    "text/tab-separated-values": b"\n",
}
"""What is found once a row in each format, and in a literal only by an unlikely chance, which counts as a row."""


class _EnoughError(Exception):
    """The client wants no more than the beginning."""


@dataclass
class Answer:
    """An answer on its way out: what is written to it is counted, held back at first, compressed and sent.

    As a binary file it has the methods that the engine's serializers call.
    """

    send: Callable[[bytes], None]
    media_type: str
    encoding: str
    most_bytes: int
    most_rows: int
    head_only: bool = False
    length: int = 0
    rows: int = 0

    def __post_init__(self) -> None:
        self._held: bytearray | None = bytearray()
        self._compressor = compressor("")
        self._between = _BETWEEN_ROWS.get(self.media_type, b"")
        self._tail = b""

    def write(self, data: bytes) -> int:
        """Take the next bytes.

        Raises:
            Problem: 413, when there are too many rows or bytes.
        """
        self.length += len(data)
        if self._between:
            seen = self._tail + data
            self.rows += seen.count(self._between)
            self._tail = seen[max(0, len(seen) - len(self._between) + 1) :]
        self.check()
        if self._held is None:
            self._pass_on(data)
        else:
            self._held += data
            if len(self._held) >= HELD_BYTES:
                self._begin(self.encoding)
                if self.head_only:
                    raise _EnoughError
        return len(data)

    def flush(self) -> None:
        """Nothing: what is held back waits for its end, or for more."""

    def check(self) -> None:
        """Look whether the answer has become too long.

        Raises:
            Problem: It has.
        """
        if self.rows > self.most_rows:
            raise Problem(413, f"The answer has more than {self.most_rows:,} rows. {_LESS}", limit="rows")
        if self.length > self.most_bytes:
            size = f"{self.most_bytes:,} bytes"
            raise Problem(413, f"The answer is longer than {size}. {_LESS}", limit="bytes")

    def end(self) -> None:
        """Send what is still held back, and that the answer is whole."""
        last = b""
        if self._held is not None:
            last = self._begin(self.encoding if len(self._held) >= LEAST else "", send=False)
        if rest := self._compressor.flush():
            last += frame(DATA, rest)
        self.send(last + told(END, {"rows": self.rows, "bytes": self.length}))

    def _begin(self, encoding: str, *, send: bool = True) -> bytes:
        assert self._held is not None  # noqa: S101 - for the type checker: it happens once
        held, self._held = bytes(self._held), None
        self._compressor = compressor(encoding)
        first = told(HEAD, {"media_type": self.media_type, "encoding": encoding})
        if ready := self._compressor.compress(held):
            first += frame(DATA, ready)
        if send:
            self.send(first)
            return b""
        return first

    def _pass_on(self, data: bytes) -> None:
        if ready := self._compressor.compress(data):
            self.send(frame(DATA, ready))


_LESS = "Ask for fewer with LIMIT and OFFSET or a filter, or take the dumps."


def answer(store: Store, asked: dict[str, Any], send: Callable[[bytes], None]) -> None:
    """Send the answer to a question, or the problem with it.

    The dataset of the request comes before that of the query (SPARQL 1.1 Protocol, section 2.1.4). Graphs are names
    in the store; nothing is fetched.
    """
    try:
        with told_plainly(asked["query"]):
            result = store.query(
                asked["query"],
                base_iri=asked["base"],
                use_default_graph_as_union=asked["union"],
                default_graph=_names(asked["default"]),
                named_graphs=_names(asked["named"]),
            )
            form = "graph" if isinstance(result, QueryTriples) else "results"
            media_type = asked[form]
            if media_type is None:
                raise Problem(406, asked["refusal"][form])
            out = Answer(
                send, media_type, asked["encoding"], asked["most_bytes"], asked["most_rows"], asked["head_only"]
            )
            with suppress(_EnoughError):
                if isinstance(result, QueryTriples):
                    _write(result, out)
                else:
                    write_table(result, cast(IO[bytes], out), _RESULTS[media_type])
            out.end()
    except Problem as problem:
        send(told(PROBLEM, {"status": problem.status, "detail": problem.detail, **problem.members}))
    except ConnectionError:
        raise
    except Exception:  # what nobody foresaw must not look like a query that ended its process
        traceback.print_exc()
        detail = "The server failed on this query, which is a fault of the server; its log has the cause."
        send(told(PROBLEM, {"status": 500, "detail": detail}))


def _write(triples: Iterable[Triple], out: Answer) -> None:
    def counted() -> Iterator[Triple]:
        for triple in triples:
            out.rows += 1
            yield triple

    write_graph(counted(), out.media_type, cast(IO[bytes], out))


def _names(iris: list[str] | None) -> list[Any] | None:
    return None if iris is None else [NamedNode(iri) for iri in iris]


def work(connection: socket.socket, *, release: str, memory_bytes: int, store: Store | None) -> None:
    """Answer questions until the server hangs up, on a stack that no permitted query overflows.

    ``store`` holds the release in memory; without one its files are opened.
    """
    with suppress(OSError):  # should the machine run out of memory, this process goes first
        Path("/proc/self/oom_score_adj").write_text("1000")
    sealed = seal(memory_bytes=memory_bytes + STACK_BYTES)
    threading.stack_size(STACK_BYTES)
    thread = threading.Thread(target=_work, args=(connection, release, store, sealed))
    thread.start()
    thread.join()


def _work(connection: socket.socket, release: str, store: Store | None, sealed: bool) -> None:
    open_files = lru_cache(maxsize=1)(_open)

    def opened(path: str) -> Store:
        return store if store is not None and path == release else open_files(path)

    opened(release)
    frames = Frames(connection)
    with suppress(EOFError, ConnectionError):
        connection.sendall(told(HELLO, {"thread": threading.get_native_id(), "sealed": sealed}))
        while True:
            for kind, body in frames.receive():
                if kind == ASK:
                    asked = _read(body)
                    answer(opened(asked["release"]), asked, connection.sendall)


def _open(release: str) -> Store:
    return Store.read_only(str(Path(release) / "store"))


def _read(body: bytes) -> dict[str, Any]:
    asked = json.loads(body)
    assert isinstance(asked, dict)  # noqa: S101 - for the type checker: the server sends nothing else
    return asked
