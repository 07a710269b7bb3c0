"""What distinguishes two releases: the quads that one has and the other has not.

The dumps are sorted, so both are read once, side by side; members that both have are not even unpacked.
"""

from __future__ import annotations

import gzip
import uuid
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from kg.errors import ReleaseError
from kg.release.chunks import COMPRESSION
from kg.release.opened import dump_of, release_folder

ADDED, REMOVED, PATCH = "added.nq", "removed.nq", "patch.rdfp"
BETWEEN = "--"
"""Stands between two versions in the name of what leads from one to the other."""

SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://w3id.org/legation/diff")
"""Namespace of the patches' ids, which are made of the two versions: a patch names no day and no machine."""


@dataclass(frozen=True)
class Change:
    """A canonical line of N-Quads that was added, or else removed."""

    added: bool
    line: bytes


@dataclass(frozen=True)
class Written:
    """How many quads a written difference adds and removes."""

    added: int
    removed: int


def diff(a: Path, b: Path) -> Iterator[Change]:
    """Yield what must be added to and removed from release ``a`` to have ``b``, sorted by line.

    Raises:
        ReleaseError: One of the folders is no release, or its dump is damaged.
    """
    old, new = dump_of(a), dump_of(b)
    both = frozenset(member.digest for member in old.members) & {member.digest for member in new.members}
    left, right = old.lines(without=both), new.lines(without=both)
    one, other = next(left, None), next(right, None)
    while one is not None or other is not None:
        if one == other:
            one, other = next(left, None), next(right, None)
        elif other is None or (one is not None and one < other):
            yield Change(added=False, line=one or b"")
            one = next(left, None)
        else:
            yield Change(added=True, line=other)
            other = next(right, None)


def find_release(where: str, folder: Path | None) -> Path:
    """Return the folder of a release: a version below ``folder``, a release's own folder, or DIR for its current one.

    Raises:
        ReleaseError: There is no such release.
    """
    if folder is not None and (folder / "releases" / where / "manifest.json").is_file():
        return (folder / "releases" / where).resolve()
    if (Path(where) / "manifest.json").is_file() or (Path(where) / "current").exists():
        return release_folder(Path(where))
    known = sorted(p.parent.name for p in folder.glob("releases/[!.]*/manifest.json")) if folder else []
    remedy = (
        f"those in {folder}: {', '.join(known) or 'none'}" if folder else "give its folder, or --dir DIR to look in"
    )
    raise ReleaseError(f"{where}: no such release; {remedy}")


def write_diff(folder: Path, changes: Iterable[Change], a: str, b: str, *, names: Iterable[str] = ()) -> Written:
    """Write the way from version ``a`` to ``b`` into a folder, as ``names`` or as all of the three files.

    These are the quads added and removed, and both as an RDF Patch (https://afs.github.io/rdf-delta/rdf-patch), each
    packed by gzip; equal releases give equal bytes.
    """
    chosen = tuple(names) or (ADDED, REMOVED, PATCH)
    with ExitStack() as stack:
        files = {}
        for name in chosen:
            raw = stack.enter_context((folder / f"{name}.gz").open("wb"))
            files[name] = stack.enter_context(gzip.GzipFile("", "wb", COMPRESSION, raw, mtime=0))
        counts = {True: 0, False: 0}

        def counted() -> Iterator[Change]:
            for change in changes:
                counts[change.added] += 1
                plain = files.get(ADDED if change.added else REMOVED)
                if plain:
                    plain.write(change.line)
                yield change

        for row in patch(counted(), a, b):
            if PATCH in files:
                files[PATCH].write(row)
    return Written(added=counts[True], removed=counts[False])


def patch(changes: Iterable[Change], a: str, b: str) -> Iterator[bytes]:
    """Yield the rows of an RDF Patch that makes version ``b`` of version ``a``, in one transaction."""
    yield f"H id <uuid:{uuid.uuid5(SPACE, f'{a} {b}')}> .\n".encode()
    yield b"TX .\n"
    for change in changes:
        yield (b"A " if change.added else b"D ") + change.line
    yield b"TC .\n"
