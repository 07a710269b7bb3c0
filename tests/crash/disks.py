"""File systems of their own on which to run out of room or to lose power. They can be mounted by root on Linux only."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FRAGILE = "loop,data=writeback,noauto_da_alloc,commit=300,noatime"
"""How ext4 keeps least: names may reach the disk long before what the files hold, and nothing by itself for minutes."""


def why_not() -> str | None:
    """Return why no file system can be mounted here, None if one can."""
    if os.geteuid() != 0:
        return "only root may mount a file system"
    for program in ("mkfs.ext4", "mount", "umount"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    return None


@contextmanager
def small(place: Path, *, megabytes: int) -> Iterator[Path]:
    """Mount an ext4 file system of this size, none of it kept for root, and give its folder."""
    image, folder = place / "small.img", place / "small"
    _make(image, megabytes)
    with _mounted(image, folder, "loop"):
        yield folder


@contextmanager
def fragile(place: Path, *, megabytes: int) -> Iterator[tuple[Path, Path]]:
    """Mount a file system that keeps nothing that was not synced; give its folder and its image."""
    image, folder = place / "fragile.img", place / "fragile"
    _make(image, megabytes)
    with _mounted(image, folder, FRAGILE):
        yield folder, image


@contextmanager
def after_power_loss(image: Path, place: Path) -> Iterator[Path]:
    """Give the folder as it would be found had the power failed just now: what has reached the disk, its journal run.

    The image of a mounted file system holds what the kernel has written to the disk; all else is in memory only.
    """
    copy, folder = place / "after.img", place / "after"
    subprocess.run(["cp", "--sparse=always", str(image), str(copy)], check=True)
    with _mounted(copy, folder, "loop"):
        yield folder


def synced(folder: Path) -> None:
    """Bring all of a file system to the disk."""
    subprocess.run(["sync", "-f", str(folder)], check=True)


@contextmanager
def filled(folder: Path, *, free: int) -> Iterator[None]:
    """Leave so many bytes free on the folder's file system, rounded down to its blocks, until the block ends."""
    ballast, status = folder / "ballast", os.statvfs(folder)
    ballast.touch()
    wanted = free // status.f_frsize
    with ballast.open("wb") as stream, contextlib.suppress(OSError):  # the file system takes a block or two itself
        while (over := os.statvfs(folder).f_bavail - wanted) > 0:
            size = os.fstat(stream.fileno()).st_size
            os.posix_fallocate(stream.fileno(), size, (over + 1) // 2 * status.f_frsize)
    try:
        yield
    finally:
        ballast.unlink()


def _make(image: Path, megabytes: int) -> None:
    with image.open("wb") as stream:
        stream.truncate(megabytes << 20)
    subprocess.run(["mkfs.ext4", "-q", "-m", "0", "-E", "lazy_itable_init=0", str(image)], check=True)


@contextmanager
def _mounted(image: Path, folder: Path, options: str) -> Iterator[None]:
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-o", options, str(image), str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        image.unlink()
