"""SHACL: the gate before publication, and the report of ``legation validate`` on any RDF file."""

from kg.validate.gate import Validator, Violation, describe
from kg.validate.graph import to_rdflib
from kg.validate.profile import SEVERITIES, at_least, packaged_shapes
from kg.validate.results import Finding, Report, judge
from kg.validate.source import Source, sources

__all__ = [
    "SEVERITIES",
    "Finding",
    "Report",
    "Source",
    "Validator",
    "Violation",
    "at_least",
    "describe",
    "judge",
    "packaged_shapes",
    "sources",
    "to_rdflib",
]
