"""Which files a release offers: their names, and what is in them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pyoxigraph import RdfFormat

from kg.dumps.layout import TABLE_FILES
from kg.rdf.partitions import PARTS

NQUADS = "application/n-quads"
GZIP, ZSTD = "application/gzip", "application/zstd"
PACKED = {"gz": GZIP, "zst": ZSTD}
"""Media type of each way to pack, by the ending of its files."""


@dataclass(frozen=True)
class Form:
    """A way to write RDF: its ending, what pyoxigraph and IANA call it, and what people do."""

    ending: str
    syntax: RdfFormat
    media_type: str
    name: str


CITATION = "CITATION.cff"
"""Name of the file that tells how to cite a release, by which services know it."""

FORMS = (
    Form("nq", RdfFormat.N_QUADS, NQUADS, "N-Quads"),
    Form("trig", RdfFormat.TRIG, "application/trig", "TriG"),
    Form("ttl", RdfFormat.TURTLE, "text/turtle", "Turtle"),
    Form("jsonld", RdfFormat.JSON_LD, "application/ld+json", "JSON-LD"),
)
"""How each part and the whole are written. Turtle knows no graphs: there it is the union of them."""


@dataclass(frozen=True)
class File:
    """A file that a release offers: ``media_type`` is that of what is inside, ``packed`` that of the packing, if any.

    ``part`` is one of :data:`kg.rdf.partitions.PARTS`, or empty for what concerns the whole. ``about`` says more than
    the title, where there is more to say.
    """

    name: str
    media_type: str
    title: str
    packed: str = ""
    part: str = ""
    about: str = ""


def offered(version: str, parts: Collection[str] = (), *, every: bool = False) -> tuple[File, ...]:
    """Return the files of a release, the whole dump first; with ``every``, those that are made of it as well.

    ``parts`` are those that have any quads.
    """
    first = File(form_name(version, "nq", "gz"), NQUADS, _title(FORMS[0], "", "gz"), GZIP)
    links = File(f"legation-{version}.sssom.tsv", "text/tab-separated-values", "Links to other data, as SSSOM")
    if not every:
        return first, links
    forms = (file for file in _forms(version, parts) if file != first)
    tables = (File(name, media_type, title, about=about) for name, media_type, title, about in TABLE_FILES)
    return first, *forms, links, *tables, File(CITATION, "application/yaml", "How to cite this release")


def _forms(version: str, parts: Collection[str]) -> Iterator[File]:
    for part in ("", *sorted(parts)):
        for form in FORMS:
            for packing, media_type in PACKED.items():
                name = form_name(version, form.ending, packing, part=part)
                yield File(name, form.media_type, _title(form, part, packing), media_type, part)


def form_name(version: str, ending: str, packing: str, *, part: str = "") -> str:
    """Return the name of a file: ``legation-<version>.nq.gz``, ``legation-<version>-events.ttl.zst``."""
    return f"legation-{version}{f'-{part}' if part else ''}.{ending}.{packing}"


def part_named(name: str, version: str) -> str:
    """Return the part that a file of a release holds by its name, empty for one that holds none."""
    part = name.removeprefix(f"legation-{version}-").partition(".")[0]
    return part if name.startswith(f"legation-{version}-") and part in PARTS else ""


def _title(form: Form, part: str, packing: str) -> str:
    what = PARTS.get(part, part) if part else "The whole release"
    return f"{what}, in {form.name} ({'gzip' if packing == 'gz' else 'Zstandard'})"
