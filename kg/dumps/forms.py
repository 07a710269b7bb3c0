"""A release in each form of RDF, whole and in parts, from the sorted lines of its dump.

Each part is written once in each form and packed while it is written, for itself and into the whole: there the parts
follow each other, which Turtle and TriG allow as it is and JSON-LD with a comma between. Only in N-Quads the whole is
sorted over all parts, being the lines as they come.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, cast

import pyoxigraph as ox
import zstandard
from pyoxigraph import Quad, RdfFormat

from kg.dumps.files import FORMS, PACKED, Form, form_name
from kg.iri import PREFIXES
from kg.rdf.tally import iri_of, part_of

GZIP_LEVEL, ZSTD_LEVEL = 6, 9
"""How hard to pack; fixed, because it shows in the bytes."""

BLOCK = 1 << 20
"""How many bytes of text are handed on at a time."""


LINES = 4096
"""How many lines are handed on at a time where nothing else is done with them."""

Take = Callable[[bytes], object]
"""What is called with each piece of a text."""


def write_forms(folder: Path, lines: Iterable[bytes], *, version: str) -> list[Path]:
    """Write the sorted lines of a dump in all forms but the one that a release is made with; return the files.

    Memory does not grow with the release; the disk holds its lines unpacked meanwhile.

    Raises:
        OSError: The folder cannot be written.
    """
    written: list[Path] = []
    with TemporaryDirectory(dir=folder, prefix=".") as beside, ThreadPoolExecutor(2 * len(PACKED)) as threads:

        @contextmanager
        def packed(form: Form, *, part: str = "", only: Sequence[str] = tuple(PACKED)) -> Iterator[Fan]:
            paths = [folder / form_name(version, form.ending, packing, part=part) for packing in only]
            written.extend(paths)
            with ExitStack() as stack:
                fan = Fan([stack.enter_context(_open(path)) for path in paths], threads)
                yield fan
                fan.flush()

        nquads, *others = FORMS
        with packed(nquads, only=["zst"]) as whole:
            parts = _split(lines, Path(beside), whole.write)
        for part, path in parts.items():
            with packed(nquads, part=part) as out, path.open("rb") as text:
                while block := text.read(BLOCK):
                    out.write(block)
        for form in others:
            with packed(form) as whole:
                for part, stream, into_whole in _in_turn(parts, form, whole.write):
                    with packed(form, part=part) as out:
                        write_form(stream, form, out.write, into_whole)
    return written


def write_text(lines: Iterable[bytes], form: Form, take: Take, *, part: str = "") -> None:
    """Write the sorted lines of a dump, or of one part of it, as one text.

    Raises:
        OSError: There is no room for temporary files, or the text cannot be taken.
    """
    if part:
        lines = (line for line in lines if part_of(iri_of(graph_of(line))) == part)
    if form.syntax == RdfFormat.N_QUADS:
        waiting = iter(lines)
        while block := b"".join(islice(waiting, LINES)):
            take(block)
        return
    with TemporaryDirectory() as beside:
        for _, stream, into_whole in _in_turn(_split(lines, Path(beside), lambda _: None), form, take):
            write_form(stream, form, into_whole)


def write_form(lines: IO[bytes], form: Form, *takers: Take) -> None:
    """Give lines of N-Quads in another form to each of the takers, piece by piece; in Turtle without their graphs."""
    quads = cast("Iterable[Quad]", ox.parse(lines, RdfFormat.N_QUADS))
    found = (quad.triple for quad in quads) if form.syntax == RdfFormat.TURTLE else quads
    ox.serialize(found, cast("IO[bytes]", _Pieces(takers)), form.syntax, prefixes=PREFIXES)


def graph_of(line: bytes) -> bytes:
    """Return the graph of a line of N-Quads as it is written, ``<…>``."""
    return line.rsplit(b" ", 2)[1]


class _Pieces:
    """What the engine writes to: the part of a file that it uses."""

    def __init__(self, takers: Sequence[Take]) -> None:
        self._takers = takers

    def write(self, text: bytes) -> int:
        for take in self._takers:
            take(text)
        return len(text)

    def flush(self) -> None:
        """Do nothing: nothing waits here."""


class Fan:
    """Hands text on to several streams at once, in large blocks; whoever packs does so beside the others."""

    def __init__(self, outs: Sequence[IO[bytes]], threads: Executor) -> None:
        self._outs = outs
        self._threads = threads
        self._waiting: list[bytes] = []
        self._size = 0

    def write(self, text: bytes) -> None:
        """Take a piece of text."""
        self._waiting.append(text)
        self._size += len(text)
        if self._size >= BLOCK:
            self.flush()

    def flush(self) -> None:
        """Hand on what waits."""
        block = b"".join(self._waiting)
        self._waiting, self._size = [], 0
        for _ in self._threads.map(lambda out: out.write(block), self._outs):
            pass  # which raises what a thread has raised


class Inside:
    """Passes on what stands between the first and the last byte of a text: the elements of a JSON array."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self._begun = False
        self._held = b""

    def write(self, text: bytes, /) -> None:
        """Take a piece of text, of which the last byte is held back, since it may be the last of all."""
        piece = self._held + (text if self._begun else text[1:])
        self._begun = self._begun or bool(text)
        self._take(piece[:-1])
        self._held = piece[-1:]


def _in_turn(parts: Mapping[str, Path], form: Form, take: Take) -> Iterator[tuple[str, IO[bytes], Take]]:
    """Yield each part with its lines and with what takes its text into the whole, which ``take`` takes."""
    listed = form.syntax == RdfFormat.JSON_LD
    for number, (part, path) in enumerate(parts.items()):
        if listed:
            take(b"," if number else b"[")
        with path.open("rb", BLOCK) as stream:
            yield part, stream, Inside(take).write if listed else take
    if listed:
        take(b"]" if parts else b"[]")


def _split(lines: Iterable[bytes], folder: Path, take: Take) -> Mapping[str, Path]:
    """Write lines as they come to ``take``, and each to the file of its part; return these, sorted by part."""
    parts: dict[str, IO[bytes]] = {}
    by_graph: dict[bytes, IO[bytes]] = {}
    with ExitStack() as stack:
        for line in lines:
            take(line)
            graph = graph_of(line)
            file = by_graph.get(graph)
            if file is None:
                part = part_of(iri_of(graph))
                if part not in parts:
                    parts[part] = stack.enter_context((folder / part).open("wb", BLOCK))
                file = by_graph[graph] = parts[part]
            file.write(line)
    return {part: folder / part for part in sorted(parts)}


@contextmanager
def _open(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that packs what is written to it, by its ending; without a time or a name in it."""
    with path.open("wb") as raw:
        if path.suffix == ".gz":
            with gzip.GzipFile("", "wb", GZIP_LEVEL, raw, mtime=0) as stream:
                yield cast("IO[bytes]", stream)
        else:
            with zstandard.ZstdCompressor(ZSTD_LEVEL, threads=0).stream_writer(raw, closefd=False) as stream:
                yield cast("IO[bytes]", stream)
