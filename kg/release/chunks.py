"""A dump as gzip members that are cut by content, so that a small change touches few of them.

The lines are sorted, and a member begins with the first line of each *marked* subject: one whose hash ends in
:data:`MARK_BITS` zero bits. Where to cut therefore hangs on the lines alone, never on how they came together, and a
change only ever touches the member that it falls into, or joins or splits it. All gzip readers read the members one
after the other as one file (RFC 1952, 2.2). The idea is that of content-defined chunking in LBFS (Muthitacharoen,
Chen and Mazières, 2001), with subjects in place of a window of bytes.

The last member is not sorted in: it is the release's description of itself, which names the version.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from kg.errors import ReleaseError

COMPRESSION = 6
"""gzip level of the dump; fixed, because it shows in the bytes."""

MARK_BITS = 6
"""One subject in 2**6 is marked; with the kilobyte that an average subject takes, members hold some 64 kB of text."""

INDEX = "chunks.tsv"
"""Name of the file in a release's folder that tells where the members of its dump lie."""

BLOCK = 1 << 20


@dataclass(frozen=True)
class Member:
    """A gzip member of a dump: its place in the file and its ``size`` there, in bytes, and what it holds.

    ``subject`` is that of the first line as written, with the blank behind it; ``digest`` is the text's SHA-256.
    """

    offset: int
    size: int
    lines: int
    digest: str
    subject: bytes


@dataclass(frozen=True)
class Dump:
    """A dump and its members; the last of them is the release's description of itself.

    ``packer`` is the version of zlib that packed them: another one may give other bytes for the same text.
    """

    path: Path
    members: tuple[Member, ...]
    packer: str = zlib.ZLIB_RUNTIME_VERSION

    def text(self, member: Member) -> list[bytes]:
        """Return the lines of a member.

        Raises:
            ReleaseError: The file does not hold there what its index says.
        """
        with self.path.open("rb") as stream:
            stream.seek(member.offset)
            packed = stream.read(member.size)
        text = b""
        with suppress(zlib.error):
            text = zlib.decompress(packed, wbits=31)
        if hashlib.sha256(text).hexdigest() != member.digest:
            raise ReleaseError(
                f"{self.path}: damaged at byte {member.offset}, or {INDEX} is not its index; "
                "fetch the dump again or build the release anew"
            )
        return _lines(text)

    def lines(self, *, without: frozenset[str] = frozenset()) -> Iterator[bytes]:
        """Yield all lines, sorted, except those of members whose digest is in ``without``."""
        told = [line for member in self.members[-1:] if member.digest not in without for line in self.text(member)]
        for member in self.members[:-1]:
            if member.digest in without:
                continue
            lines = self.text(member)
            if ahead := bisect_left(told, lines[-1]):
                lines = sorted([*told[:ahead], *lines])
                told = told[ahead:]
            yield from lines
        yield from told

    def description(self) -> list[bytes]:
        """Return what the release says of itself."""
        return self.text(self.members[-1])


class Packer:
    """Writes the members of a dump to a stream, one after the other."""

    def __init__(self, stream: BinaryIO) -> None:
        self.members: list[Member] = []
        self._stream = stream
        self._offset = 0

    def write(self, lines: Sequence[bytes]) -> None:
        """Append a member that holds these lines."""
        text = b"".join(lines)
        packed = BytesIO()
        # Without file name and time, which would differ from build to build.
        with gzip.GzipFile("", "wb", COMPRESSION, packed, mtime=0) as member:
            member.write(text)
        self._append(packed.getvalue(), len(lines), hashlib.sha256(text).hexdigest(), _subject(lines[0]))

    def copy(self, packed: bytes, member: Member) -> None:
        """Append a member of another dump as it is."""
        self._append(packed, member.lines, member.digest, member.subject)

    def _append(self, packed: bytes, lines: int, digest: str, subject: bytes) -> None:
        self._stream.write(packed)
        self.members.append(Member(self._offset, len(packed), lines, digest, subject))
        self._offset += len(packed)


def write_lines(packer: Packer, old: Dump | None, added: Iterable[bytes], removed: Iterable[bytes]) -> None:
    """Write the members of the lines that ``old`` has (without its description), but for those added and removed.

    Members that nothing touches are copied as bytes.

    Raises:
        ReleaseError: A line to remove is not there, or one to add already is; so ``old`` is not what was changed.
    """
    plus, minus = set(added), set(removed)
    changes = _Changes(sorted(plus - minus), sorted(minus - plus))
    if old is None:
        for piece in cut(changes.added):
            packer.write(piece)
        return
    with old.path.open("rb") as stream:
        for chunk in _changed(old, changes):
            if isinstance(chunk, Member):
                stream.seek(chunk.offset)
                packer.copy(stream.read(chunk.size), chunk)
            else:
                packer.write(chunk)


def cut(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yield sorted lines in pieces, each of which begins with the first line of a marked subject, save the first."""
    piece: list[bytes] = []
    subject = b""
    for line in lines:
        if not line.startswith(subject) or not subject:
            subject = _subject(line)
            if piece and marked(subject):
                yield piece
                piece = []
        piece.append(line)
    if piece:
        yield piece


def marked(subject: bytes) -> bool:
    """Say whether a member begins with this subject."""
    digest = hashlib.blake2b(subject, digest_size=4).digest()
    return not int.from_bytes(digest) & ((1 << MARK_BITS) - 1)


def write_index(path: Path, dump: Dump) -> None:
    """Write where the members of a dump lie: a row each, of offset, size, lines, SHA-256 and first subject."""
    rows = (
        b"%d\t%d\t%d\t%s\t%s\n" % (m.offset, m.size, m.lines, m.digest.encode(), m.subject.strip())
        for m in dump.members
    )
    path.write_bytes(b"# zlib " + dump.packer.encode() + b"\n" + b"".join(rows))


def open_dump(path: Path, index: Path) -> Dump:
    """Return a dump by its index; without one, or with one that is unreadable, the dump is read for its members.

    Raises:
        ReleaseError: The dump is missing or damaged.
    """
    try:
        head, *rows = index.read_bytes().splitlines()
        cells = [row.split(b"\t") for row in rows]
        members = tuple(Member(int(o), int(s), int(n), d.decode(), key + b" ") for o, s, n, d, key in cells)
        if members and members[-1].offset + members[-1].size == path.stat().st_size:
            return Dump(path, members, head.removeprefix(b"# zlib ").decode())
    except (OSError, ValueError):
        pass  # made anew below, from the dump itself
    return scan(path)


def scan(path: Path) -> Dump:
    """Return a dump with the members that are found by reading it; nobody knows which zlib packed them.

    Raises:
        ReleaseError: The dump is missing or damaged.
    """
    members: list[Member] = []
    offset = 0
    try:
        with path.open("rb") as stream:
            waiting = stream.read(BLOCK)
            while waiting:
                packer, text, size = zlib.decompressobj(wbits=31), BytesIO(), 0
                while not packer.eof:
                    if not waiting:
                        raise ReleaseError(f"{path}: damaged, it breaks off; fetch it again or build the release anew")
                    text.write(packer.decompress(waiting))
                    size += len(waiting) - len(packer.unused_data)
                    waiting = packer.unused_data or stream.read(BLOCK)
                lines = _lines(text.getvalue())
                digest = hashlib.sha256(text.getvalue()).hexdigest()
                members.append(Member(offset, size, len(lines), digest, _subject(lines[0]) if lines else b""))
                offset += size
    except (OSError, zlib.error) as error:
        raise ReleaseError(f"{path}: damaged ({error}); fetch it again or build the release anew") from error
    return Dump(path, tuple(members), "unknown")


@dataclass(frozen=True)
class _Changes:
    """Sorted lines to add and to remove."""

    added: list[bytes]
    removed: list[bytes]

    def between(self, start: bytes, end: bytes | None) -> _Changes:
        return _Changes(_between(self.added, start, end), _between(self.removed, start, end))

    def apply(self, path: Path, lines: Iterable[bytes]) -> list[bytes]:
        there = set(lines)
        if not there.issuperset(self.removed) or not there.isdisjoint(self.added):
            raise ReleaseError(
                f"{path}: the dump does not hold what the release's state.sqlite says; "
                "find out what is damaged with: legation verify DIR, and build the release anew"
            )
        return sorted(there.difference(self.removed).union(self.added))


def _changed(old: Dump, changes: _Changes) -> Iterator[Member | list[bytes]]:
    """Yield the new members in order: as a member of the old dump where it stays as it is, else as its lines."""
    members = old.members[:-1]
    starts = [b"", *(member.subject for member in members[1:])]
    same_packer = old.packer == zlib.ZLIB_RUNTIME_VERSION
    held: Member | list[bytes] | None = None  # what comes next unless the piece behind it has lost its mark
    for number, start in enumerate(starts):
        here = changes.between(start, starts[number + 1] if number + 1 < len(starts) else None)
        if members and same_packer and not here.added and not here.removed:
            if held:
                yield held
            held = members[number]
            continue
        for piece in cut(here.apply(old.path, old.text(members[number]) if members else ())):
            if held and not marked(_subject(piece[0])):
                held = [*(old.text(held) if isinstance(held, Member) else held), *piece]
                continue
            if held:
                yield held
            held = piece
    if held:
        yield held


def _between(lines: list[bytes], start: bytes, end: bytes | None) -> list[bytes]:
    return lines[bisect_left(lines, start) : None if end is None else bisect_left(lines, end)]


def _subject(line: bytes) -> bytes:
    return line[: line.index(b" ") + 1]


def _lines(text: bytes) -> list[bytes]:
    return text.splitlines(keepends=True)
