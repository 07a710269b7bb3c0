"""The endpoint ``/sparql`` after the SPARQL 1.1 Protocol, for queries only.

An answer is complete before its first byte goes out, so that a 200 is never the start of a partial result. The
default graph is the union of all graphs, unless the request or the query's FROM names a dataset.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Blueprint, Response, request
from pyoxigraph import QueryTriples, Store
from werkzeug.datastructures import MIMEAccept

from server import dataset, description
from server.current import Current
from server.engine import run_within
from server.formats import ALSO_RESULTS, GRAPHS, RESULTS, content_type, for_graph, for_results, write_graph
from server.guard import Vetted, vet
from server.negotiate import choose
from server.problem import Problem, problem
from server.protocol import Question, read
from server.syntax import explain


def blueprint(
    current: Current,
    *,
    base: str,
    editor: Callable[[], Response],
    timeout_s: float,
    on_overrun: Callable[[], None] | None = None,
) -> Blueprint:
    """Return the endpoint; ``editor`` makes the page for browsers that come without a query.

    ``on_overrun`` is called once a client has been told that its query ran too long.
    """
    routes = Blueprint("sparql", __name__)

    @routes.route("/sparql", methods=["GET", "POST"], strict_slashes=False)
    def sparql() -> Response:
        if request.method != "POST" and not request.query_string and not request.content_length:
            media_type = choose(request.accept_mimetypes, [*GRAPHS, "text/html"])
            if media_type == "text/html":
                return editor()
            about = description.describe(current().store, endpoint=request.base_url, base=base)
            return Response(write_graph(about, media_type), content_type=content_type(media_type))
        question = read(request)
        vetted = vet(question.query)
        store, accept = current().store, request.accept_mimetypes
        told = dataset.check(question, store.contains_named_graph, base=base)
        try:
            body, media_type = run_within(timeout_s, lambda: answer(store, question, vetted, accept, base=base))
        except TimeoutError:
            detail = (
                f"The query was given up after {timeout_s:g} seconds. Filter earlier, add a LIMIT, or use the dumps."
            )
            late = problem(504, detail, timeout_seconds=timeout_s)
            if on_overrun:
                late.call_on_close(on_overrun)
            return late
        return Response(body, content_type=content_type(media_type), headers=told)

    return routes


def answer(store: Store, question: Question, vetted: Vetted, accept: MIMEAccept, *, base: str) -> tuple[bytes, str]:
    """Return the whole answer and its media type.

    The dataset of the request comes before that of the query (protocol, section 2.1.4). Graphs are names in this
    store; nothing is fetched. Relative IRIs, where the query has no BASE, are resolved against ``base``, which is the
    service's own as the protocol asks for (section 2.3).

    Raises:
        Problem: 400 with ``line`` and ``column`` when the query cannot be parsed, 406 when no format suits.
    """
    with told_plainly(vetted.text):
        if question.default_graphs is not None or question.named_graphs is not None:
            result = store.query(
                vetted.text,
                base_iri=base,
                default_graph=list(question.default_graphs or ()),
                named_graphs=list(question.named_graphs or ()),
            )
        else:
            result = store.query(vetted.text, base_iri=base, use_default_graph_as_union=not vetted.has_dataset)
        if isinstance(result, QueryTriples):
            media_type = for_graph(accept, question.format)
            return write_graph(result, media_type), media_type
        media_type = for_results(accept, question.format)
        return result.serialize(format={**RESULTS, **ALSO_RESULTS}[media_type]) or b"", media_type


@contextmanager
def told_plainly(query: str) -> Iterator[None]:
    """Raise what the engine says against a query in words that help its author.

    Raises:
        Problem: 400, with ``line`` and ``column`` when the query cannot be parsed.
    """
    try:
        yield
    except SyntaxError as error:
        line, column, reason = explain(query, error.msg)
        detail = f"The query cannot be parsed at line {line}, column {column}: {reason}."
        raise Problem(400, detail, line=line, column=column) from error
    except RuntimeError as error:  # a function or a type that the engine does not have
        raise Problem(400, f"The query cannot be evaluated: {error}.") from error
