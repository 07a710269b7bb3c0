"""The graphs that a request names: those of the release, since nothing is ever fetched.

A graph in FROM that the release does not have is refused, for who writes a query means a graph that is there; the
engine would take it for an empty one, and the answer would not tell. The protocol's parameters come from settings of
clients, which name graphs for any server. There an absent graph is empty, as with other servers and in the protocol's
own tests, and a header of the answer says so; only what can be nothing but a file or the like is refused as well.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from pyoxigraph import NamedNode

from kg.dataset import UncertainError, named_in
from server.problem import Problem
from server.protocol import Question

ABSENT = "X-Absent-Graphs"
"""Header that names the absent graphs of a request, as ``<IRI>, <IRI>``, at most five."""


def check(question: Question, holds: Callable[[NamedNode], bool], *, base: str) -> dict[str, str]:
    """Return the headers that an answer needs, when the graphs that are named may be; ``holds`` knows which there are.

    ``base`` is what relative IRIs in the query are resolved against. A dataset in the request's parameters replaces
    that of the query (SPARQL 1.1 Protocol, section 2.1.4), which then names nothing.

    Raises:
        Problem: 400, with ``graph``, for a graph that the release does not have.
    """
    if question.default_graphs is not None or question.named_graphs is not None:
        named = dict.fromkeys([*(question.default_graphs or ()), *(question.named_graphs or ())])
        absent = [graph.value for graph in named if not holds(graph)]
        for iri in absent:
            if iri.partition(":")[0].lower() not in {"http", "https"}:
                raise _refusal(iri)
        return {ABSENT: ", ".join(f"<{quote(iri, safe=_IN_HEADER)}>" for iri in absent[:5])} if absent else {}
    try:
        graphs = named_in(question.query, base=base)
    except UncertainError as error:
        detail = f"It cannot be told which graphs the query names: {error}. Write FROM <…> with whole IRIs."
        raise Problem(400, detail) from error
    for iri in sorted(graphs):
        if not holds(NamedNode(iri)):
            raise _refusal(iri)
    return {}


_IN_HEADER = ":/?#[]@!$&'()*+,;=%~"


def _refusal(iri: str) -> Problem:
    detail = (
        f"There is no graph <{iri}> in this release, and nothing is fetched; without a dataset, a query has all"
        " graphs, and SELECT DISTINCT ?g { GRAPH ?g {} } lists them."
    )
    return Problem(400, detail, graph=iri)
