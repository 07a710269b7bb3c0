"""What an operator allows queries to ask elsewhere."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from pyoxigraph import NamedNode

from kg.errors import LegationError
from server.federation.asking import usable


@dataclass(frozen=True)
class Federation:
    """The endpoints that SERVICE may name, letter by letter, and the bounds of what they may cost.

    A call takes at most ``timeout_s`` seconds and never outlives its query; an answer has at most ``answer_bytes``,
    unpacked, and ``rows`` solutions; a query has at most ``clauses`` calls, and ``at_once`` are made at a time, for all
    clients together. ``private`` allows endpoints whose addresses are private.

    Raises:
        LegationError: An address cannot be an endpoint's.
    """

    endpoints: tuple[str, ...] = ()
    private: bool = False
    timeout_s: float = 10.0
    answer_bytes: int = 10 * 2**20
    rows: int = 10_000
    clauses: int = 3
    at_once: int = 8
    threads: ThreadPoolExecutor = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for endpoint in self.endpoints:
            try:
                NamedNode(endpoint)
                fit = usable(endpoint)
            except ValueError:
                fit = False
            if not fit:
                raise LegationError(
                    f"{endpoint}: is no address of an endpoint; give --allow-service a full http(s) URL, without "
                    "password or fragment"
                )
        object.__setattr__(self, "threads", ThreadPoolExecutor(self.at_once, thread_name_prefix="service"))
