"""How much one query, one client and all clients together may ask of the server: the operator's settings."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """The bounds within which queries run. What passes one is told which it was."""

    timeout_s: float = 30.0
    """Seconds that a query may take, and the most that a request may ask for."""

    memory_bytes: int = 1024 * MIB
    """Most memory that a query may have."""

    in_memory: int = 5_000_000
    """Largest release, in quads, that is held in memory: some 400 bytes each, shared by all queries."""

    answer_bytes: int = 256 * MIB
    """Longest answer, before it is compressed."""

    rows: int = 1_000_000
    """Most rows, or triples, of an answer."""

    workers: int = field(default_factory=lambda: max(2, os.cpu_count() or 1))
    """Processes that are kept ready, which is also how many queries run at full priority."""

    slow: int = 14
    """Queries beyond these that may go on for longer than :attr:`slow_s`, at the lowest priority."""

    slow_s: float = 0.5
    """Seconds after which a query gives way to the others."""

    waiting: int = 256
    """Queries that may wait for their turn, of one client at most half of them."""

    wait_s: float = 10.0
    """Seconds that a query may wait for its turn."""

    spool_bytes: int = 4096 * MIB
    """How much of all answers may wait on disk for slow clients."""

    kept_bytes: int = 64 * MIB
    """How much of small answers is kept for those who ask the same again."""

    rate: float = 50.0
    """Requests a second that one client may send, on average over ten seconds."""

    rate_local: bool = False
    """Whether that holds as well for programs on this machine that are no proxy for others."""
