"""The endpoint ``/sparql`` after the SPARQL 1.1 Protocol, for queries only.

An answer is complete before its first byte goes out, so that a 200 is never the start of a partial result. The
default graph is the union of all graphs, unless the request or the query's FROM names a dataset.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qsl

from flask import Blueprint, Request, Response, request
from pyoxigraph import NamedNode, QueryTriples, Store
from werkzeug.datastructures import MIMEAccept

from server import description
from server.current import Current
from server.engine import run_within
from server.formats import GRAPHS, RESULTS, content_type, write_graph
from server.guard import READ_ONLY, Vetted, vet
from server.negotiate import choose
from server.problem import Problem, problem
from server.syntax import explain

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
UPDATE = "application/sparql-update"

UPDATE_TERMS = frozenset({"update", "using-graph-uri", "using-named-graph-uri"})


@dataclass(frozen=True)
class Question:
    """A query as the protocol brings it; None as the graphs means that the request names no dataset."""

    query: str
    default_graphs: tuple[NamedNode, ...] | None = None
    named_graphs: tuple[NamedNode, ...] | None = None


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

    @routes.route("/sparql", methods=["GET", "POST"])
    def sparql() -> Response:
        if request.method != "POST" and not request.query_string:
            media_type = choose(request.accept_mimetypes, [*GRAPHS, "text/html"])
            if media_type == "text/html":
                return editor()
            about = description.describe(current().store, endpoint=request.base_url, base=base)
            return Response(write_graph(about, media_type), content_type=content_type(media_type))
        question = read(request)
        vetted = vet(question.query)
        store, accept = current().store, request.accept_mimetypes
        try:
            body, media_type = run_within(timeout_s, lambda: answer(store, question, vetted, accept))
        except TimeoutError:
            detail = (
                f"The query was given up after {timeout_s:g} seconds. Filter earlier, add a LIMIT, or use the dumps."
            )
            late = problem(504, detail, timeout_seconds=timeout_s)
            if on_overrun:
                late.call_on_close(on_overrun)
            return late
        return Response(body, content_type=content_type(media_type))

    return routes


def read(incoming: Request) -> Question:
    """Return what a request asks (SPARQL 1.1 Protocol, section 2.1).

    Raises:
        Problem: 400 when the query is missing, repeated or not UTF-8, 403 for an update, 415 for another body.
    """
    pairs = _pairs(incoming.query_string, "query string")
    if incoming.method == "POST":
        kind = incoming.mimetype
        if kind == UPDATE:
            raise Problem(403, READ_ONLY)
        if kind not in (FORM, DIRECT) or incoming.mimetype_params.get("charset", "utf-8").lower() != "utf-8":
            accepted = f"{DIRECT}, {FORM}"
            raise Problem(415, f"POST a query as {accepted}, in UTF-8.", headers={"Accept-Post": accepted})
        body = incoming.get_data(cache=False)
        pairs += _pairs(body, "body") if kind == FORM else [("query", _utf8(body, "body"))]
    if any(name in UPDATE_TERMS for name, _ in pairs):
        raise Problem(403, READ_ONLY)
    queries = [value for name, value in pairs if name == "query"]
    if len(queries) != 1:
        found = f"{len(queries)} were found" if queries else "there is none"
        raise Problem(400, f"A request carries exactly one query, as the parameter 'query'; here {found}.")
    default, named = _graphs(pairs, "default-graph-uri"), _graphs(pairs, "named-graph-uri")
    if default or named:
        return Question(queries[0], default, named)
    return Question(queries[0])


def answer(store: Store, question: Question, vetted: Vetted, accept: MIMEAccept) -> tuple[bytes, str]:
    """Return the whole answer and its media type.

    The dataset of the request comes before that of the query (protocol, section 2.1.4). Graphs are names in this
    store; nothing is fetched.

    Raises:
        Problem: 400 with ``line`` and ``column`` when the query cannot be parsed, 406 when no format suits.
    """
    with told_plainly(vetted.text):
        if question.default_graphs is not None or question.named_graphs is not None:
            result = store.query(
                vetted.text,
                default_graph=list(question.default_graphs or ()),
                named_graphs=list(question.named_graphs or ()),
            )
        else:
            result = store.query(vetted.text, use_default_graph_as_union=not vetted.has_dataset)
        if isinstance(result, QueryTriples):
            media_type = choose(accept, list(GRAPHS))
            return write_graph(result, media_type), media_type
        media_type = choose(accept, list(RESULTS))
        return result.serialize(format=RESULTS[media_type]) or b"", media_type


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


def _graphs(pairs: Iterable[tuple[str, str]], name: str) -> tuple[NamedNode, ...]:
    try:
        return tuple(NamedNode(value) for key, value in pairs if key == name)
    except ValueError as error:
        raise Problem(400, f"Each {name} is an absolute IRI: {error}.") from error


def _pairs(encoded: bytes, where: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=1000)
    except UnicodeDecodeError as error:
        raise Problem(400, f"The {where} is not UTF-8 in percent encoding; encode the parameters.") from error
    except ValueError as error:
        raise Problem(400, f"The {where} has more than 1,000 parameters; send one query a request.") from error


def _utf8(body: bytes, where: str) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem(
            400, f"The {where} is not UTF-8, from byte {error.start} on; encode the query in UTF-8."
        ) from error
