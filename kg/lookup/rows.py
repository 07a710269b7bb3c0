"""Accepted matches as rows of ``links.sssom.tsv``, beside those that stand there already."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from kg.errors import ReleaseError
from kg.iri import Names, term
from kg.linksets import KNOWN, TOOL, data_set, data_set_node, justification
from kg.lookup.accept import Verdict
from kg.lookup.question import Question, readable
from kg.rdf import LICENCE
from kg.records import Link
from kg.release import software_version
from kg.sssom import Mapping, MappingSet, write


def to_row(names: Names, endpoint: str, question: Question, verdict: Verdict) -> Mapping:
    """Return a verdict as a row, with the service as its provider."""
    link = Link(
        verdict.candidate.iri, verdict.relation, round(verdict.confidence, 3), verdict.reasons, public(endpoint)
    )
    return Mapping(
        subject_id=names.node(question.key).value,
        subject_label=question.name,
        predicate_id=term(f"skos:{link.relation}").value,
        object_id=link.target,
        object_label=readable(verdict.candidate.name),
        mapping_justification=term(f"semapv:{justification(link)}").value,
        object_source=data_set_node(names, data_set(link.target)).value,
        mapping_provider=link.source,
        mapping_tool=TOOL,
        mapping_tool_version=software_version(),
        confidence=link.confidence,
        comment="; ".join(link.reasons),
    )


def public(endpoint: str) -> str:
    """Return an address as it may be published: without name and password, and without keys behind a question mark."""
    parts = urlsplit(endpoint)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def together(names: Names, before: MappingSet, fresh: Sequence[Mapping]) -> MappingSet:
    """Return the rows that stood in the file, as they were, and the fresh ones."""
    prefixes = {"legation": names.base, **{one.key: one.space for one in KNOWN}, **before.curie_map}
    header = before.metadata or {
        "mapping_set_id": names.node("links").value,
        "mapping_set_title": "Links accepted for Legation",
        "license": LICENCE.value,
    }
    return replace(before, mappings=(*before.mappings, *fresh), curie_map=prefixes, metadata=header)


def replace_file(path: Path, mappings: MappingSet) -> None:
    """Replace the file in one step: whoever reads it sees the old or the new one, whole.

    Raises:
        ReleaseError: It cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as draft:
            draft.write(write(mappings, condense=False))
            draft.flush()
            os.fsync(draft.fileno())
        Path(draft.name).chmod(0o644)
        Path(draft.name).replace(path)
    except OSError as error:
        raise ReleaseError(f"{path}: the links cannot be written ({error}); give another --out or make room") from error
