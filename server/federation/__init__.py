"""SERVICE, to endpoints that the operator allows: asked from the front, before the query goes where nothing can call.

The processes that evaluate queries have no sockets. So the front finds the clauses, asks each endpoint for the
solutions of its pattern, and writes them into the query as inline data.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Overdue
from dataclasses import dataclass, replace

from kg.errors import AnswerError, ServiceError
from server.federation.asking import LATE, LateError, ask
from server.federation.clauses import Clause, expand, find
from server.federation.settings import Federation
from server.federation.solutions import inline, nothing_known, table
from server.guard import CallsOut, Vetted, vet
from server.problem import Problem

__all__ = ["Call", "Federation", "Rewritten", "federate"]

BUSY = "too many other calls are under way"


@dataclass(frozen=True)
class Call:
    """One call: to whom, what came of it (ok, timeout, busy, failed or unusable), after how many milliseconds."""

    endpoint: str
    status: str
    ms: float
    rows: int = 0


@dataclass(frozen=True)
class Rewritten:
    """A query that may be handed to the engine, and the calls that were made for it.

    What rests on calls may be different the next time: such an answer has no ETag and is not kept.
    """

    vetted: Vetted
    calls: tuple[Call, ...] = ()
    seconds: float = 0.0
    """How long the calls took together."""


def federate(
    query: str,
    federation: Federation,
    *,
    seconds: float,
    base: str = "",
    on_call: Callable[[Call], None] = lambda call: None,
) -> Rewritten:
    """Return the query vetted, with data in the place of its SERVICE clauses; it has ``seconds`` left in all.

    ``base`` is what relative IRIs count from in a query without BASE.

    What is vetted is the query with empty data. Putting in the rows afterwards opens no door: they stand between the
    same two tokens, consist of terms that we write ourselves, and are no part of any nesting. ``on_call`` is told of
    each call, also of those that fail.

    Raises:
        Problem: As :func:`server.guard.vet`; 403 for an endpoint that is not allowed, 400 for a query that may be read
            in two ways or calls too often; 502 or 504 when an endpoint fails and the clause is not SILENT; 503 when
            too many calls are under way.
    """
    try:
        return Rewritten(vet(query))
    except CallsOut:
        if not federation.endpoints:
            raise
    clauses = find(query, federation.endpoints, base=base)
    if len(clauses) > federation.clauses:
        detail = f"The query has {len(clauses)} SERVICE clauses; {federation.clauses} are allowed. Split it."
        raise Problem(400, detail, limit="services")
    vetted = _without_calls(query, clauses)
    started = time.monotonic()
    until = started + min(seconds, federation.timeout_s)
    asked = [federation.threads.submit(_solutions, clause, federation, until) for clause in clauses]
    try:
        told = [_told(clause, one, until, on_call) for clause, one in zip(clauses, asked, strict=True)]
    finally:
        for one in asked:
            one.cancel()
    text = expand(query, clauses, [data for data, _ in told])
    return Rewritten(replace(vetted, text=text), tuple(call for _, call in told), time.monotonic() - started)


def _without_calls(query: str, clauses: Sequence[Clause]) -> Vetted:
    """Return the query with empty data in place of the clauses; nothing else in it, or in them, may call out."""
    try:
        for clause in clauses:
            vet(clause.question)
        return vet(expand(query, clauses, [table(clause.visible, ()) for clause in clauses]))
    except CallsOut as error:
        detail = (
            "There may be one more SERVICE in the query than can be made out; write each as SERVICE <https://…> { … }."
        )
        raise Problem(403, detail) from error


@dataclass(frozen=True)
class _Outcome:
    """The data that came of a call, or why there is none."""

    call: Call
    data: str = ""
    cause: str = ""


def _solutions(clause: Clause, federation: Federation, until: float) -> _Outcome:
    started = time.monotonic()

    def call(status: str, rows: int = 0) -> Call:
        return Call(clause.endpoint, status, (time.monotonic() - started) * 1000, rows)

    if started >= until:
        return _Outcome(call("busy"), cause=BUSY)
    try:
        body = ask(
            clause.endpoint, clause.question, until=until, most=federation.answer_bytes, private=federation.private
        )
        data, rows = inline(
            body,
            wanted=clause.mentioned,
            visible=clause.visible,
            rows=federation.rows,
            most=federation.answer_bytes,
        )
    except LateError as error:
        return _Outcome(call("timeout"), cause=str(error))
    except ServiceError as error:
        return _Outcome(call("failed"), cause=str(error))
    except AnswerError as error:
        return _Outcome(call("unusable"), cause=str(error))
    return _Outcome(call("ok", rows), data)


def _told(clause: Clause, asked: Future[_Outcome], until: float, on_call: Callable[[Call], None]) -> tuple[str, Call]:
    """Return the data for a clause, and the call, once it has been made or its time is over."""
    started = time.monotonic()
    try:
        outcome = asked.result(timeout=max(0.0, until - started))
    except Overdue:
        status, cause = ("busy", BUSY) if asked.cancel() else ("timeout", LATE)
        outcome = _Outcome(Call(clause.endpoint, status, (time.monotonic() - started) * 1000), cause=cause)
    on_call(outcome.call)
    if outcome.call.status == "ok":
        return outcome.data, outcome.call
    if clause.silent:
        return nothing_known(clause.visible), outcome.call
    code = {"timeout": 504, "busy": 503}.get(outcome.call.status, 502)
    detail = (
        f"SERVICE <{clause.endpoint}>: {outcome.cause}. Ask it for less (LIMIT or VALUES within the braces), try again "
        "later, or write SERVICE SILENT to do without it."
    )
    raise Problem(code, detail, headers={"Retry-After": "5"} if code == 503 else None, endpoint=clause.endpoint)
