"""A disk without room for the next release, and the same once there is room."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tests.crash.disks import filled
from tests.crash.kills import Scene, lost, repeated, watch
from tests.crash.observe import STAGES, Observer, Progress
from tests.crash.runs import Run, start
from tests.crash.whole import compared, tree

BLOCK = 1024
"""Sizes of free space that differ by less are the same to a file system."""


@dataclass(frozen=True)
class Full:
    """What came of a run with so many bytes free: the stage in which it stopped, None if the room was enough."""

    job: str
    free: int
    stage: str | None
    losses: tuple[str, ...]


def sizes(one: Scene, disk: Path, place: Path, number: int) -> list[int]:
    """Return about so many sizes of free space, in bytes: what was taken at moments of a run, and one that is enough.

    Half are spread over the moments and half over the bytes: a store takes most of the bytes at few moments.
    """
    folder = _begun(one, disk)
    status, taken, running = os.statvfs(disk), {0}, start(one.job.argv(folder), place)
    while running.running:
        taken.add(max(0, status.f_bavail - os.statvfs(disk).f_bavail) * status.f_frsize)
    if running.ended().code:
        raise RuntimeError(f"{one.job.name} fails on an empty disk: {running.ended()}")
    moments, most, half = sorted(taken), max(taken), max(1, number // 2)
    found = {moments[len(moments) * step // half] for step in range(half)}
    found |= {most * step // half for step in range(half)}
    return [*sorted(found), most * 11 // 10 + 65536]


def without_room(one: Scene, disk: Path, place: Path, *, free: int, limit: bool = False) -> Full:
    """Run the job on a disk with so many bytes free, then again with room.

    With ``limit`` the disk has room and no file may grow beyond ``free`` bytes, for which no one needs to be root.
    """
    folder = _begun(one, disk)
    observer, progress = Observer(folder), Progress()
    before = tree(folder)
    if limit:
        running = start(one.job.argv(folder), place, largest=free)
        _follow(observer, progress, running)
    else:
        with filled(disk, free=free):
            running = start(one.job.argv(folder), place)
            _follow(observer, progress, running)
    ended = running.ended()
    observer.close()
    losses = lost(one, folder, ended.acknowledged)
    if ended.code == 0:
        return Full(one.job.name, free, None, tuple(losses + compared(tree(folder), one.expected)))
    losses += [f"at once: {wrong}" for wrong in compared(tree(folder), before)]
    if ended.code != 2:
        losses.append(f"exit code {ended.code}: {ended.err.strip()[-300:]}")
    said = ended.err.strip().splitlines()[-1] if ended.err.strip() else ""
    if str(folder) not in said or "room" not in said:
        losses.append(f"the message names not the folder and the next step: {said}")
    losses += repeated(one, folder, place, done=False, cold=False)
    return Full(one.job.name, free, progress.stage, tuple(losses))


def skipped(runs: Sequence[Full]) -> int | None:
    """Return a size between two at which runs stopped in stages that do not follow each other; None if none is left."""
    ordered = sorted(runs, key=lambda run: run.free)
    for one, other in pairwise(ordered):
        apart = STAGES.index(other.stage) - STAGES.index(one.stage) if one.stage and other.stage else 0
        if apart > 1 and other.free - one.free > 2 * BLOCK:
            return (one.free + other.free) // 2
    return None


def table(runs: Sequence[Full]) -> str:
    """Return how often each stage ran out of room, for people to read."""
    lines = [f"{'job':<14}{'stopped in':<12}{'runs':>6}{'bytes free':>22}{'losses':>8}"]
    for (job, stage), number in Counter((one.job, one.stage) for one in runs).items():
        these = [one for one in runs if (one.job, one.stage) == (job, stage)]
        free = f"{min(one.free for one in these)}–{max(one.free for one in these)}"
        losses = sum(bool(one.losses) for one in these)
        lines.append(f"{job:<14}{stage or '(had room)':<12}{number:>6}{free:>22}{losses:>8}")
    return "\n".join(lines)


def _begun(one: Scene, disk: Path) -> Path:
    folder = disk / "DIR"
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run(["cp", "-a", str(one.template), str(folder)], check=True)
    os.sync()
    return folder


def _follow(observer: Observer, progress: Progress, running: Run) -> None:
    for batch in watch(observer, running):
        progress.through(batch)
