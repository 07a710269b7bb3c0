"""The gate before publication: what passes, what is refused and in which words."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pyshacl
import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad
from pyshacl.errors import ShapeLoadError
from rdflib import SH, Graph

from kg.errors import InputError
from kg.iri import Names, term
from kg.merge import merge
from kg.rdf import EDTF, graph_quads, ontology_quads
from kg.records import Account
from kg.validate import Validator, at_least, describe, judge, packaged_shapes, to_rdflib
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


def test_what_is_only_poor_refuses_nothing(validator: Validator) -> None:
    """The event has no date, its article no address, its report is most unsure: all of it is told, none refused."""
    account = harbour()
    unsure = [replace(report, confidence=0.2, edtf=None) for report in account.reports]
    data = quads(replace(account, reports=tuple(unsure)))
    assert validator.check(data) == ()
    found = judge(to_rdflib(data), packaged_shapes())
    assert found.conforms
    assert found.counts["warning"] > 3
    assert found.counts["info"] > 1


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


def test_shapes_aimed_at_their_targets_find_what_the_written_ones_find(validator: Validator) -> None:
    spoilt = quads(nameless(replace(harbour(), places=())))
    _, report, _ = pyshacl.validate(to_rdflib(spoilt), shacl_graph=at_least(packaged_shapes(), "violation"))
    expected = {
        (str(report.value(result, SH.focusNode)), str(report.value(result, SH.resultPath) or ""))
        for result in report.subjects(SH.resultSeverity, SH.Violation)
    }
    assert {(violation.focus, violation.path) for violation in validator.check(spoilt)} == expected
    assert len(expected) > 5


def test_what_conforms_is_passed_by_the_compiled_engine_alone(
    validator: Validator, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("shacl", reason="the compiled SHACL engine has no wheel for this machine")
    monkeypatch.setattr("kg.validate.gate.pyshacl.validate", pytest.fail)
    assert validator.judge([*quads(harbour(), preview()), *ontology_quads(NAMES)]) == ()


def test_without_the_compiled_engine_everything_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "shacl", None)
    slow = Validator()
    assert slow.judge(quads(harbour())) == ()
    assert slow.judge(quads(nameless(harbour()))) == slow.check(quads(nameless(harbour()))) != ()


def test_what_the_compiled_engine_cannot_read_is_left_to_the_verdict(validator: Validator) -> None:
    (first, *rest) = quads(harbour())
    with pytest.raises(InputError, match="triple term"):
        validator.judge([*rest, Quad(first.subject, first.predicate, first.triple, first.graph_name)])


WRONG = (
    BlankNode("nobody"),
    NamedNode("https://elsewhere.example/thing"),
    NamedNode(f"{NAMES.base}place/harbour-no"),
    NamedNode(f"{NAMES.base}article/harbour#char=1,2"),
    Literal(""),
    Literal("so"),
    Literal("so", language="en"),
    Literal("so", language="fr"),
    *(
        Literal(text, datatype=datatype)
        for datatype in (*map(term, ("xsd:date", "xsd:boolean", "xsd:decimal", "xsd:nonNegativeInteger")), EDTF)
        for text in ("-1", "0", "2", "1.5", "1e3", "true", "2022", "2022-02-30", "2022-05-18", " 2022-05-18 ", "..")
    ),
)


def spoilt(good: Sequence[Quad]) -> Iterator[tuple[str, list[Quad]]]:
    """Yield the quads without one statement or its subject and, where a shape asks for a value, with wrong ones."""
    asked = {str(path) for path in packaged_shapes().objects(predicate=SH.path)}
    first: dict[object, Quad] = {}
    for quad in good:
        first.setdefault(quad.object if quad.predicate == term("rdf:type") else quad.predicate, quad)
    for quad in first.values():
        rest = [other for other in good if other is not quad]
        yield f"without {quad}", rest
        yield f"without the subject of {quad}", [other for other in good if other.subject != quad.subject]
        if quad.predicate.value in asked:
            for value in WRONG:
                changed = Quad(quad.subject, quad.predicate, value, quad.graph_name)
                yield f"{changed} instead", [*rest, changed]
                yield f"{changed} too", [*good, changed]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Parsing weird boolean")
def test_the_compiled_engine_passes_nothing_that_the_verdict_refuses(validator: Validator) -> None:
    pytest.importorskip("shacl", reason="the compiled SHACL engine has no wheel for this machine")
    cases = list(spoilt(quads(harbour())))
    passed = [(what, data) for what, data in cases if validator.passes(data)]
    assert [what for what, data in passed if validator.check(data)] == []
    assert 50 < len(passed) < len(cases) / 10


def test_a_broken_shape_is_noticed_before_any_article() -> None:
    pathless = "@prefix sh: <http://www.w3.org/ns/shacl#> . <urn:p> a sh:PropertyShape ; sh:minCount 1 ."
    with pytest.raises(ShapeLoadError):
        Validator(Graph().parse(data=pathless, format="turtle"))
