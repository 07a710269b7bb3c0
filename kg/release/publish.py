"""The making of a release, and the switch to it: whole or not at all.

Everything is made in drafts beside its final place and flushed to disk. Then only names change, each flushed before
the next: the release gets its own, its differences from the last one theirs, and at last ``current`` points at it.
Whoever dies in between leaves a note (:mod:`kg.release.turn`) by which the next writer takes back what nobody was
told of.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from contextlib import nullcontext
from pathlib import Path

from kg.errors import ReleaseError
from kg.release.chunks import INDEX, Dump, Packer, write_index, write_lines
from kg.release.contents import Contents, description, manifest, mappings, version_of
from kg.release.durable import sync, sync_tree
from kg.release.opened import dump_of, dump_path
from kg.release.store import grow_store, load_store
from kg.release.turn import PENDING, Turn, current_version, unwritable, writing

STATE = "state.sqlite"
"""Name of the file in a release's folder that the next release is grown from."""


def write_release(out: Path, contents: Contents, *, turn: Turn | None = None) -> tuple[str, Path]:
    """Publish the contents below ``out``, point ``out/current`` at them, and return (version, path).

    The version is named by what it holds: equal contents have one name, and a whole release of that name
    is kept as it is. Whoever read ``contents.previous`` under a ``turn`` (:func:`kg.release.writing`) gives it.

    Raises:
        ReleaseError: The folder cannot be written, somebody else is writing there, the release to grow from is not
            the current one, or a damaged release of this name is in the way.
    """
    with nullcontext(turn) if turn else writing(out) as mine:
        try:
            return _publish(mine, contents)
        except (OSError, sqlite3.Error) as error:
            raise unwritable(out, error) from error
        finally:
            mine.clean()


def _publish(turn: Turn, contents: Contents) -> tuple[str, Path]:
    out, before = turn.out, current_version(turn.out)
    if contents.previous and contents.previous.resolve().name != before:
        raise ReleaseError(f"{out}: the current release is now {before}, not {contents.previous}; run this again")
    draft, version = _make(turn, contents)
    releases = out / "releases"
    final = releases / version
    if final.exists() and version != before and not _whole(final):
        shutil.rmtree(final)
    new = [f"releases/{version}"] if not final.exists() else []
    beside = turn.draft()
    (beside / "current").symlink_to(Path("releases") / version, target_is_directory=True)
    (beside / PENDING).write_text("\n".join([version, *new]) + "\n", encoding="utf-8")
    sync_tree(draft)
    sync_tree(beside)
    sync(out)
    if new:
        draft.rename(final)
        sync(releases)
    elif not _whole(final):
        raise ReleaseError(
            f"{final}: damaged release (files do not match SHA256SUMS); remove this folder and build again"
        )
    (beside / "current").replace(out / "current")
    sync(out)
    return version, final


def _make(turn: Turn, contents: Contents) -> tuple[Path, str]:
    """Return the draft of the release and its version."""
    draft = turn.draft("releases") / "release"
    draft.mkdir()
    previous = dump_of(contents.previous) if contents.previous else None
    dumps = draft / "dumps"
    dumps.mkdir()
    unnamed = dumps / "unnamed"
    with unnamed.open("wb") as stream:
        packer = Packer(stream)
        write_lines(packer, previous, contents.added, contents.removed)
        version = version_of(contents, [member.digest for member in packer.members])
        told = description(contents, version)
        packer.write(told)
    dump = dump_path(draft, version)
    unnamed.rename(dump)
    write_index(draft / INDEX, Dump(dump, tuple(packer.members)))
    links = dump.with_name(f"legation-{version}.sssom.tsv")
    links.write_text(mappings(contents, version), encoding="utf-8")
    if contents.previous and previous:
        removed = [*contents.removed, *previous.description()]
        grow_store(draft / "store", contents.previous / "store", [*contents.added, *told], removed)
    else:
        load_store(draft / "store", dump)
    if contents.write_state:
        contents.write_state(draft / STATE)
    about = draft / "manifest.json"
    quads = sum(member.lines for member in packer.members)
    about.write_text(manifest(contents, version, quads=quads), encoding="utf-8")
    sums = "".join(f"{_sha256(path)}  {path.relative_to(draft).as_posix()}\n" for path in (dump, links, about))
    (draft / "SHA256SUMS").write_text(sums, encoding="utf-8")
    return draft, version


def _whole(path: Path) -> bool:
    sums = path / "SHA256SUMS"
    listed = sums.read_text(encoding="utf-8").splitlines() if sums.is_file() else []
    return bool(listed) and (path / "store").is_dir() and all(_matches(path / line[66:], line[:64]) for line in listed)


def _matches(path: Path, digest: str) -> bool:
    return path.is_file() and _sha256(path) == digest


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
