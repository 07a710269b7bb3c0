"""Links accepted from elsewhere: ``DIR/links.sssom.tsv``, which ``legation link`` adds to and people may edit.

A build puts them onto the actors and places that articles name, whose IRIs stay as they are. A row with the
``predicate_modifier`` Not says that two are not the same: no release says so then, whoever found it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pyoxigraph import NamedNode

from kg.errors import InputError
from kg.iri import PREFIXES, Names
from kg.records import Actor, Link, Place, Relation
from kg.sssom import REMEDY, Mapping, read

Thing = TypeVar("Thing", Actor, Place)

FILE = "links.sssom.tsv"
BY_HAND = PREFIXES["semapv"] + "ManualMappingCuration"
RELATIONS: Table[str, Relation] = {
    PREFIXES["skos"] + "exactMatch": "exactMatch",
    PREFIXES["skos"] + "closeMatch": "closeMatch",
}


@dataclass(frozen=True)
class Accepted:
    """The rows of one file; ``sha256`` is that of its bytes."""

    path: Path
    sha256: str
    rows: tuple[Mapping, ...]


@dataclass(frozen=True)
class Taken:
    """What a release took over from such a file: how many rows, and how many spoke of nothing that it has."""

    sha256: str
    applied: int
    unused: int


def read_accepted(out: Path, given: Path | None = None) -> Accepted | None:
    """Return the links of the file ``given``, else of ``out/links.sssom.tsv``, or None where there is no such file.

    Raises:
        InputError: The file is given but missing, or is not SSSOM/TSV.
    """
    path = given or out / FILE
    if given is None and not path.exists():
        return None
    rows = read(path).mappings
    for row in rows:
        _check(path, row)
    return Accepted(path, hashlib.sha256(path.read_bytes()).hexdigest(), rows)


def rows_by_key(accepted: Accepted, names: Names) -> dict[str, tuple[Mapping, ...]]:
    """Return the rows that can be taken over, by the key of the actor or place that they speak of.

    Rows of another relation than exactMatch and closeMatch are none of these.
    """
    by_key: dict[str, list[Mapping]] = defaultdict(list)
    for row in accepted.rows:
        if row.predicate_id in RELATIONS and row.subject_id.startswith(names.base):
            by_key[row.subject_id.removeprefix(names.base)].append(row)
    return {key: tuple(rows) for key, rows in by_key.items()}


def by_hand(row: Mapping) -> bool:
    """Say whether somebody chose or rejected this mapping."""
    return bool(row.predicate_modifier) or row.mapping_justification == BY_HAND


def linked(thing: Thing, rows: Sequence[Mapping]) -> Thing:
    """Return the thing with its own links, then those accepted; what somebody decided by hand stands against both."""
    rejected = {row.object_id for row in rows if row.predicate_modifier}
    links = {link.target: link for link in thing.links if link.target not in rejected}
    for row in sorted(rows, key=by_hand):
        if row.object_id not in rejected and (row.object_id not in links or by_hand(row)):
            links[row.object_id] = _link(row)
    return replace(thing, links=tuple(links[target] for target in sorted(links)))


def _link(row: Mapping) -> Link:
    confidence = 1.0 if row.confidence is None else row.confidence
    reasons = tuple(reason for reason in row.comment.split("; ") if reason)
    source = row.mapping_provider if row.mapping_provider and not by_hand(row) else "curation"
    return Link(row.object_id, RELATIONS[row.predicate_id], confidence, reasons, source)


def _check(path: Path, row: Mapping) -> None:
    for slot, iri in (("object_id", row.object_id), ("mapping_provider", row.mapping_provider)):
        try:
            NamedNode(iri or row.object_id)
        except ValueError as error:
            raise InputError(f"{path}, line {row.line}: {slot} {iri!r} is no IRI ({error}); {REMEDY}") from error
