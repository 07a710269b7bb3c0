"""The endpoint ``/sparql`` after the SPARQL 1.1 Protocol, for queries only.

A request is read, its query vetted, and a query process asked. What comes back in time and within the limits goes
out as it comes; the first 64 KiB are held back, so that a 200 is hardly ever the start of a partial result, and if it
is, the connection breaks. The default graph is the union of all graphs, unless the request or the query's FROM names
a dataset.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib.metadata import version
from typing import Any

from flask import Blueprint, Request, Response, request

from kg.tokens import keywords
from server import dataset, description
from server.current import Current
from server.encoding import accepted
from server.federation import Call, Federation, federate
from server.formats import GRAPHS, content_type, write_graph
from server.guard import REMEMBERED, Vetted
from server.kept import Answer, Kept
from server.limits import Limits
from server.negotiate import choose, for_graph, for_results
from server.observe import asked, exchange, who
from server.problem import Problem
from server.protocol import Question, read
from server.query.delivery import Delivery, Disk, is_gone
from server.query.pool import Pool

CHANGING = frozenset({"NOW", "RAND", "UUID", "STRUUID", "BNODE"})
"""Functions with which an answer differs from one time to the next, so that it has no ETag."""

_SERIALIZERS = version("pyoxigraph")
_MAKES_NODES = re.compile(r"_:|\[|\(")


def blueprint(
    current: Current,
    pool: Pool,
    *,
    base: str,
    editor: Callable[[], Response],
    federation: Federation | None = None,
    tell_call: Callable[[Call], None] = lambda _: None,
) -> Blueprint:
    """Return the endpoint; ``editor`` makes the page for browsers that come without a query.

    ``federation`` says whom SERVICE may call: nobody, unless given. ``tell_call`` hears what came of each call.
    """
    routes = Blueprint("sparql", __name__)
    disk, kept = Disk(pool.limits.spool_bytes), Kept(pool.limits.kept_bytes)
    elsewhere = federation or Federation()
    described: dict[str, description.Graphs] = {}

    @routes.route("/sparql", methods=["GET", "POST"], strict_slashes=False)
    def sparql() -> Response:
        if request.method != "POST" and not request.query_string and not request.content_length:
            media_type = choose(request.accept_mimetypes, [*GRAPHS, "text/html"])
            if media_type == "text/html":
                return editor()
            release = current()
            graphs = described.get(release.version)
            if graphs is None:
                graphs = description.Graphs.of(release.store, base=base)
                described.clear()
                described[release.version] = graphs
            triples = release.manifest.get("counts", {}).get("quads")
            about = description.describe(
                graphs, endpoint=request.base_url, base=base, triples=triples, federated=bool(elsewhere.endpoints)
            )
            return Response(write_graph(about, media_type), content_type=content_type(media_type))
        question = read(request)
        asked(question.query)
        release, limits = current(), pool.limits
        timeout_s = min(question.timeout_s or limits.timeout_s, limits.timeout_s)
        rewritten = federate(question.query, elsewhere, seconds=timeout_s, base=base, on_call=tell_call)
        wanted = ask(question, request, rewritten.vetted, release=release.path.as_posix(), base=base, limits=limits)
        told = dataset.check(question, release.store.contains_named_graph, base=base)
        tag = etag(wanted, release.version, pool.in_memory) if request.method != "POST" and not rewritten.calls else ""
        if tag and request.if_none_match.contains_weak(tag) and not request.if_none_match.star_tag:
            return Response(status=304, headers=_caching(tag))
        if tag and (answer := kept.get(tag)):
            return _response(answer.body, answer.media_type, answer.encoding, _caching(tag) | told)
        client = request.environ.get("gunicorn.socket")
        try:
            loan = pool.lend(who().key, is_gone=lambda: is_gone(client))
            left_s = max(0.1, timeout_s - rewritten.seconds)
            delivery = Delivery(loan, disk=disk, timeout_s=left_s, client=client, tell=_noting())
            delivery.ask(wanted)
            whole = delivery.is_whole or request.method == "HEAD"
            body = delivery.whole() if whole else delivery.body()
        except ConnectionAbortedError:
            return Response(status=499)  # as logs have it; nobody is there to read it
        media_type, encoding = str(delivery.head["media_type"]), str(delivery.head["encoding"])
        if tag and isinstance(body, bytes) and request.method != "HEAD":
            kept.put(tag, Answer(body, media_type, encoding))
        return _response(body, media_type, encoding, _caching(tag) | told)

    return routes


def ask(
    question: Question, incoming: Request, vetted: Vetted, *, release: str, base: str, limits: Limits
) -> dict[str, Any]:
    """Return what a query process is asked: it knows the form of the query, and so which of the two formats it takes.

    ``base`` is the service's own base IRI, which the protocol asks for (section 2.3): that of the data.

    Raises:
        Problem: No format that is offered suits the client.
    """
    chosen, refusal = {}, {}
    for form, pick in (("results", for_results), ("graph", for_graph)):
        try:
            chosen[form] = pick(incoming.accept_mimetypes, question.formats)
        except Problem as problem:
            if problem.status != 406:
                raise
            refusal[form] = problem.detail
    if not chosen:
        raise Problem(406, f"{refusal['results']} Of CONSTRUCT and DESCRIBE, ask for {', '.join(GRAPHS)}.")
    from_request = question.default_graphs is not None or question.named_graphs is not None
    return {
        "release": release,
        "query": vetted.text,
        "base": base,
        "union": not from_request and not vetted.has_dataset,
        "default": [node.value for node in question.default_graphs or ()] if from_request else None,
        "named": [node.value for node in question.named_graphs or ()] if from_request else None,
        "results": chosen.get("results"),
        "graph": chosen.get("graph"),
        "refusal": refusal,
        "encoding": accepted(incoming),
        "most_bytes": limits.answer_bytes,
        "most_rows": limits.rows,
        "head_only": incoming.method == "HEAD",
    }


def etag(asked: dict[str, Any], release: str, in_memory: bool) -> str:
    """Return a name for the bytes of the answer, empty where they differ from one time to the next.

    It is made of the release, whose content its version names, the query, the dataset, the format and the encoding;
    and of whether the release is held in memory, since the order of rows hangs on that where the query names none.
    """
    if _is_new_each_time(asked["query"]):
        return ""
    names = ("query", "base", "default", "named", "results", "graph", "encoding")
    content = json.dumps([release, _SERIALIZERS, in_memory, *(asked[name] for name in names)])
    return hashlib.sha256(content.encode()).hexdigest()[:32]


@lru_cache(maxsize=REMEMBERED)
def _is_new_each_time(query: str) -> bool:
    """Tell whether a query may have another answer the next time, of the same release."""
    words = set(keywords(query))
    return bool(words & CHANGING or ("CONSTRUCT" in words and _MAKES_NODES.search(query)))


def _response(body: bytes | Iterator[bytes], media_type: str, encoding: str, headers: dict[str, str]) -> Response:
    encoded = {"Content-Encoding": encoding} if encoding else {}
    return Response(body, headers={**headers, **encoded}, content_type=content_type(media_type))


def _caching(tag: str) -> dict[str, str]:
    """Let caches keep an answer, and ask each time whether it is still the one: a new release may come any moment."""
    named = {"ETag": f'"{tag}"', "Cache-Control": "public, no-cache"} if tag else {"Cache-Control": "no-store"}
    return {**named, "Vary": "Accept, Accept-Encoding"}


def _noting() -> Callable[[str], None]:
    """Return what notes how the query of the request at hand ended, also when that is after the request."""
    noted = exchange()

    def note(outcome: str) -> None:
        if noted:
            noted.outcome = outcome

    return note
