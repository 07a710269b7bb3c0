"""Asks OWL reasoners about a graph: HermiT, by way of owlready2 or of the OWL API that comes with it, and owlrl."""

from __future__ import annotations

import io
import shutil
import subprocess
import warnings
from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path

import owlready2
import owlrl
import pytest
from rdflib import OWL, RDF, RDFS, XSD, Graph, Literal, URIRef
from rdflib.term import Node

NO_JAVA = "HermiT did not run, so consistency is unproven: it needs Java (Debian: apt-get install default-jdk-headless)"
NO_COMPILER = "The OWL API was not asked: it needs Java's compiler (Debian: apt-get install default-jdk-headless)"
PROGRAM = Path(__file__).parent / "owl" / "Owl.java"
TIMEOUT_S = 240

OWL_2 = {XSD[name] for name in ("boolean", "dateTime", "decimal", "double", "integer", "nonNegativeInteger", "string")}
"""The datatypes of the OWL 2 datatype map that the ontology and the data use; SHACL checks those of the others."""

LOGICAL = {RDF.type, RDFS.domain, RDFS.range, RDFS.subClassOf, RDFS.subPropertyOf}
LOGICAL |= {OWL.differentFrom, OWL.disjointWith, OWL.sameAs}
ABOUT_PROPERTIES = {RDFS.domain, RDFS.range, RDFS.subPropertyOf}

Fact = tuple[Node, Node, Node]


def require_java() -> None:
    """Skip the running test, with a warning that the summary shows, where there is no Java to run HermiT."""
    if shutil.which(owlready2.JAVA_EXE) is None:
        warnings.warn(NO_JAVA, stacklevel=2)
        pytest.skip(NO_JAVA)


def is_consistent(graph: Graph) -> bool:
    """Return whether HermiT finds a model of the graph, which holds the ontology and, where wanted, data.

    Literals of datatypes outside the OWL 2 map (EDTF, xsd:date, xsd:gYear) are opaque to HermiT: it neither
    fails on them nor checks their form, which SHACL does. The ontology gives no such datatype as a range, so
    no contradiction is overlooked for it. Blank nodes are fine.
    """
    require_java()
    world = owlready2.World()
    loaded = world.get_ontology("https://w3id.org/legation/checked#").load(
        fileobj=io.BytesIO(graph.serialize(format="nt", encoding="utf-8"))
    )
    try:
        with loaded:
            owlready2.sync_reasoner_hermit(world, debug=0, ignore_unsupported_datatypes=True)
    except owlready2.OwlReadyInconsistentOntologyError:
        return False
    return True


def logical(graph: Graph) -> Graph:
    """Return what a reasoner can conclude from: the axioms, and the facts of properties that axioms speak of.

    Annotations are left out, and literals that OWL 2 has no datatype for. Both reasoners get this graph, so that
    they differ in their rules only, and need no options.
    """
    properties = {node for axiom in ABOUT_PROPERTIES for pair in graph.subject_objects(axiom) for node in pair}
    notes = set(graph.subjects(RDF.type, OWL.Axiom))
    kept = Graph()
    for s, p, o in graph:
        known = not isinstance(o, Literal) or o.datatype is None or o.datatype in OWL_2
        if (p in LOGICAL or p in properties) and s not in notes and known:
            kept.add((s, p, o))
    return kept


def owl_api(*arguments: str) -> list[str]:
    """Return the lines that ``Owl.java`` prints; skips the test, loudly, where Java cannot compile it.

    Raises:
        AssertionError: the program fails, with what it says.
    """
    require_java()
    modules = subprocess.run([owlready2.JAVA_EXE, "--list-modules"], capture_output=True, text=True, timeout=TIMEOUT_S)
    if "jdk.compiler" not in modules.stdout:
        warnings.warn(NO_COMPILER, stacklevel=2)
        pytest.skip(NO_COMPILER)
    archive = str(files("owlready2") / "hermit" / "HermiT.jar")
    command = [owlready2.JAVA_EXE, "-cp", archive, str(PROGRAM), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=TIMEOUT_S)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def violations(graphs: Sequence[Graph], folder: Path) -> list[list[str]]:
    """Return in which ways each graph is not OWL 2 DL, after the OWL API's checker of that profile."""
    paths = _written(graphs, folder)
    found = [line.split("\t", 1) for line in owl_api("profile", *paths)]
    return [[what for where, what in found if where == path] for path in paths]


def verdicts(graphs: Sequence[Graph], folder: Path) -> list[bool]:
    """Return whether HermiT finds a model of each graph, which holds only what :func:`logical` keeps."""
    return [line == "true" for line in owl_api("consistent", *_written(graphs, folder))]


def entailed_by_hermit(graph: Graph, wanted: Iterable[URIRef], folder: Path) -> set[Fact]:
    """Return the facts of the wanted classes and object properties that follow by OWL 2's direct semantics."""
    (path,) = _written([graph], folder)
    facts = (line.split("\t") for line in owl_api("entailed", path, *wanted))
    return {(URIRef(s), URIRef(p), URIRef(o)) for s, p, o in facts}


def entailed_by_rules(graph: Graph, wanted: Iterable[URIRef]) -> set[Fact]:
    """Return the facts of the wanted classes and object properties that follow by the rules of OWL 2 RL."""
    closed, errors = _closed(graph)
    assert errors == []
    terms = set(wanted)
    return {(s, p, o) for s, p, o in closed if isinstance(s, URIRef) and (p in terms or (p == RDF.type and o in terms))}


def contradictions(graph: Graph) -> list[str]:
    """Return which contradictions the rules of OWL 2 RL find."""
    return _closed(graph)[1]


def _closed(graph: Graph) -> tuple[Graph, list[str]]:
    closed = graph + Graph()
    rules = owlrl.OWLRL.OWLRL_Semantics(closed, axioms=False, daxioms=False)
    rules.closure()
    return closed, list(rules.error_messages)


def _written(graphs: Sequence[Graph], folder: Path) -> list[str]:
    paths = [folder / f"{number}.owl" for number in range(len(graphs))]
    for graph, path in zip(graphs, paths, strict=True):
        graph.serialize(path, format="xml")
    return [str(path) for path in paths]
