"""Mappings between things of different data sets as SSSOM/TSV: a YAML header in ``#`` lines, then one mapping a row.

The format is that of the Simple Standard for Sharing Ontology Mappings, version 1.0
(https://mapping-commons.github.io/sssom/spec-formats-tsv/): "Metadata block", "Mappings block" with its quoting rules,
"Identifiers" (CURIEs only), "Propagatable slots" and "Canonical SSSOM/TSV format". In memory all identifiers are full
IRIs. The metadata block must lead the file: one in a file of its own is not looked for.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import yaml

from kg.errors import InputError

BUILT_IN = {
    "linkml": "https://w3id.org/linkml/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "semapv": "https://w3id.org/semapv/vocab/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "sssom": "https://w3id.org/sssom/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Prefixes that need not be declared ("IRI prefixes")."""

SLOTS = (
    "record_id", "subject_id", "subject_label", "subject_category", "predicate_id", "predicate_label",
    "predicate_modifier", "object_id", "object_label", "object_category", "mapping_justification", "author_id",
    "author_label", "reviewer_id", "reviewer_label", "creator_id", "creator_label", "license", "subject_type",
    "subject_source", "subject_source_version", "object_type", "object_source", "object_source_version",
    "predicate_type", "mapping_provider", "mapping_source", "mapping_cardinality", "cardinality_scope", "mapping_tool",
    "mapping_tool_id", "mapping_tool_version", "mapping_date", "publication_date", "review_date", "confidence",
    "reviewer_agreement", "curation_rule", "curation_rule_text", "subject_match_field", "object_match_field",
    "match_string", "subject_preprocessing", "object_preprocessing", "similarity_score", "similarity_measure",
    "see_also", "issue_tracker_item", "other", "comment",
)  # fmt: skip
"""The columns in canonical order (the table "Slots" of the class Mapping); others are dropped, as the standard says."""

PROPAGATED = (
    "subject_type", "subject_source", "subject_source_version", "object_type", "object_source", "object_source_version",
    "mapping_provider", "mapping_tool", "mapping_tool_version", "mapping_date", "subject_match_field",
    "object_match_field", "subject_preprocessing", "object_preprocessing",
)  # fmt: skip
"""Slots that may stand once in the header for all rows, in the order of the class MappingSet."""

ENTITIES = ("subject_id", "predicate_id", "object_id", "mapping_justification", "subject_source", "object_source")
REQUIRED = ENTITIES[:4]
REMEDY = "correct the line, or move the file away and make it anew with: legation link"


@dataclass(frozen=True)
class Mapping:
    """One row; ``predicate_modifier`` is ``Not`` where the two are *not* so related, else empty.

    ``others`` are further slots of the standard as (slot, text), kept as they were read. ``line`` is where the row
    stands in the file that it was read from.
    """

    subject_id: str
    predicate_id: str
    object_id: str
    mapping_justification: str
    subject_label: str = ""
    predicate_modifier: str = ""
    object_label: str = ""
    subject_source: str = ""
    object_source: str = ""
    mapping_provider: str = ""
    mapping_tool: str = ""
    mapping_tool_version: str = ""
    confidence: float | None = None
    comment: str = ""
    others: tuple[tuple[str, str], ...] = ()
    line: int = field(default=0, compare=False)


OWN = tuple(one.name for one in fields(Mapping) if one.name in SLOTS and one.name != "confidence")


@dataclass(frozen=True)
class MappingSet:
    """Mappings with the prefixes of their CURIEs and the rest of the header, in its order."""

    mappings: tuple[Mapping, ...]
    curie_map: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)


def write(mappings: MappingSet, *, condense: bool = True) -> str:
    """Return the file in the canonical form: the same text for the same mappings in any order.

    With ``condense``, what all rows share stands in the header; a file that people add rows to goes without, or
    their rows would inherit it.
    """
    prefixes = _prefixes(mappings)
    rows = [_row(mapping, prefixes) for mapping in mappings.mappings]
    header: dict[str, Any] = dict(mappings.metadata)
    if condense:
        for slot in PROPAGATED:
            shared = {row.get(slot, "") for row in rows}
            if len(shared) == 1 and shared != {""} and slot not in header:
                header[slot] = shared.pop()
                rows = [{name: text for name, text in row.items() if name != slot} for row in rows]
    columns = [slot for slot in SLOTS if slot in REQUIRED or any(row.get(slot) for row in rows)]
    cells = sorted([row.get(slot, "") for slot in columns] for row in rows)
    text = io.StringIO()
    table = csv.writer(text, delimiter="\t", lineterminator="\n")
    table.writerow(columns)
    table.writerows(cells)
    used = _used(prefixes, [*(cell for row in cells for cell in row), *_texts(header)])
    top = {"curie_map": used, **header} if used else header
    block = yaml.safe_dump(top, sort_keys=False, allow_unicode=True, width=2**20, default_flow_style=False)
    return "".join(f"#{line}\n" for line in block.rstrip("\n").split("\n")) + text.getvalue()


def read(path: Path) -> MappingSet:
    """Return what a file says, all CURIEs as IRIs, and what its header says for all rows in each of them.

    Unknown columns are dropped; so are rows without any text.

    Raises:
        InputError: The file is not SSSOM/TSV; the message names the line and what to do.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); give a UTF-8 file of SSSOM/TSV") from error
    lines = list(io.StringIO(text.removeprefix("\ufeff"), newline=""))  # str.splitlines would also part at U+2028
    above = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    header = _header(path, lines[:above])
    given = header.pop("curie_map", None) or {}
    if not isinstance(given, dict) or not all(isinstance(one, str) for pair in given.items() for one in pair):
        raise InputError(f"{path}: curie_map is no list of prefixes with what they stand for; {REMEDY}")
    curies = {**given, **BUILT_IN}
    shared = {slot: _text(header.pop(slot)) for slot in PROPAGATED if slot in header}
    rows = list(_rows(path, lines[above:], above))
    shared = {slot: text for slot, text in shared.items() if not any(row.get(slot) for _, row in rows)}
    found = tuple(_mapping(path, line, {**row, **shared}, curies) for line, row in rows)
    return MappingSet(found, given, header)


def expand(curie: str, curie_map: dict[str, str]) -> str | None:
    """Return the IRI of a CURIE, or None where its prefix is not declared."""
    prefix, colon, local = curie.partition(":")
    return curie_map[prefix] + local if colon and prefix in curie_map else None


def _header(path: Path, lines: Sequence[str]) -> dict[str, Any]:
    try:
        header = yaml.safe_load("".join(line.removeprefix("#") for line in lines)) or {}
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = where.line + 1 if where else 1
        raise InputError(f"{path}, line {line}: the lines that begin with # are no YAML; {REMEDY}") from error
    if not isinstance(header, dict) or not all(isinstance(name, str) for name in header):
        raise InputError(f"{path}, line 1: the lines that begin with # hold no names with values; {REMEDY}")
    return header


def _rows(path: Path, lines: Sequence[str], above: int) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row with its line and its cells by column; cells that are missing at its end are empty."""
    reader = csv.reader(lines, delimiter="\t", strict=True)
    line = above + 1
    try:
        columns = next(reader, [])
        if missing := [slot for slot in REQUIRED if slot not in columns]:
            raise InputError(f"{path}, line {line}: there is no column {missing[0]}; {REMEDY}")
        line = above + reader.line_num + 1
        for cells in reader:
            if len(cells) > len(columns):
                raise InputError(f"{path}, line {line}: more cells than the {len(columns)} columns; {REMEDY}")
            if any(cells):
                named = zip(columns, cells, strict=False)
                yield line, {slot: text.strip() for slot, text in named if slot in SLOTS and text.strip()}
            line = above + reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{path}, line {line}: not a table with tabs ({error}); {REMEDY}") from error


def _mapping(path: Path, line: int, row: dict[str, str], curies: dict[str, str]) -> Mapping:
    for slot in ENTITIES:
        if slot in REQUIRED and slot not in row:
            raise InputError(f"{path}, line {line}: {slot} is empty; {REMEDY}")
        if slot in row:
            iri = expand(row[slot], curies)
            if iri is None or re.search(r'[\s<>"{}|\\^`]', iri):
                raise InputError(f"{path}, line {line}: {slot} {row[slot]!r} has no prefix of the curie_map; {REMEDY}")
            row = {**row, slot: iri}
    if row.get("predicate_modifier", "Not") != "Not":
        raise InputError(f"{path}, line {line}: predicate_modifier may only be Not; {REMEDY}")
    texts: dict[str, Any] = {slot: row[slot] for slot in OWN if slot in row}
    others = tuple((slot, row[slot]) for slot in SLOTS if slot in row and slot not in (*OWN, "confidence"))
    return Mapping(**texts, confidence=_share(path, line, row.get("confidence")), others=others, line=line)


def _share(path: Path, line: int, text: str | None) -> float | None:
    if text is None:
        return None
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise InputError(f"{path}, line {line}: confidence {text!r} is no number from 0 to 1; {REMEDY}")
    return share


def _row(mapping: Mapping, prefixes: dict[str, str]) -> dict[str, str]:
    row = {slot: getattr(mapping, slot) for slot in OWN} | dict(mapping.others)
    row = {slot: re.sub("\r\n?", "\n", text) for slot, text in row.items()}
    for slot in ENTITIES:
        row[slot] = _curie(row[slot], prefixes) if row[slot] else ""
    if mapping.confidence is not None:
        share = Decimal(repr(mapping.confidence)).quantize(Decimal("0.001"), ROUND_HALF_UP)
        row["confidence"] = f"{share:f}".rstrip("0").rstrip(".")
    return row


def _curie(iri: str, prefixes: dict[str, str]) -> str:
    """Return the shortest CURIE: of all prefixes that fit, that which stands for most."""
    prefix = max((name for name, space in prefixes.items() if iri.startswith(space)), key=lambda n: len(prefixes[n]))
    return f"{prefix}:{iri.removeprefix(prefixes[prefix])}"


def _prefixes(mappings: MappingSet) -> dict[str, str]:
    """Return the given prefixes, the built-in ones, and new ones (``ns1``) for the IRIs that none of them fits."""
    prefixes = {**mappings.curie_map, **BUILT_IN}
    iris = {getattr(mapping, slot) for mapping in mappings.mappings for slot in ENTITIES} - {""}
    spaces = {re.sub(r"[^/#]+[/#]?$", "", iri) for iri in iris if not iri.startswith(tuple(prefixes.values()))}
    fresh = (name for number in range(1, 2**20) if (name := f"ns{number}") not in prefixes)
    return prefixes | dict(zip(fresh, sorted(spaces), strict=False))


def _used(prefixes: dict[str, str], texts: Iterable[str]) -> dict[str, str]:
    seen = {text.partition(":")[0] for cell in texts for text in cell.split("|")}
    return {name: prefixes[name] for name in sorted(seen & prefixes.keys() - BUILT_IN.keys())}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)
    else:
        yield _text(value)


def _text(value: Any) -> str:
    return "|".join(map(str, value)) if isinstance(value, list) else str(value)
