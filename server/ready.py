"""Whether queries can be sent here, tried with one, and what keeps them from doing harm."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass

from werkzeug.test import EnvironBuilder

from kg.iri import DEFAULT_BASE
from server.current import Current
from server.guard import vet
from server.negotiate import Request
from server.problem import Problem
from server.protocol import Question
from server.query.delivery import Delivery, Disk
from server.query.pool import Pool
from server.sealed import CALLS
from server.sparql import ask

PROBE = "ASK {}"

PROBE_S = 5.0
"""Seconds that the smallest query may take on a server that is ready."""


@dataclass(frozen=True)
class Seal:
    """Whether the system itself keeps queries from all but the release, and how it does, or why it does not."""

    sealed: bool
    why: str


def probe(pool: Pool, current: Current) -> Seal:
    """Return how the process is sealed that has just answered a query; it waits for its turn like all others.

    Raises:
        Problem: 503, when too many queries wait, or none is answered.
        ReleaseError: There is no release, or no process can be started.
    """
    question = ask(
        Question(PROBE),
        Request(EnvironBuilder().get_environ()),
        vet(PROBE),
        release=current().path.as_posix(),
        base=DEFAULT_BASE,
        limits=pool.limits,
    )
    loan = pool.lend("the probe", is_gone=lambda: False)
    delivery = Delivery(loan, disk=Disk(0), timeout_s=PROBE_S, client=None)
    sealed = loan.process.sealed
    try:
        delivery.ask(question)
        answer = b"".join(delivery.body())
    except (Problem, ConnectionError) as error:
        raise Problem(503, f"The smallest query was not answered: {error} Look at the server's log.") from error
    if b"true" not in answer:
        raise Problem(503, "The smallest query was answered wrongly; look at the server's log.")
    return Seal(sealed, _how(sealed))


def _how(sealed: bool) -> str:
    if sealed:
        return "the kernel (seccomp) lets no query process open a connection"
    if sys.platform != "linux":
        return "only Linux can seal processes (seccomp); queries that call out are refused by their text alone"
    if platform.machine() not in CALLS:
        return f"there is no seccomp filter for {platform.machine()}; queries that call out are refused by their text"
    return "the kernel took no seccomp filter; queries that call out are refused by their text alone"
