"""Which files a release offers: their names, and what is in them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pyoxigraph import RdfFormat

NQUADS = "application/n-quads"
GZIP, ZSTD = "application/gzip", "application/zstd"
PACKED = {"gz": GZIP, "zst": ZSTD}
"""Media type of each way to pack, by the ending of its files."""

PARTS = {
    "actors": "actors, places and offices",
    "articles": "what each article says",
    "derived": "what follows from events",
    "events": "events",
    "links": "links to other data",
    "ontology": "the ontology",
    "records": "official records",
    "release": "the release's description of itself",
}
"""Parts of a release that are offered by themselves, with what they hold: a named graph each, but for ``articles``,
which are many graphs."""


@dataclass(frozen=True)
class Form:
    """A way to write RDF: its ending, what pyoxigraph and IANA call it, and what people do."""

    ending: str
    syntax: RdfFormat
    media_type: str
    name: str


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

    ``part`` is one of :data:`PARTS`, or empty for what concerns the whole.
    """

    name: str
    media_type: str
    title: str
    packed: str = ""
    part: str = ""


def offered(version: str, parts: Collection[str] = (), *, every: bool = False) -> tuple[File, ...]:
    """Return the files of a release, the whole dump first; with ``every``, those that are made of it as well.

    ``parts`` are those that have any quads.
    """
    first = File(form_name(version, "nq", "gz"), NQUADS, _title(FORMS[0], "", "gz"), GZIP)
    links = File(f"legation-{version}.sssom.tsv", "text/tab-separated-values", "Links to other data, as SSSOM")
    if not every:
        return first, links
    return first, *(file for file in _forms(version, parts) if file != first), links


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


def part_of(graph: bytes) -> str:
    """Return the part that a graph belongs to, by the end of a line of N-Quads: ``<…/graph/events> .``."""
    name = graph.rpartition(b"/graph/")[2].partition(b">")[0].decode()
    return "articles" if name.startswith("article/") else name


def _title(form: Form, part: str, packing: str) -> str:
    what = PARTS.get(part, part) if part else "The whole release"
    return f"{what[0].upper()}{what[1:]} in {form.name} ({'gzip' if packing == 'gz' else 'Zstandard'})"
