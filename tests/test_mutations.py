"""Each constraint of the shapes, broken once: three engines that share no code must report just that."""

from __future__ import annotations

import re
import warnings
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Set
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import SH, BNode, Graph

from kg.validate import packaged_shapes, to_rdflib
from tests.mutations import LISTS, NO_CONSTRAINT, RULES, WHOLE, Mutant, constraints, mutants, read_by_hand
from tests.second_engines import MissingError, Result, by_javascript, by_pyshacl, by_shacl

BY_HAND = read_by_hand(Path(__file__).with_name("mutations.toml"))
HOME = re.compile(r"https://w3id[.]org/legation/m(\d+)/")

pytestmark = pytest.mark.filterwarnings("ignore:Parsing weird boolean")


@pytest.fixture(scope="module")
def shapes() -> Graph:
    return packaged_shapes()


@pytest.fixture(scope="module")
def good() -> Graph:
    return Graph().parse(WHOLE)


@pytest.fixture(scope="module")
def spoilt(shapes: Graph, good: Graph) -> list[Mutant]:
    return mutants(shapes, good, BY_HAND)


@pytest.fixture(scope="module")
def data(spoilt: list[Mutant]) -> Graph:
    """All mutants in one graph, so that each engine starts once."""
    graph = Graph()
    for mutant in spoilt:
        for triple in mutant.triples:
            graph.add(triple)
    return graph


@pytest.fixture(scope="module")
def by_verdict(shapes: Graph, data: Graph) -> set[Result]:
    return by_pyshacl(shapes, data)


def differing(spoilt: Collection[Mutant], results: Set[Result]) -> Mapping[str, Set[Result]]:
    """Return, by constraint, results that were expected and are missing, or the other way round."""
    found: dict[int, set[Result]] = defaultdict(set)
    for result in results:
        home = HOME.search(result[0])
        found[int(home[1]) if home else -1].add(result)
    assert {focus for focus, *_ in found[-1]} <= {"_:"}
    wrong = {}
    for number, mutant in enumerate(spoilt):
        blank = found[-1] if isinstance(mutant.focus, BNode) else set()
        if difference := mutant.expected ^ (found[number] | blank):
            wrong[mutant.constraint.key] = difference
    return wrong


def test_all_that_shapes_say_is_known_here(shapes: Graph) -> None:
    """Else a kind of constraint could come in that nobody breaks."""
    said = {predicate for predicate in shapes.predicates() if predicate.startswith(str(SH))}
    assert said - NO_CONSTRAINT - LISTS - {SH["not"], SH.hasValue} == RULES.keys()


def test_every_constraint_has_its_mutant(shapes: Graph, spoilt: list[Mutant]) -> None:
    keys = [constraint.key for constraint in constraints(shapes)]
    assert [mutant.constraint.key for mutant in spoilt] == keys
    assert len(set(keys)) == len(keys) > 400
    assert sum(isinstance(mutant.focus, BNode) for mutant in spoilt) == 1  # more could not be told apart
    assert len({mutant.constraint.parameter for mutant in spoilt}) > 15


def test_nothing_is_broken_by_hand_that_is_no_constraint(shapes: Graph) -> None:
    keys = {constraint.key for constraint in constraints(shapes)}
    assert [key for key in BY_HAND if key not in keys] == []
    assert [key for key, change in BY_HAND.items() if bool(change.also) != bool(change.why)] == []


def test_the_good_data_are_beyond_reproach(shapes: Graph, good: Graph) -> None:
    assert by_pyshacl(shapes, good) == set()


def test_each_mutant_breaks_its_constraint_and_no_other(spoilt: list[Mutant], by_verdict: set[Result]) -> None:
    assert differing(spoilt, by_verdict) == {}


def test_the_engine_of_the_gate_agrees(shapes: Graph, data: Graph, by_verdict: set[Result]) -> None:
    try:
        results = by_shacl(shapes, data)
    except MissingError as error:
        _skip(f"the package shacl was not compared: {error}")
    assert results == by_verdict


@pytest.mark.slow
def test_an_engine_of_another_language_agrees(
    shapes: Graph, data: Graph, good: Graph, by_verdict: set[Result], tmp_path: Path
) -> None:
    try:
        results = by_javascript(shapes, data + good, tmp_path)
    except MissingError as error:
        _skip(f"rdf-validate-shacl was not compared: {error}")
    assert results == by_verdict


def test_no_nested_constraint_could_be_left_out(shapes: Graph, good: Graph, spoilt: list[Mutant]) -> None:
    """It has no result of its own: without it, its mutant or the good data must be judged otherwise."""
    shacl = pytest.importorskip("shacl", reason="the second SHACL engine has no wheel for this machine")
    lines = shapes.serialize(format="nt").splitlines()
    fine = good.serialize(format="nt")

    def verdict(rules: list[str], text: str) -> set[tuple[str, str | None]]:
        compiled = shacl.Shapes.from_text("\n".join(rules), format="ntriples")
        report = compiled.validate_text(text, format="ntriples")
        return {(result.focus_node, result.message) for result in report.results}

    nested = [mutant for mutant in spoilt if "." in mutant.constraint.within]
    assert len(nested) > 30
    idle = []
    for mutant in nested:
        subject, predicate, _ = mutant.constraint.triple
        fewer = [line for line in lines if not line.startswith(f"{subject.n3()} {predicate.n3()} ")]
        assert len(fewer) == len(lines) - 1
        graph = Graph()
        for triple in mutant.triples:
            graph.add(triple)
        text = fine + graph.serialize(format="nt")
        if verdict(fewer, text) == verdict(lines, text):
            idle.append(mutant.constraint.key)
    assert idle == []


# ---------------------------------------------------------------- where engines differ

DIFFERENCES = [
    # What is asked of a value, the value, whether it is refused, who judges otherwise, and why they are wrong (SHACL).
    (
        "sh:datatype xsd:decimal",
        '"1e3"^^xsd:decimal',
        True,
        {"pyshacl"},
        "4.1.2: ill-typed, in a type of SPARQL",
    ),
    ("sh:maxInclusive 1", '"NaN"^^xsd:double', True, {"pyshacl"}, "4.3.4: NaN <= 1 is not true"),
    ("sh:minInclusive 0", '"INF"^^xsd:double', False, {"rdf-validate-shacl"}, "4.3.2: 0 <= INF is true"),
    ('sh:languageIn ( "en" )', '"x"@enx', True, {"rdf-validate-shacl"}, "4.4.4: langMatches takes whole subtags"),
    ("sh:maxLength 1", '"😀"', False, {"rdf-validate-shacl"}, "4.4.2: STRLEN counts characters, not UTF-16"),
    (
        "sh:lessThan u:q",
        '"2022-01-01T00:00:00"^^xsd:dateTime ; u:q "2023-01-01"^^xsd:date',
        True,
        {"rdf-validate-shacl"},
        "4.5.3: what cannot be compared is a result",
    ),
    # Types that SPARQL 1.1 does not know (17.1): whether ill-formed literals of them are refused is open (4.1.2).
    # That is why the shapes have patterns for days, months and years.
    ("sh:datatype xsd:date", '"2022-13-45"^^xsd:date', True, {"rdf-validate-shacl"}, "open: no type of SPARQL"),
    ("sh:datatype xsd:date", '"-0044-03-15"^^xsd:date', False, {"pyshacl"}, "open: rdflib cannot read years before 1"),
    ("sh:datatype xsd:gYear", '"about 2022"^^xsd:gYear', False, {"rdf-validate-shacl"}, "open: no type of SPARQL"),
]
_HEAD = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix u: <urn:> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def test_where_engines_differ_is_known(tmp_path: Path) -> None:
    rules, values = Graph(), _HEAD
    for number, (asked, value, *_) in enumerate(DIFFERENCES):
        rule = f"u:s{number} a sh:NodeShape ; sh:targetNode u:f{number} ; sh:property [ sh:path u:p ; {asked} ] ."
        rules.parse(data=_HEAD + rule, format="turtle")
        values += f"u:f{number} u:p {value} .\n"
    literals = to_rdflib(ox.parse(values.encode(), ox.RdfFormat.TURTLE))
    told = {"pyshacl": by_pyshacl(rules, literals)}
    with where_possible():
        told["shacl"] = by_shacl(rules, literals)
    with where_possible():
        told["rdf-validate-shacl"] = by_javascript(rules, literals, tmp_path)
    for number, (asked, value, refused, others, why) in enumerate(DIFFERENCES):
        for name, results in told.items():
            found = any(result[0] == f"<urn:f{number}>" for result in results)
            assert found == (refused != (name in others)), f"{name} on {asked}, {value}: {why}"


@contextmanager
def where_possible() -> Iterator[None]:
    """Warn of an engine that cannot run here, and go on with the others."""
    try:
        yield
    except MissingError as error:
        warnings.warn(f"an engine was not compared: {error}", stacklevel=3)


def _skip(why: str) -> None:
    warnings.warn(why, stacklevel=2)
    pytest.skip(why)
