"""What a process that runs queries may not do: open connections, fill the memory, or outlive whom it works for.

The engine's SERVICE and LOAD make HTTP requests. The guard refuses such queries before the engine sees them; should
it miss one, the system refuses the socket. The filter is the kernel's (seccomp, Linux 3.5 and later) and cannot be
taken off again. On processors other than those of :data:`CALLS` there is the guard alone.

A query that sorts all pairs of everything takes some 700 MB a second. Where its process may have no more, it ends.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import resource
import signal
import struct
import sys
from pathlib import Path

CALLS = {"x86_64": (0xC000003E, (41, 53, 425)), "aarch64": (0xC00000B7, (198, 199, 425))}
"""By processor: its audit number, and its numbers of socket, socketpair and io_uring_setup."""

_SET_PARENT_DEATH_SIGNAL, _SET_SECCOMP, _SET_NO_NEW_PRIVILEGES = 1, 22, 38
_FILTER = 2
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EACCES
_OTHER_CALLS = 0x40000000
"""From here on: the numbers of x86-64's second way to call, under which the same calls would pass unseen."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))


def end_with_parent() -> None:
    """Let this process end when the thread that started it does, and not by itself when somebody presses Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it goes to all of a terminal; the parent answers it
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)


def seal(*, memory_bytes: int) -> bool:
    """Bound what memory this process may take beyond what it has, and take its right to open connections.

    It ends with its parent. Only this thread and those that it starts lose that right, so call it before there are
    others. Return whether the system took it.
    """
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = memory_bytes + _data_bytes()
    resource.setrlimit(resource.RLIMIT_DATA, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most))
    end_with_parent()
    if sys.platform != "linux" or platform.machine() not in CALLS:
        return False
    library = ctypes.CDLL(None, use_errno=True)
    architecture, calls = CALLS[platform.machine()]
    code = _assemble(architecture, calls)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    if library.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    refused: int = library.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0)
    return refused == 0


def _data_bytes() -> int:
    """Return what the bound on memory counts already; what a fork shares with its parent counts as its own."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    except (OSError, IndexError, ValueError):  # not Linux
        return 0


def _assemble(architecture: int, calls: tuple[int, ...]) -> bytes:
    """Return the filter: refuse these calls and all of another architecture, allow the others.

    Jumps count the steps from the next one on; the last step but one allows, the last refuses.
    """
    tests = [(_AT_LEAST, _OTHER_CALLS), *((_EQUAL, call) for call in calls)]
    steps = [(_LOAD, 0, 0, 4), (_EQUAL, 0, len(tests) + 2, architecture), (_LOAD, 0, 0, 0)]
    steps += [(kind, len(tests) - at, 0, number) for at, (kind, number) in enumerate(tests)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
