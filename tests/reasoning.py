"""Asks the OWL reasoner HermiT whether a graph contradicts itself."""

from __future__ import annotations

import io
import shutil
import warnings

import owlready2
import pytest
from rdflib import Graph

NO_JAVA = "HermiT did not run, so consistency is unproven: it needs Java (Debian: apt-get install default-jre-headless)"


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
