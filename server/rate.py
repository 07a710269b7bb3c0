"""How often one client may ask: so many requests a second, on average over ten."""

from __future__ import annotations

import math
import time

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from server.problem import Problem

WINDOW_S = 10
"""Seconds over which requests are counted: a page's many files come at once, and then none for long."""


class Rate:
    """Counts requests by client."""

    def __init__(self, per_second: float) -> None:
        self._most = RateLimitItemPerSecond(max(1, round(per_second * WINDOW_S)), WINDOW_S)
        self._counter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def count(self, client: str) -> None:
        """Count a request of a client.

        Raises:
            Problem: 429, when there were too many.
        """
        if self._counter.hit(self._most, client):
            return
        wait = max(1, math.ceil(self._counter.get_window_stats(self._most, client).reset_time - time.time()))
        most = f"{self._most.amount} requests in {WINDOW_S} seconds"
        detail = f"More than {most} came from your address; go on in {wait} s, one request after the other."
        raise Problem(429, detail, headers={"Retry-After": str(wait)}, limit="rate")
