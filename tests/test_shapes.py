"""Every shape, against example data that conforms and example data that breaks exactly one rule of it.

``valid…`` examples conform, ``invalid…`` ones break what they say that they do. Warnings and hints are left to
``test_mutations.py``, where every constraint is broken.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pyshacl import validate
from rdflib import DCTERMS, OWL, RDF, RDFS, SH, BNode, Graph, Literal, URIRef
from rdflib.term import Node

import shapes
from kg.release import software_version
from kg.validate import SEVERITIES, at_least, packaged_shapes
from kg.validate.profile import flattened
from kg.validate.results import path_text

EXAMPLES = Path(__file__).parent / "shapes"
CONTEXT = EXAMPLES / "context.ttl"
VALID = sorted(EXAMPLES.glob("*/valid*.ttl"))
INVALID = sorted(EXAMPLES.glob("*/invalid*.ttl"))
CONCEPTS = sorted(path.name.removesuffix(".ttl") for path in shapes.paths() if path.name != "about.ttl")
"""What there are shapes of; one file says what they are together."""


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def parsed(text: str) -> Graph:
    return Graph().parse(data=text, format="turtle")


@pytest.fixture(scope="module")
def profile() -> Graph:
    """All shapes, the warnings and hints too."""
    return packaged_shapes()


Found = tuple[Node, str]
"""The node and the message of a violation."""


@pytest.fixture(scope="module")
def shapes_graph() -> Graph:
    """The shapes that make data wrong."""
    return at_least(packaged_shapes(), "violation")


@cache
def own(path: Path) -> Graph:
    return Graph().parse(path)


def example(path: Path) -> Graph:
    return own(CONTEXT) + own(path)


@pytest.fixture(scope="module")
def violations(shapes_graph: Graph) -> Callable[[Path], list[Found]]:
    """What each example violates together with the context, found once; nothing means that it conforms."""
    aimed = flattened(shapes_graph)

    @cache
    def found_in(path: Path) -> list[Found]:
        conforms, report, text = validate(example(path), shacl_graph=aimed)
        found = [
            (focus, str(message))
            for result, focus in report.subject_objects(SH.focusNode)
            for message in report.objects(result, SH.resultMessage)
        ]
        assert conforms == (not found), text
        return found

    return found_in


@pytest.fixture(scope="module")
def second(shapes_graph: Graph) -> object:
    """The same shapes in a second engine."""
    shacl = pytest.importorskip("shacl", reason="the second SHACL engine has no wheel for this machine")
    return shacl.Shapes.from_text(shapes_graph.serialize(format="nt"), format="ntriples")


def expected(path: Path) -> list[str]:
    return re.findall(r"^# expect: (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_shape_files_are_given_in_order() -> None:
    names = [path.name for path in shapes.paths()]
    assert names == sorted(names)
    assert names


def test_shapes_are_shacl() -> None:
    conforms, _, text = validate(Graph(), shacl_graph=packaged_shapes(), meta_shacl=True)
    assert conforms, text


def test_the_context_of_the_examples_conforms(violations: Callable[[Path], list[Found]]) -> None:
    assert violations(CONTEXT) == []


@pytest.mark.parametrize("path", VALID, ids=name)
def test_valid_example_conforms(path: Path, violations: Callable[[Path], list[Found]]) -> None:
    assert expected(path) == []
    assert violations(path) == []


@pytest.mark.parametrize("path", INVALID, ids=name)
def test_invalid_example_is_refused_with_its_message_and_no_other(
    path: Path, violations: Callable[[Path], list[Found]]
) -> None:
    wanted = expected(path)
    assert wanted, f"{path} has no line '# expect: part of the message'"
    found = {message for _, message in violations(path)}
    assert [part for part in wanted if not any(part in message for message in found)] == []
    assert [message for message in found if not any(part in message for part in wanted)] == []


@pytest.mark.parametrize("path", INVALID, ids=name)
def test_every_node_of_an_invalid_example_is_refused(path: Path, violations: Callable[[Path], list[Found]]) -> None:
    refused = {focus for focus, _ in violations(path)}
    data = own(path)
    assert [node for node in data.subjects(unique=True) if not refused & {node, *data.objects(node)}] == []


@pytest.mark.parametrize("path", [CONTEXT, *VALID, *INVALID], ids=name)
def test_a_second_engine_says_the_same_of_every_example(
    path: Path, second: Any, violations: Callable[[Path], list[Found]]
) -> None:
    report = second.validate_text(example(path).serialize(format="nt"), format="ntriples")
    assert {result.message for result in report.results} == {message for _, message in violations(path)}
    assert report.conforms == (path not in INVALID)


@pytest.mark.parametrize("concept", CONCEPTS)
def test_every_shape_file_has_valid_and_invalid_examples(concept: str) -> None:
    assert [path for path in VALID if path.parent.name == concept]
    assert [path for path in INVALID if path.parent.name == concept]


def test_no_example_is_left_without_its_shape() -> None:
    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir()} == set(CONCEPTS)


TARGETS = {SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf}
WORDS = {RDF.type, RDFS.label, RDFS.comment, SH.property, SH.message, SH.severity}


def test_every_constraint_has_one_english_message_of_its_own(profile: Graph) -> None:
    constraints: list[Node] = [node for node in named(profile) if set(profile.predicates(node)) - TARGETS - WORDS]
    constraints += [rule for node in named(profile) for rule in profile.objects(node, SH.property)]
    told = [list(profile.objects(node, SH.message)) for node in constraints]
    assert [(node, found) for node, found in zip(constraints, told, strict=True) if len(found) != 1] == []
    texts = [found[0] for found in told]
    assert all(isinstance(text, Literal) and text.language == "en" and text.endswith(".") for text in texts)
    assert len(set(texts)) == len(texts)


def test_every_shape_has_its_words(profile: Graph) -> None:
    """Of these the documentation of the profile is made."""
    for node in named(profile):
        for predicate in (RDFS.label, RDFS.comment):
            assert [str(text) for text in profile.objects(node, predicate) if text.language == "en"], (node, predicate)
        for rule in profile.objects(node, SH.property):
            (name,) = profile.objects(rule, SH.name)
            assert isinstance(name, Literal)
            assert name.language == "en"
            assert name.strip()
    labels = [str(profile.value(node, RDFS.label)) for node in named(profile)]
    assert len(set(labels)) == len(labels)


def test_every_named_shape_has_a_target_and_a_name_in_the_shapes_namespace(profile: Graph) -> None:
    for node in named(profile):
        assert str(node).startswith("https://w3id.org/legation/shapes#")
        assert any((node, target, None) in profile for target in TARGETS), node


def test_one_shape_has_one_name_for_one_path(profile: Graph) -> None:
    for node in named(profile):
        told: dict[str, set[str]] = defaultdict(set)
        for rule in profile.objects(node, SH.property):
            told[path_text(profile, profile.value(rule, SH.path))].add(str(profile.value(rule, SH.name)))
        assert [(path, names) for path, names in told.items() if len(names) > 1] == []


def test_the_three_severities_are_used(profile: Graph) -> None:
    told = Counter(profile.objects(None, SH.severity))
    assert told.keys() == {SH.Warning, SH.Info}  # a violation is what is said of a shape by saying nothing
    assert min(told.values()) >= 5


def test_a_severity_leaves_out_what_is_less_grave(profile: Graph) -> None:
    less = {severity: set(at_least(profile, severity).objects(None, SH.message)) for severity in SEVERITIES}
    graver = {profile.value(node, SH.message): node for node in profile.subjects(SH.message)}
    assert less["info"] == set(graver)
    for lower, severity, rank in (("info", SH.Info, "warning"), ("warning", SH.Warning, "violation")):
        gone = {message for message, node in graver.items() if (node, SH.severity, severity) in profile}
        assert less[lower] - less[rank] == gone
    gate = at_least(profile, "violation")
    assert not list(gate.objects(None, SH.severity))
    held = set(gate.objects(None, None))
    assert [node for node in gate.subjects() if isinstance(node, BNode) and node not in held] == []


def test_the_shapes_say_what_they_are(profile: Graph) -> None:
    node = URIRef("https://w3id.org/legation/shapes")
    assert (node, RDF.type, OWL.Ontology) in profile
    version = str(profile.value(node, OWL.versionInfo))
    assert version == software_version()
    assert profile.value(node, OWL.versionIRI) == URIRef(f"{node}/{version}")
    assert (node, DCTERMS.license, URIRef("https://creativecommons.org/licenses/by/4.0/")) in profile
    assert not list(profile.triples((None, SH.entailment, None)))


def named(profile: Graph) -> list[URIRef]:
    return sorted(node for node in profile.subjects(RDF.type, SH.NodeShape) if isinstance(node, URIRef))
