"""Every shape, against example data that conforms and example data that breaks exactly one rule of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyshacl import validate
from rdflib import RDF, SH, BNode, Graph, Literal, URIRef
from rdflib.term import Node

import shapes

EXAMPLES = Path(__file__).parent / "shapes"
CONTEXT = EXAMPLES / "context.ttl"
VALID = sorted(EXAMPLES.glob("*/valid*.ttl"))
INVALID = sorted(EXAMPLES.glob("*/invalid*.ttl"))
CONCEPTS = sorted(path.name.removesuffix(".ttl") for path in shapes.paths())


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def parsed(text: str) -> Graph:
    return Graph().parse(data=text, format="turtle")


@pytest.fixture(scope="module")
def shapes_graph() -> Graph:
    graph = Graph()
    for path in shapes.paths():
        graph.parse(data=path.read_text(encoding="utf-8"), format="turtle")
    return graph


def example(path: Path) -> Graph:
    return Graph().parse(CONTEXT).parse(path)


def violations(data: Graph, shapes_graph: Graph) -> list[tuple[Node, str]]:
    """Return the node and the message of each violation; none means that the data conforms."""
    conforms, report, text = validate(data, shacl_graph=shapes_graph, inference="none", advanced=False)
    found = [
        (focus, str(message))
        for result, focus in report.subject_objects(SH.focusNode)
        for message in report.objects(result, SH.resultMessage)
    ]
    assert conforms == (not found), text
    return found


def expected(path: Path) -> list[str]:
    return re.findall(r"^# expect: (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)


def messages_of(concept: str) -> list[str]:
    graph = parsed(next(p for p in shapes.paths() if p.name == f"{concept}.ttl").read_text(encoding="utf-8"))
    return sorted(str(message) for message in graph.objects(predicate=SH.message))


def test_shape_files_are_given_in_order() -> None:
    names = [path.name for path in shapes.paths()]
    assert names == sorted(names)
    assert names


def test_shapes_are_shacl(shapes_graph: Graph) -> None:
    conforms, _, text = validate(Graph(), shacl_graph=shapes_graph, meta_shacl=True)
    assert conforms, text


def test_the_context_of_the_examples_conforms(shapes_graph: Graph) -> None:
    assert violations(Graph().parse(CONTEXT), shapes_graph) == []


@pytest.mark.parametrize("path", VALID, ids=name)
def test_valid_example_conforms(path: Path, shapes_graph: Graph) -> None:
    assert expected(path) == []
    assert violations(example(path), shapes_graph) == []


@pytest.mark.parametrize("path", INVALID, ids=name)
def test_invalid_example_is_refused_with_its_message_and_no_other(path: Path, shapes_graph: Graph) -> None:
    wanted = expected(path)
    assert wanted, f"{path} has no line '# expect: part of the message'"
    found = {message for _, message in violations(example(path), shapes_graph)}
    assert [part for part in wanted if not any(part in message for message in found)] == []
    assert [message for message in found if not any(part in message for part in wanted)] == []


@pytest.mark.parametrize("path", INVALID, ids=name)
def test_every_node_of_an_invalid_example_is_refused(path: Path, shapes_graph: Graph) -> None:
    data = Graph().parse(path)
    refused = {focus for focus, _ in violations(data + Graph().parse(CONTEXT), shapes_graph)}
    assert [node for node in data.subjects(unique=True) if not refused & {node, *data.objects(node)}] == []


@pytest.mark.parametrize("path", [CONTEXT, *VALID, *INVALID], ids=name)
def test_a_second_engine_says_the_same_of_every_example(path: Path, shapes_graph: Graph) -> None:
    shacl = pytest.importorskip("shacl", reason="the second SHACL engine has no wheel for this machine")
    second = shacl.Shapes.from_text(shapes_graph.serialize(format="nt"), format="ntriples")
    data = example(path)
    report = second.validate_text(data.serialize(format="nt"), format="ntriples")
    assert {result.message for result in report.results} == {message for _, message in violations(data, shapes_graph)}
    assert report.conforms == (path not in INVALID)


@pytest.mark.parametrize("concept", CONCEPTS)
def test_every_shape_file_has_valid_and_invalid_examples(concept: str) -> None:
    assert [path for path in VALID if path.parent.name == concept]
    assert [path for path in INVALID if path.parent.name == concept]


@pytest.mark.parametrize("concept", CONCEPTS)
def test_every_rule_of_a_shape_is_broken_by_an_example(concept: str) -> None:
    parts = [part for path in INVALID if path.parent.name == concept for part in expected(path)]
    assert [message for message in messages_of(concept) if not any(part in message for part in parts)] == []


def test_no_example_is_left_without_its_shape() -> None:
    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir()} == set(CONCEPTS)


def test_every_constraint_has_one_english_message_of_its_own(shapes_graph: Graph) -> None:
    named = [node for node in shapes_graph.subjects(RDF.type, SH.NodeShape) if isinstance(node, URIRef)]
    assert named
    targets = {SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf}
    constraints: list[Node] = [
        node for node in named if set(shapes_graph.predicates(node)) - targets - {RDF.type, SH.property, SH.message}
    ]
    constraints += [rule for node in named for rule in shapes_graph.objects(node, SH.property)]
    told = [list(shapes_graph.objects(node, SH.message)) for node in constraints]
    assert [(node, found) for node, found in zip(constraints, told, strict=True) if len(found) != 1] == []
    texts = [found[0] for found in told]
    assert all(isinstance(text, Literal) and text.language == "en" and text.endswith(".") for text in texts)
    assert len(set(texts)) == len(texts)


def test_every_named_shape_has_a_target_and_a_name_in_the_shapes_namespace(shapes_graph: Graph) -> None:
    for node in shapes_graph.subjects(RDF.type, SH.NodeShape):
        if not isinstance(node, BNode):
            assert str(node).startswith("https://w3id.org/legation/shapes#")
            assert any(
                (node, p, None) in shapes_graph for p in (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf)
            ), node
