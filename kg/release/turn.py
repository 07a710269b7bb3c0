"""One writer at a time: whose turn it is to publish, and what a writer that died has left behind."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kg.errors import BusyError, ReleaseError
from kg.release.durable import make_folder, sync
from kg.release.gone import GONE

DRAFT = ".draft"
"""Name of the folders in which things are made, beside where they will stand; only the one writer has any."""

PENDING = "pending"
"""File in ``DIR/.draft``: a version, and the folders that stand only if ``DIR/current`` points at it."""

REMOVALS = 5
"""How often a folder of drafts is removed that does not go at once, after a tenth of a second, two tenths and so on."""

WAITS = 5
"""How often the lock is asked for, a tenth of a second apart, before somebody is turned away."""


@dataclass(frozen=True)
class Turn:
    """The right to publish in a folder of releases, as long as :func:`writing` lasts."""

    out: Path

    def draft(self, *parts: str) -> Path:
        """Return an empty folder to make things in, on the file system of ``DIR/parts``."""
        folder = self.out.joinpath(*parts, DRAFT)
        make_folder(folder)
        return folder

    def clean(self) -> None:
        """Remove what a writer left that did not finish, or finish it where its release is the current one."""
        pending = self.out / DRAFT / PENDING
        if pending.is_file():
            version, *folders = pending.read_text(encoding="utf-8").splitlines() or [""]
            if current_version(self.out) == version:
                if (gone := pending.with_name(GONE)).exists():
                    gone.replace(self.out / GONE)
            else:
                for folder in folders:
                    shutil.rmtree(self.out / folder, ignore_errors=True)
        for folder in ("releases", "diffs", "."):  # the last holds the note that says what else to remove
            if (self.out / folder / DRAFT).exists():
                _remove(self.out / folder / DRAFT)
                sync(self.out / folder)


@contextmanager
def writing(out: Path) -> Iterator[Turn]:
    """Hold ``out/.lock`` while something is read there to be changed and published.

    The lock is the system's (flock): it ends with the process that has it, however that ends. A process started
    by forking would inherit it, so that the articles are read before.

    Whatever fails inside, its drafts are removed, and what says that there is no room becomes a message.

    Raises:
        ReleaseError: Somebody else is writing there, or the folder cannot be written.
    """
    try:
        make_folder(out)
        descriptor = os.open(out / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise unwritable(out, error) from error
    try:
        _lock(descriptor, out)
        turn = Turn(out)
        turn.clean()
        try:
            yield turn
        finally:
            turn.clean()
    except (OSError, sqlite3.Error) as error:
        raise unwritable(out, error) from error
    finally:
        os.close(descriptor)


def current_version(out: Path) -> str | None:
    """Return the version that ``out/current`` points at, None where there is no such link."""
    try:
        return (out / "current").readlink().name
    except OSError:
        return None


def unwritable(out: Path, error: Exception) -> ReleaseError:
    """Return what to tell when a release cannot be written there."""
    return ReleaseError(f"{out}: the release cannot be written ({error}); give another folder or make room")


def _remove(folder: Path) -> None:
    """Remove a folder of drafts, and again while a store in it still writes: on a full disk it tries for a moment."""
    for tried in range(REMOVALS):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1 * (tried + 1))


def _lock(descriptor: int, out: Path) -> None:
    """Take the lock, or say who has it; one who has just taken it is given the time to write its number there."""
    for tried in range(WAITS):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError as error:
            if tried < WAITS - 1:
                time.sleep(0.1)
                continue
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            raise BusyError(
                f"{out}: another writer is at work there (process {holder}); wait until it is done and run this again"
            ) from error
        except OSError as error:
            if error.errno in (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS):
                raise ReleaseError(
                    f"{out}: this file system has no locks ({error}); put the releases on another"
                ) from error
            raise
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, b"%d\n" % os.getpid(), 0)
