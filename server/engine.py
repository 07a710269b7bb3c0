"""Runs a query so that the server outlives it: on a stack that its parser cannot overflow, and with a deadline.

The engine works in native code. It cannot be cancelled from outside, and chains such as ``+?x+?x…`` overflow an
ordinary stack of 8 MiB within the permitted length of a query, which would end the process. On a stack of 512 MiB no
query of 64 KiB does (the worst seen took 120 MiB); the system gives memory only to the pages that are touched.

At the deadline the caller has its answer and the query goes on in its thread, until its process ends: that is for the
caller to arrange. A pool of processes, each killed at its deadline, can take this module's place without a change
elsewhere.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

STACK_BYTES = 512 * 1024 * 1024

_Result = TypeVar("_Result")
_starting = threading.Lock()  # the size of stacks is a setting of the whole process


def run_within(seconds: float, work: Callable[[], _Result]) -> _Result:
    """Return what ``work`` returns, or raise what it raises, when it is done in time.

    Raises:
        TimeoutError: The work is still going on.
    """
    outcome: Future[_Result] = Future()

    def body() -> None:
        try:
            outcome.set_result(work())
        except BaseException as error:  # carried over to the caller's thread, which alone knows what it means
            outcome.set_exception(error)

    thread = threading.Thread(target=body, name="query", daemon=True)
    with _starting:
        before = threading.stack_size(STACK_BYTES)
        try:
            thread.start()
        finally:
            threading.stack_size(before)
    return outcome.result(timeout=seconds)
