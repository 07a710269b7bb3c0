"""What a release is made from, and what follows from that alone: its version and its manifest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any

from kg.accepted import Taken
from kg.dumps.files import offered
from kg.errors import ReleaseError
from kg.iri import Names
from kg.linksets import mapping_set
from kg.rdf import LICENCE, Coverage, Description, Origin, release_lines
from kg.records import Actor, Contradiction, Place, Refusal
from kg.release.chunks import Dump
from kg.release.tallied import tally_of
from kg.sssom import write as write_mappings


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What a release is made from.

    ``added`` and ``removed`` are canonical lines of N-Quads, without the description of the release itself: what
    distinguishes it from the release in the folder ``previous``. Without a previous one all lines are ``added``.
    ``inputs`` are (article id, SHA-256 of the input), all of them. ``min_confidence`` is what reports had to have
    where one was asked for, else None. ``things`` are all actors and places with their links; ``accepted`` tells where
    links from a file were taken over, None where there was none. ``contradictions`` are listed in the manifest only:
    they are questions to people, and no part of the graph. ``write_state`` writes to the path that it is given
    what the next release is grown from; without it, this one can be read but not grown. With ``every_dump`` the
    release has all files that :mod:`kg.dumps` makes of it, else only the N-Quads and the links. ``coverage`` is what
    its events cover in time and space.
    """

    added: Sequence[bytes]
    inputs: tuple[tuple[str, str], ...]
    refused: tuple[Refusal, ...]
    counts: Mapping[str, int]
    model: str
    names: Names
    previous: Path | None = None
    removed: Sequence[bytes] = ()
    min_confidence: float | None = None
    things: Sequence[Actor | Place] = ()
    accepted: Taken | None = None
    contradictions: tuple[Contradiction, ...] = ()
    write_state: Callable[[Path], None] | None = None
    every_dump: bool = False
    issued: date | None = None
    coverage: Coverage = field(default_factory=Coverage)


def software_version() -> str:
    """Return the version of this program, as it was installed.

    Raises:
        ReleaseError: The program runs from a folder without being installed, so nobody knows its version.
    """
    try:
        return metadata.version("legation")
    except metadata.PackageNotFoundError as error:
        raise ReleaseError("legation is not installed, so its version is unknown; run: pip install -e .") from error


def made_from(contents: Contents) -> dict[str, Any]:
    """Return the part of the manifest that says what the release was made from, as JSON has it."""
    about: dict[str, Any] = {
        "software": _software(),
        "model": contents.model,
        "base": contents.names.base,
        "inputs": [{"id": article, "sha256": digest} for article, digest in sorted(contents.inputs)],
        "refused": [asdict(refusal) for refusal in sorted(contents.refused)],
        "contradictions": [asdict(contradiction) for contradiction in sorted(contents.contradictions)],
    }
    if contents.min_confidence is not None:
        about["min_confidence"] = contents.min_confidence
    if contents.accepted is not None:
        about["links"] = asdict(contents.accepted)
    if contents.every_dump:
        about["dumps"] = "all"
    if contents.issued is not None:
        about["issued"] = contents.issued.isoformat()
    return about


def version_of(origin: Mapping[str, Any], digests: Iterable[str]) -> str:
    """Return ``<software version>-<12 hex>``, of what a release was made from and of the quads themselves.

    ``origin`` is what :func:`made_from` returns, or the manifest without version and counts; ``digests`` are those of
    the dump's members but the last. The quads count, so that a changed ontology or a patched program never hides
    behind an old name; the way that led to them does not.
    """
    digest = hashlib.sha256(json.dumps(origin, ensure_ascii=False, sort_keys=True).encode() + b"\n")
    for chunk in digests:
        digest.update(chunk.encode() + b"\n")
    return f"{str(origin['software']).rpartition(' ')[2]}-{digest.hexdigest()[:12]}"


def description(contents: Contents, version: str, previous: Dump | None = None) -> list[bytes]:
    """Return the sorted lines of what the release says of itself; ``previous`` is the dump that it grows from.

    Equal releases say the same, whatever they grew from.

    Raises:
        ReleaseError: That dump is damaged.
    """
    held = tally_of(previous, contents.added, contents.removed)
    settings = {"minimum confidence": contents.min_confidence} if contents.min_confidence is not None else {}
    about = Description(
        version,
        Origin(_software(), contents.model, len(contents.inputs), len(contents.refused), settings),
        held,
        offered(version, {*held.parts, "release"}, every=contents.every_dump),
        contents.coverage,
        contents.things,
        contents.issued,
    )
    return release_lines(contents.names, about)


def mappings(contents: Contents, version: str) -> str:
    """Return the links of actors and places as SSSOM/TSV."""
    found = mapping_set(contents.names, version, software_version(), contents.things, licence=LICENCE.value)
    return write_mappings(found)


def manifest(contents: Contents, version: str, *, quads: int) -> str:
    """Return the manifest as JSON: what the release holds and was made from."""
    about = {**made_from(contents), "version": version, "counts": {**contents.counts, "quads": quads}}
    return json.dumps(about, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _software() -> str:
    return f"legation {software_version()}"
