"""IRIs that earlier releases described and the current one does not, with what took their place.

Whoever keeps such an IRI is to be told that it is gone, or where it went, which no single release can do. The file
``DIR/gone.tsv`` has a row for each, of the IRI and its successor (empty where nothing took its place), sorted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pyoxigraph import NamedNode, Store

from kg.errors import ReleaseError
from kg.iri import Names, term
from kg.release.difference import Change

GONE = "gone.tsv"
HEAD = "iri\tsuccessor"
REPLACED = f"<{term('dct:isReplacedBy').value}>".encode()


def read_gone(out: Path) -> dict[str, str]:
    """Return the IRIs that are gone, each with its successor or the empty string.

    Raises:
        ReleaseError: The file is not such a table.
    """
    try:
        head, *rows = (out / GONE).read_text(encoding="utf-8").splitlines()
        if head != HEAD:
            raise ValueError(f"its first line is not {HEAD!r}")
        gone: dict[str, str] = {}
        for iri, successor in (row.split("\t") for row in rows):
            gone[iri] = successor
        return gone
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ReleaseError(f"{out / GONE}: cannot be read ({error}); remove it, and it begins anew") from error


class Trail:
    """Notes, while the changes from one release to the next pass by, which IRIs they concern.

    Only what can be asked for by its own address counts: no part of a document (``#…``), and no release, since all
    of those that are kept stay available.
    """

    def __init__(self, names: Names) -> None:
        self._base = names.base.encode()
        self._own = b" <" + names.graph("release").value.encode() + b"> .\n"
        self._touched: set[bytes] = set()
        self._was: dict[str, str] = {}
        self._now: dict[str, str] = {}

    def follow(self, changes: Iterable[Change]) -> Iterator[Change]:
        """Yield the changes as they are."""
        for change in changes:
            subject, predicate, value = change.line.split(b" ", 2)
            iri = subject[1:-1]
            if iri.startswith(self._base) and b"#" not in iri and not change.line.endswith(self._own):
                self._touched |= {iri, change.line.rsplit(b" ", 2)[1][1:-1]}
                if predicate == REPLACED:
                    into = self._now if change.added else self._was
                    into[iri.decode()] = value.partition(b" ")[0][1:-1].decode()
            yield change

    def gone(self, known: Mapping[str, str], store: Store) -> dict[str, str]:
        """Return what is gone in the release of ``store``, when all changes have passed; before, ``known`` was."""
        touched = {iri.decode() for iri in self._touched if iri.startswith(self._base)}
        successors = {**known, **self._was, **self._now}
        lost = (iri for iri in touched if not _stands(store, iri))
        return {iri: successors.get(iri, "") for iri in {*lost, *(known.keys() - touched)}}


def write_gone(path: Path, gone: Mapping[str, str]) -> None:
    """Write the table, the same bytes for the same rows."""
    rows = [f"{iri}\t{successor}" for iri, successor in sorted(gone.items())]
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")


def _stands(store: Store, iri: str) -> bool:
    """Say whether a release describes something, other than by what took its place, or has it as a graph."""
    replaced = term("dct:isReplacedBy")
    quads = list(store.quads_for_pattern(NamedNode(iri), None, None, None))
    if not quads:
        return store.contains_named_graph(NamedNode(iri))
    return all(quad.predicate != replaced for quad in quads)
