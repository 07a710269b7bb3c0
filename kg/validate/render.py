"""A report to read: findings by gravity, then by shape and constraint, each with the nodes that it is about."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from rdflib import RDF, RDFS, SH, Graph, Literal

from kg.iri import DEFAULT_BASE, PREFIXES
from kg.validate.profile import SEVERITIES
from kg.validate.results import Finding, Report
from kg.validate.source import Source

MOST = 5
"""How many nodes of one constraint are listed, unless all are asked for."""

LONGEST = 80
"""How many characters of a value are printed."""

_WORDS = {"violation": ("violation", "violations"), "warning": ("warning", "warnings"), "info": ("hint", "hints")}
_IRI = re.compile(r"<([^<>\s]+)>")


def as_text(source: Source, report: Report, *, severity: str, every: bool) -> str:
    """Return the verdict on one source, then what was found; IRIs are shortened where a prefix is known.

    ``severity`` is the least grave that was looked for, ``every`` lists all nodes of a constraint.
    """
    short = _shortener({"id": DEFAULT_BASE, **source.prefixes, **PREFIXES})
    verdict = "conforms" if report.conforms else "does not conform"
    size = f"{report.nodes} {'node' if report.nodes == 1 else 'nodes'} judged, {report.triples} triples"
    lines = [f"{source.name}: {verdict} ({', '.join(_counts(report, severity))}; {size})"]
    if not report.nodes:
        lines.append("  nothing in it is described in the terms of the Legation ontology: is it the right file?")
    for _, group in groupby(report.findings, key=lambda one: (one.severity, one.title, one.path, one.message)):
        lines += _group(list(group), short, every=every)
    return "\n".join(lines)


def _counts(report: Report, severity: str) -> Iterator[str]:
    for name, (one, many) in _WORDS.items():
        number = report.counts.get(name, 0)
        yield f"{number} {one if number == 1 else many}"
        if name == severity:
            return


def _group(found: Sequence[Finding], short: Callable[[str], str], *, every: bool) -> Iterator[str]:
    first = found[0]
    where = f"{first.title}, {short(first.path)}" if first.path else first.title
    yield f"\n  {_WORDS[first.severity][0].capitalize()}: {where} ({len(found)})\n  {first.message}"
    shown = found if every else found[:MOST]
    for one in shown:
        value = "" if one.value is None or one.value == one.focus else f"  {_cut(short(one.value.n3()))}"
        yield f"    {short(one.focus.n3())}{value}  ({one.constraint})"
    if len(found) > len(shown):
        yield f"    and {len(found) - len(shown)} more: --all lists them"


def _shortener(prefixes: Mapping[str, str]) -> Callable[[str], str]:
    """Return what shortens each IRI in a text to a prefixed name, by the longest namespace that fits."""
    longest = sorted(((space, name) for name, space in prefixes.items() if space), key=lambda one: -len(one[0]))

    def shortened(match: re.Match[str]) -> str:
        iri = match[1]
        for space, name in longest:
            if iri.startswith(space) and len(iri) > len(space):
                return f"{name}:{iri[len(space) :]}"
        return match[0]

    return lambda text: _IRI.sub(shortened, text)


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def as_json(judged: Sequence[tuple[Source, Report]], *, severity: str) -> str:
    """Return all verdicts as JSON; IRIs stand there in full, nodes and values as in N-Triples.

    ``conforms`` is false where there are violations. Only severities that were looked for are counted.
    """
    asked = list(SEVERITIES)[: list(SEVERITIES).index(severity) + 1]
    files = [
        {
            "file": source.name,
            "conforms": report.conforms,
            "nodes": report.nodes,
            "triples": report.triples,
            "counts": {name: report.counts.get(name, 0) for name in asked},
            "findings": [_record(finding) for finding in report.findings],
        }
        for source, report in judged
    ]
    answer = {"conforms": all(report.conforms for _, report in judged), "files": files}
    return json.dumps(answer, ensure_ascii=False, indent=2)


def _record(finding: Finding) -> dict[str, Any]:
    return {
        "severity": finding.severity,
        "shape": finding.shape,
        "path": finding.path or None,
        "name": finding.name or None,
        "constraint": finding.constraint,
        "focus": finding.focus.n3(),
        "value": None if finding.value is None else finding.value.n3(),
        "message": finding.message,
    }


def as_turtle(judged: Sequence[tuple[Source, Report]]) -> str:
    """Return the standard reports in Turtle, one ``sh:ValidationReport`` a source, which is its ``rdfs:label``.

    There ``sh:conforms`` is the standard's: false where anything was found, be it a hint.
    """
    whole = Graph()
    for name, space in PREFIXES.items():
        whole.bind(name, space)
    for source, report in judged:
        whole += report.graph
        for node in report.graph.subjects(RDF.type, SH.ValidationReport):
            whole.add((node, RDFS.label, Literal(source.name)))
    return whole.serialize(format="turtle")
