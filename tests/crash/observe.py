"""What happens in a folder, seen from outside as it happens (Linux's inotify), and which stage a publication is in."""

from __future__ import annotations

import ctypes
import os
import select
import struct
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

OPEN, MODIFY, CLOSE, MOVED, CREATE, DELETE = 0x20, 0x2, 0x8, 0x80, 0x100, 0x200
FOLDER, OVERFLOW = 0x40000000, 0x4000
HEAD = struct.Struct("iIII")
DRAFT = ".draft"
STAGES = ("reading", "state", "dump", "store", "diffs", "sync", "rename", "switch", "cleaning")
"""In the order in which they are reached. ``sync`` begins when all is written, ``rename`` when the release has its
name; ``switch`` is just before it becomes the current one, as only a call can be, and ``cleaning`` begins after."""


@dataclass(frozen=True)
class Seen:
    """Something happened to a path (relative to the folder) at a moment, in seconds of ``time.monotonic``."""

    at: float
    mask: int
    path: str


class Observer:
    """Tells what happens below a folder. What is made in a folder before it is watched is told by looking there."""

    def __init__(self, root: Path) -> None:
        """Begin to watch."""
        self._libc = ctypes.CDLL(None, use_errno=True)
        self.descriptor = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self.descriptor < 0:
            raise OSError(ctypes.get_errno(), "inotify cannot be had; raise fs.inotify.max_user_instances")
        self._root = root
        self._folders: dict[int, Path] = {}
        list(self._watch(root))

    def read(self, timeout_s: float) -> list[Seen]:
        """Return what has happened since; wait so long for the first."""
        if not select.select([self.descriptor], [], [], max(0.0, timeout_s))[0]:
            return []
        seen: list[Seen] = []
        data, at, place = os.read(self.descriptor, 1 << 20), time.monotonic(), 0
        while place < len(data):
            watch, mask, _, length = HEAD.unpack_from(data, place)
            name = data[place + HEAD.size : place + HEAD.size + length].rstrip(b"\0").decode()
            place += HEAD.size + length
            if mask & OVERFLOW:
                raise RuntimeError("too much happened at once to be seen; raise fs.inotify.max_queued_events")
            if watch not in self._folders or not name:
                continue
            path = self._folders[watch] / name
            seen.append(Seen(at, mask, path.relative_to(self._root).as_posix()))
            if mask & FOLDER and mask & (CREATE | MOVED):
                seen += self._watch(path)
        return seen

    def close(self) -> None:
        """Watch no more."""
        os.close(self.descriptor)

    def _watch(self, folder: Path) -> Iterator[Seen]:
        mask = OPEN | MODIFY | CLOSE | MOVED | CREATE | DELETE
        number = self._libc.inotify_add_watch(self.descriptor, os.fsencode(folder), mask)
        if number < 0:
            return  # it is gone already
        self._folders[number] = folder
        for path in folder.iterdir() if folder.is_dir() else ():
            yield Seen(time.monotonic(), CREATE, path.relative_to(self._root).as_posix())
            if path.is_dir() and not path.is_symlink():
                yield from self._watch(path)


class Progress:
    """Follows a publication from stage to stage by what is seen of it."""

    def __init__(self) -> None:
        """Begin where nothing is written yet."""
        self.stage = "reading"
        self._summed = False

    def after(self, seen: Seen) -> str:
        """Return the stage once this was seen; clearing up is part of the stage that it follows."""
        parts = seen.path.split("/")
        clearing = seen.mask & DELETE or (seen.mask & FOLDER and not seen.mask & (CREATE | MOVED))
        if self.stage != "cleaning" and not clearing:
            self.stage = self._stage(parts, seen) or self.stage
        return self.stage

    def through(self, batch: Sequence[Seen]) -> list[str]:
        """Return the stage after each of these."""
        return [self.after(seen) for seen in batch]

    def _stage(self, parts: list[str], seen: Seen) -> str | None:
        moved = seen.mask & (MOVED | CREATE)
        if parts == ["current"] and moved:
            return "cleaning"
        if DRAFT not in parts:
            return "rename" if moved and len(parts) == 2 and parts[0] in ("releases", "diffs") else None
        if self.stage == "rename":
            return None
        name = (parts[parts.index(DRAFT) + 1 :][1:2] or [""])[0] if parts[0] == "releases" else parts[0]
        if name == "SHA256SUMS" and seen.mask & CLOSE:
            self._summed = True
        if parts[0] == "diffs" and not seen.mask & OPEN:
            return "diffs"
        if self._summed:
            return None if self.stage == "diffs" and parts[0] != DRAFT else "sync"
        if seen.mask & OPEN:
            return None  # the store is made by reading the dump
        if name.startswith("state") or any(part.startswith("growing.sqlite") for part in parts):
            return "state"
        return {"dumps": "dump", "store": "store"}.get(name)
