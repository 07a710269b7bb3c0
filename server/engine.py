"""Runs the engine on a stack that its parser cannot overflow.

The engine works in native code, and chains such as ``+?x+?x…`` overflow an ordinary stack of 8 MiB within the permitted
length of a query, which would end the process. On a stack of 512 MiB no query of 64 KiB does (the worst seen took 120
MiB); the system gives memory only to the pages that are touched.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

STACK_BYTES = 512 * 1024 * 1024

_Result = TypeVar("_Result")
_starting = threading.Lock()  # the size of stacks is a setting of the whole process


def run_deep(work: Callable[[], _Result]) -> _Result:
    """Return what ``work`` returns, or raise what it raises, on a stack of :data:`STACK_BYTES`."""
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
    return outcome.result()
