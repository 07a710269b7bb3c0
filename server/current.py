"""The release that is served now, and the move to the next one while requests go on."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from kg.errors import ReleaseError
from kg.release import Release, open_release


class Current:
    """Gives the release that ``DIR/current`` points at, opened read-only once a process.

    Each call looks where the link points, which takes some microseconds. A request asks once and keeps what it
    got, so that no answer mixes two releases; the old store is closed when the last request lets go of it.
    """

    def __init__(self, release_dir: Path) -> None:
        self.release_dir = release_dir
        self._link = os.fspath(release_dir / "current")
        self._read, self._there = "", release_dir
        self._lock = threading.Lock()
        path = self._target()
        self._opened = path, open_release(path)

    def __call__(self) -> Release:
        """Return the release of this moment.

        Raises:
            ReleaseError: The link points at a release that is missing or damaged.
        """
        path, release = self._opened
        if self._target() == path:  # without the lock: hundreds of requests that come together would queue for it
            return release
        with self._lock:
            target = self._target()
            if target != self._opened[0]:
                self._opened = target, open_release(target)
            return self._opened[1]

    @property
    def opened(self) -> Release:
        """The release that was opened last, without a look at the disk: it is there whatever the link points at."""
        return self._opened[1]

    def _target(self) -> Path:
        """Return the folder of the release; without a link, the given folder is a release itself."""
        try:
            read = os.readlink(self._link)  # noqa: PTH115 - each request comes here, and a Path costs it 30 µs
        except OSError:
            return self.release_dir
        if read != self._read:
            self._read, self._there = read, self.release_dir / read
        return self._there


def check(release_dir: Path) -> None:
    """Return if there is something to serve, without opening it: an open store must not be carried into a fork.

    Raises:
        ReleaseError: There is no release in the folder.
    """
    path = release_dir / "current" if (release_dir / "current").exists() else release_dir
    if not (path / "manifest.json").is_file() or not (path / "store").is_dir():
        remedy = f"make one with: legation build INPUT... --out {release_dir}"
        raise ReleaseError(f"{release_dir}: no release here; {remedy}")
