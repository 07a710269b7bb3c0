"""The gate before publication: what passes, what is refused and in which words."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import pyshacl
import pytest
from pyoxigraph import Literal, NamedNode, Quad
from pyshacl.errors import ShapeLoadError
from rdflib import SH, Graph

from kg.errors import InputError
from kg.iri import Names, term
from kg.merge import merge
from kg.rdf import graph_quads, nquads, ontology_quads
from kg.records import Account
from kg.validate import Validator, describe, packaged_shapes, to_rdflib, validate_files
from tests.accounts import harbour, preview

NAMES = Names()


@pytest.fixture(scope="module")
def validator() -> Validator:
    return Validator()


def quads(*accounts: Account, names: Names = NAMES) -> list[Quad]:
    return list(graph_quads(names, accounts, merge(accounts)))


def nameless(account: Account) -> Account:
    """Return the account without its first actor, which its reports still name."""
    return replace(account, actors=account.actors[1:])


def test_what_the_accounts_say_conforms(validator: Validator) -> None:
    assert validator.check(quads(harbour())) == ()
    assert validator.check([*quads(harbour(), preview()), *ontology_quads(NAMES)]) == ()


def test_a_violation_names_node_path_message_and_shape(validator: Validator) -> None:
    violations = validator.check(quads(replace(harbour(), places=())))
    (destination,) = (v for v in violations if v.path.endswith("#destination"))

    assert destination.focus.startswith(f"{NAMES.base}visit/")
    assert destination.message == "A visit has at least one destination, and each is a place."
    assert destination.shape.endswith("Visit")
    assert list(violations) == sorted(violations)
    assert "A visit has at least one destination" in describe(violations)


@pytest.mark.parametrize(
    ("predicate", "literal"),
    [
        ("leg:confidence", Literal("very", datatype=term("xsd:decimal"))),
        ("leg:confidence", Literal("7", datatype=term("xsd:decimal"))),
        ("oa:start", Literal("-1", datatype=term("xsd:nonNegativeInteger"))),
        ("oa:start", Literal("one", datatype=term("xsd:nonNegativeInteger"))),
        ("leg:earliest", Literal("2022-13-45", datatype=term("xsd:date"))),
        ("leg:earliest", Literal("2022-05-18T10:00:00Z", datatype=term("xsd:dateTime"))),
        ("leg:edtf", Literal("soon", datatype=NamedNode("http://id.loc.gov/datatypes/edtf/EDTF"))),
        ("leg:direct", Literal("perhaps", datatype=term("xsd:boolean"))),
        ("rdfs:label", Literal("Pétrova", language="fr")),
    ],
)
@pytest.mark.filterwarnings("ignore:Parsing weird boolean")
def test_a_bad_literal_is_a_violation_and_never_an_exception(
    validator: Validator, predicate: str, literal: Literal
) -> None:
    good = quads(harbour())
    spoilt = next(quad for quad in good if quad.predicate == term(predicate))
    bad = [quad for quad in good if quad is not spoilt]
    bad.append(Quad(spoilt.subject, spoilt.predicate, literal, spoilt.graph_name))
    assert validator.check(bad)


def test_judging_articles_together_gives_the_same_verdict_as_one_by_one(validator: Validator) -> None:
    accounts = [harbour("a"), nameless(harbour("b")), preview("c"), replace(harbour("d"), places=())]
    apart = [quads(account, names=Names(f"{NAMES.base}check/{n}/")) for n, account in enumerate(accounts)]

    together = validator.check([quad for graph in apart for quad in graph])

    assert set(together) == {violation for graph in apart for violation in validator.check(graph)}
    assert {violation.focus.split("/check/")[1][0] for violation in together} == {"1", "3"}


def test_shapes_aimed_at_their_targets_find_what_the_written_ones_find(validator: Validator) -> None:
    spoilt = quads(nameless(replace(harbour(), places=())))
    _, report, _ = pyshacl.validate(to_rdflib(spoilt), shacl_graph=packaged_shapes())
    expected = {
        (str(report.value(result, SH.focusNode)), str(report.value(result, SH.resultPath) or ""))
        for result in report.subjects(SH.resultSeverity, SH.Violation)
    }
    assert {(violation.focus, violation.path) for violation in validator.check(spoilt)} == expected
    assert len(expected) > 5


def test_a_broken_shape_is_noticed_before_any_article() -> None:
    pathless = "@prefix sh: <http://www.w3.org/ns/shacl#> . <urn:p> a sh:PropertyShape ; sh:minCount 1 ."
    with pytest.raises(ShapeLoadError):
        Validator(Graph().parse(data=pathless, format="turtle"))


def test_files_of_every_syntax_are_judged_by_themselves(validator: Validator, tmp_path: Path) -> None:
    good = Graph().parse(data=b"".join(line for line in _triples(harbour())), format="ntriples")
    files = {
        "a.ttl": good.serialize(format="turtle", encoding="utf-8"),
        "b.nt": good.serialize(format="nt", encoding="utf-8"),
        "c.rdf": good.serialize(format="xml", encoding="utf-8"),
        "d.jsonld": good.serialize(format="json-ld", encoding="utf-8"),
        "legation-0.1.0-abc.nq.gz": gzip.compress(b"".join(nquads(quads(harbour())))),
        "z.nq": b"".join(nquads(quads(nameless(harbour())))),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)

    verdicts = dict(validate_files(sorted(tmp_path.iterdir()), validator))

    assert {path.name for path, violations in verdicts.items() if not violations} == set(files) - {"z.nq"}


def _triples(account: Account) -> list[bytes]:
    return [f"{quad.triple} .\n".encode() for quad in quads(account)]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("missing.ttl", None, "missing.ttl: cannot be read"),
        ("notes.txt", b"", "not a known RDF file name"),
        ("bad.ttl", b"<a> <b> .", "not valid Turtle"),
        ("cut.nq.gz", gzip.compress(b"x" * 999, mtime=0)[:-9], "cut.nq.gz: cannot be read"),
        ("none.nq.gz", b"plain", "none.nq.gz: cannot be read"),
        ("latin.nt", '<u:a> <u:b> "é" .'.encode("latin-1"), "latin.nt: not valid"),
    ],
)
def test_an_unreadable_file_is_named(
    validator: Validator, tmp_path: Path, name: str, content: bytes | None, reason: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=reason):
        list(validate_files([tmp_path / name], validator))
