"""A release's store: loaded in one go, or the previous release's with what changed."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Sequence
from io import BufferedReader
from pathlib import Path

import pyoxigraph as ox
from pyoxigraph import NamedNode, Store

BLOCK = 1 << 20

BULK = 200_000
"""From so many lines on, loading in bulk is faster than in one transaction, which also has to fit into memory."""


def load_store(path: Path, dump: Path) -> None:
    """Make a store of a dump; neither ``optimize`` nor reopening pays after one bulk load into an empty store.

    Raises:
        OSError: The folder cannot be written.
    """
    store = Store(str(path))
    with gzip.open(dump, "rb") as lines:
        store.bulk_load(BufferedReader(lines, BLOCK), ox.RdfFormat.N_QUADS)
    store.flush()


def grow_store(path: Path, previous: Path, added: Sequence[bytes], removed: Sequence[bytes]) -> None:
    """Make a store of the previous one's quads, but for those added and removed.

    The large files are shared with the previous store by hard links: the engine never changes them, and when it
    merges some it writes new ones. Where there are no hard links, they are copied.

    Raises:
        OSError: A folder cannot be read or written.
    """
    snapshot(path, previous)
    store = Store(str(path))
    left: set[NamedNode] = set()
    for quad in ox.parse(b"".join(removed), ox.RdfFormat.N_QUADS):
        store.remove(quad)
        if isinstance(quad.graph_name, NamedNode):
            left.add(quad.graph_name)
    for graph in left:  # the engine would keep the names of empty graphs, which a store made of the dump has not
        if next(store.quads_for_pattern(None, None, None, graph), None) is None:
            store.remove_graph(graph)
    load = store.load if len(added) < BULK else store.bulk_load
    load(b"".join(added), ox.RdfFormat.N_QUADS)
    store.flush()


def snapshot(path: Path, previous: Path) -> None:
    """Make a copy of a store that nobody writes to; others may be reading it.

    Raises:
        OSError: A folder cannot be read or written.
    """
    try:
        Store.read_only(str(previous)).backup(str(path))
    except OSError:  # a file system without hard links, or too many links to one file; else copying fails as well
        for half in (path, path.with_name(f"{path.name}.tmp")):
            shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(previous, path, ignore=shutil.ignore_patterns("LOCK", "LOG*"))
