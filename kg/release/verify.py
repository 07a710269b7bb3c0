"""The proof that a release is whole: files, counts, and store, dump and state that agree."""

from __future__ import annotations

import gzip
import hashlib
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BufferedWriter, RawIOBase
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
from pyoxigraph import Store

from kg.errors import ReleaseError
from kg.release import changelog
from kg.release.chunks import BLOCK, INDEX, Dump, open_dump, scan
from kg.release.contents import version_of
from kg.release.difference import ADDED, BETWEEN, PATCH, REMOVED, diff
from kg.release.gone import read_gone
from kg.release.opened import dump_path, no_release, read_manifest
from kg.release.sums import ANEW, STATE, wrong_files

if TYPE_CHECKING:
    from typing_extensions import Buffer


@dataclass(frozen=True)
class Verdict:
    """What was found of a release or another part of a folder; it is whole when there are no ``problems``."""

    what: str
    problems: tuple[str, ...]
    quads: int = 0


def verify(out: Path, *, every: bool = False) -> list[Verdict]:
    """Return a verdict on the current release of ``out``, or on ``out`` where that is a release's own folder.

    With ``every``, all its releases are looked at, and the published differences between them.

    Raises:
        ReleaseError: There is no release to look at.
    """
    if (out / "manifest.json").is_file() and not (out / "current").is_symlink():
        return [examine(out.resolve())]
    releases = sorted(path for path in (out / "releases").glob("[!.]*") if path.is_dir())
    if not releases:
        raise no_release(out)
    link = out / "current"
    target = link.resolve()
    verdicts = [Verdict(str(out), tuple(_of_folder(out, link, target, releases)))]
    chosen = releases if every else [path for path in releases if path.resolve() == target]
    verdicts += [examine(path) for path in chosen]
    if every:
        verdicts += [_difference(path, out / "releases") for path in sorted((out / "diffs").glob(f"[!.]*{BETWEEN}*"))]
    return verdicts


def examine(path: Path) -> Verdict:
    """Return a verdict on the release in a folder of its own."""
    try:
        about = read_manifest(path)
        dump = scan(dump_path(path, about["version"]))
    except ReleaseError as error:
        return Verdict(path.name, (*wrong_files(path), str(error)))
    quads = sum(member.lines for member in dump.members)
    problems = [
        *wrong_files(path),
        *_of_manifest(path, about, dump, quads),
        *_of_dump(path, dump),
        *_of_store(path, dump),
        *_of_state(path / STATE),
    ]
    return Verdict(path.name, tuple(problems), quads)


def _of_folder(out: Path, link: Path, target: Path, releases: list[Path]) -> Iterator[str]:
    if target not in [path.resolve() for path in releases]:
        newest = releases[-1].name
        yield f"{link}: does not point at a release here; let it: ln -sfn releases/{newest} {link}"
    try:
        read_gone(out)
    except ReleaseError as error:
        yield str(error)


def _of_manifest(path: Path, about: Mapping[str, Any], dump: Dump, quads: int) -> Iterator[str]:
    where = path / "manifest.json"
    counts = about.get("counts")
    if not isinstance(counts, dict) or counts.get("quads") != quads:
        yield f"{where}: does not count the {quads} quads of the dump; {ANEW}"
    origin = {name: value for name, value in about.items() if name not in {"version", "counts"}}
    version = version_of({"software": "", **origin}, [member.digest for member in dump.members[:-1]])
    if about["version"] != version:
        yield f"{where}: says {about['version']}, but what is here makes {version}; {ANEW}"
    if path.name != about["version"]:
        yield f"{path}: the release in it is {about['version']}; give the folder that name"


def _of_dump(path: Path, dump: Dump) -> Iterator[str]:
    last = b""
    for member in dump.members[:-1]:
        for one, other in pairwise([last, *dump.text(member)]):
            if one >= other:
                yield f"{dump.path}: not sorted at {other.decode(errors='replace').strip()}; {ANEW}"
                return
            last = other
    if (path / INDEX).is_file() and open_dump(dump.path, path / INDEX).members != dump.members:
        yield f"{path / INDEX}: not the index of the dump; remove it, and it is read from the dump when needed"


def _of_store(path: Path, dump: Dump) -> Iterator[str]:
    wanted, found = _LineSum(), _LineSum()
    for member in dump.members:
        wanted.write(_as_stored(dump.text(member)))
    try:
        with BufferedWriter(found, BLOCK) as stream:
            Store.read_only(str(path / "store")).dump(stream, ox.RdfFormat.N_QUADS)
    except (OSError, RuntimeError) as error:
        yield f"{path / 'store'}: cannot be read ({error}); {ANEW}"
        return
    if found.lines != wanted.lines:
        yield f"{path / 'store'}: holds {found.lines} quads, but the dump {wanted.lines}; {ANEW}"
    elif found.total != wanted.total:
        yield f"{path / 'store'}: holds other quads than the dump; {ANEW}"


def _as_stored(lines: list[bytes]) -> bytes:
    """Return lines as a store gives them back: it keeps values of numbers and days, not how they were written."""
    typed = [line for line in lines if b'"^^<' in line]
    held = Store()
    held.load(b"".join(typed), ox.RdfFormat.N_QUADS)
    return b"".join(line for line in lines if b'"^^<' not in line) + (held.dump(format=ox.RdfFormat.N_QUADS) or b"")


def _of_state(path: Path) -> Iterator[str]:
    remedy = "the release can be read but not grown: " + ANEW
    if not path.is_file():
        yield f"{path}: missing; {remedy}"
        return
    try:
        state = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            found = [str(row[0]) for row in state.execute("PRAGMA integrity_check(3)")]
        finally:
            state.close()
    except sqlite3.Error as error:
        found = [str(error)]
    if found != ["ok"]:
        yield f"{path}: damaged ({'; '.join(found)}); {remedy}"


def _difference(path: Path, releases: Path) -> Verdict:
    """Return a verdict on a published difference: by the two releases where they are there, else by its checksums."""
    one, _, other = path.name.partition(BETWEEN)
    remedy = "remove this folder and make it again with: legation diff"
    try:
        found = {name: _unpacked(path / f"{name}.gz") for name in (ADDED, REMOVED, PATCH)}
        if not all((releases / version / "manifest.json").is_file() for version in (one, other)):
            return Verdict(path.name, ())
        gatherer = changelog.gatherer(releases / other)
        changes = list(gatherer.follow(diff(releases / one, releases / other)))
        in_words = [(path / name).read_text(encoding="utf-8") for name in (changelog.WORDS, changelog.RECORD)]
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        return Verdict(path.name, (f"{path}: damaged ({error}); {remedy}",))
    except ReleaseError as error:
        return Verdict(path.name, (str(error),))
    rows = [line[2:] for line in found[PATCH] if line[:2] in {b"A ", b"D "}]
    told = [[change.line for change in changes if change.added is added] for added in (True, False)]
    if [found[ADDED], found[REMOVED]] != told or rows != [change.line for change in changes]:
        return Verdict(path.name, (f"{path}: not what distinguishes the two releases; {remedy}",))
    try:
        words = changelog.gathered(gatherer, releases / one, releases / other)
    except OSError:  # the verdict on that release says more
        return Verdict(path.name, (f"{path}: cannot be compared with the store of {other}, which is damaged; {ANEW}",))
    if in_words != [changelog.in_words(words), changelog.as_json(words)]:
        return Verdict(path.name, (f"{path}: {changelog.WORDS} does not tell what changed; {remedy}",))
    return Verdict(path.name, ())


def _unpacked(path: Path) -> list[bytes]:
    with gzip.open(path, "rb") as stream:
        return list(stream)


class _LineSum(RawIOBase):
    """Adds up the hashes of lines, so that two sets of lines can be compared in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = 0
        self.total = 0
        self._rest = b""

    def writable(self) -> bool:
        """Say yes, which is asked before anything is written."""
        return True

    def write(self, text: Buffer) -> int:
        """Take in a piece of text, which may end within a line."""
        piece = bytes(text)
        *lines, self._rest = (self._rest + piece).split(b"\n")
        for line in lines:
            self.total += int.from_bytes(hashlib.blake2b(line, digest_size=32).digest())
        self.lines += len(lines)
        return len(piece)
