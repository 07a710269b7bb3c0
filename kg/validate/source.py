"""RDF as users have it: files of every syntax, packed or not, and releases."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import zstandard
from lxml import etree
from pyoxigraph import Quad
from rdflib import Graph

from kg.errors import InputError
from kg.release.opened import dump_path, read_manifest, release_folder
from kg.validate.graph import to_rdflib

FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".rdf": ox.RdfFormat.RDF_XML,
}
"""File name suffix → RDF syntax; each may be followed by one of :data:`PACKED`."""

PACKED = (".gz", ".zst")


@dataclass(frozen=True)
class Source:
    """One graph to be judged: the union of all graphs of what ``name`` says, and the prefixes used there."""

    name: str
    graph: Graph
    prefixes: Mapping[str, str]


def sources(paths: Iterable[Path], *, together: bool = False) -> Iterator[Source]:
    """Yield each RDF file, or the dump of each release, by itself; ``together`` yields one graph of them all.

    Raises:
        InputError: A file cannot be read, is of an unknown kind, or is not what its name says.
        ReleaseError: A folder is no release.
    """
    if not together:
        for path in paths:
            quads, prefixes = _read(path)
            yield Source(str(path), _graph(path, quads), prefixes)
        return
    whole = Graph(bind_namespaces="none")
    used: dict[str, str] = {}
    paths = list(paths)
    for path in paths:
        quads, prefixes = _read(path)
        whole += _graph(path, quads)
        used |= prefixes
    yield Source(" + ".join(map(str, paths)), whole, used)


def _graph(path: Path, quads: Iterable[Quad]) -> Graph:
    try:
        return to_rdflib(quads)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _read(path: Path) -> tuple[list[Quad], Mapping[str, str]]:
    if path.is_dir():
        folder = release_folder(path)
        path = dump_path(folder, read_manifest(folder)["version"])
    suffixes = [suffix for suffix in path.suffixes if suffix not in PACKED]
    form = FORMATS.get(suffixes[-1] if suffixes else "")
    if form is None:
        known = ", ".join(FORMATS)
        raise InputError(f"{path}: not a known RDF file name; name it {known}, or one of them with .gz or .zst")
    data = _bytes(path)
    try:
        # Two files may both call a blank node "b1" and mean two.
        parser = ox.parse(data, form, rename_blank_nodes=True)
        quads = list(parser)
        return quads, parser.prefixes
    except (SyntaxError, ValueError) as error:
        raise InputError(f"{path}: not valid {form.name}{_where(data, form, error)}; {_remedy(error)}") from error


def _bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        if path.suffix == ".gz":
            return gzip.decompress(data)
        if path.suffix == ".zst":
            return b"".join(_frames(data))
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise InputError(f"{path}: cannot be read ({error}); check the path and that the file is complete") from error
    return data


def _frames(data: bytes) -> Iterator[bytes]:
    """Yield each frame of a zstd file unpacked; the library's own reader takes one that is cut short for whole."""
    while data:
        frame = zstandard.ZstdDecompressor().decompressobj()
        yield frame.decompress(data)
        if not frame.eof:
            raise EOFError("it ends in the middle")
        data = frame.unused_data


def _where(data: bytes, form: ox.RdfFormat, error: SyntaxError | ValueError) -> str:
    """Return in which line the error lies, where that is known, and what it is."""
    what = re.sub(
        r"^Parser error at .*?: | \(line \d+\)$", "", error.msg if isinstance(error, SyntaxError) else str(error)
    )
    line = error.lineno if isinstance(error, SyntaxError) else None
    if line is None and form == ox.RdfFormat.RDF_XML:
        try:
            etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError as malformed:
            line, what = malformed.lineno, malformed.msg or what
    return f", line {line}: {what}" if line else f": {what}"


def _remedy(error: Exception) -> str:
    if "remote contexts" in str(error):
        return "nothing is fetched from elsewhere: write the context into the file, or give it as Turtle"
    return "correct that place, or the file's suffix"
