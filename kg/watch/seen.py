"""What was seen of each source, what waits for a release, and when a feed may be asked again; kept on disk."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from kg.errors import InputError
from kg.watch.pace import Pace

FILE = "watch.sqlite"

_TABLES = """
CREATE TABLE IF NOT EXISTS item (
    number INTEGER PRIMARY KEY, source TEXT, key TEXT, mark TEXT, paths TEXT, waits INTEGER, UNIQUE (source, key)
);
CREATE INDEX IF NOT EXISTS waiting ON item (number) WHERE waits;
CREATE TABLE IF NOT EXISTS feed (url TEXT PRIMARY KEY, told TEXT);
CREATE TABLE IF NOT EXISTS page (url TEXT PRIMARY KEY, etag TEXT, modified TEXT);
CREATE TABLE IF NOT EXISTS robots (site TEXT PRIMARY KEY, rules TEXT, until REAL);
"""


@dataclass(frozen=True)
class Item:
    """What one key of a source stands for: ``mark`` changes when it does; ``paths`` are the files to be read."""

    source: str
    key: str
    mark: str
    paths: tuple[Path, ...]


@dataclass(frozen=True)
class Version:
    """What a server calls the version that it sent last: the header fields ``ETag`` and ``Last-Modified``."""

    etag: str | None = None
    modified: str | None = None


@dataclass(frozen=True)
class Asked:
    """How a feed answered last: not to be asked before ``after`` (seconds since 1970), failed so often in a row."""

    version: Version = Version()
    pace: Pace = field(default_factory=Pace)
    after: float = 0.0
    failures: int = 0


class Seen:
    """The memory of a watch. Each change is on disk when its method returns; one process at a time holds it."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it.

        Raises:
            InputError: Another watch holds it, or it is no such file.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(path, timeout=1)
            self._file.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._file.execute("PRAGMA synchronous = FULL")
            self._file.execute("BEGIN EXCLUSIVE")  # takes the lock, which is then held to the end
            self._file.commit()
            self._file.executescript(_TABLES)
        except sqlite3.OperationalError as error:
            remedy = "give all sources to one command, or wait until the other ends"
            raise InputError(f"{path}: another watch is at work here, or the disk fails ({error}); {remedy}") from error
        except (sqlite3.Error, OSError) as error:
            remedy = "remove it, and everything is looked at anew, which changes no release"
            raise InputError(f"{path}: it cannot be used as memory of what was seen ({error}); {remedy}") from error

    def __enter__(self) -> Seen:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def marks(self, source: str) -> Mapping[str, str]:
        """Return the mark of each key of a source, as it was when last seen."""
        return dict(self._file.execute("SELECT key, mark FROM item WHERE source = ?", (source,)))

    def wait_for(self, items: Iterable[Item]) -> None:
        """Mark the items as seen and let them wait for a release, all or none."""
        rows = [(one.source, one.key, one.mark, json.dumps([str(path) for path in one.paths])) for one in items]
        with self._file:
            self._file.executemany("INSERT OR REPLACE INTO item VALUES (NULL, ?, ?, ?, ?, 1)", rows)

    def waiting(self, limit: int) -> tuple[Item, ...]:
        """Return what has waited longest, at most ``limit`` items."""
        rows = self._file.execute(
            "SELECT source, key, mark, paths FROM item WHERE waits ORDER BY number LIMIT ?", (limit,)
        )
        return tuple(Item(source, key, mark, tuple(map(Path, json.loads(paths)))) for source, key, mark, paths in rows)

    def count_waiting(self) -> int:
        """Return how many items wait."""
        (number,) = self._file.execute("SELECT COUNT(*) FROM item WHERE waits").fetchone()
        return int(number)

    def published(self, items: Sequence[Item]) -> None:
        """Let these items wait no longer: a release holds them, or refused them."""
        with self._file:
            self._file.executemany(
                "UPDATE item SET waits = 0 WHERE source = ? AND key = ? AND mark = ?",
                [(one.source, one.key, one.mark) for one in items],
            )

    def forget(self, items: Sequence[Item]) -> None:
        """Forget what went away before it was read, so that it is new should it come back."""
        with self._file:
            self._file.executemany(
                "DELETE FROM item WHERE source = ? AND key = ?", [(one.source, one.key) for one in items]
            )

    def asked(self, url: str) -> Asked:
        """Return how a feed answered last."""
        row = self._file.execute("SELECT told FROM feed WHERE url = ?", (url,)).fetchone()
        if row is None:
            return Asked()
        etag, modified, lasts, hours, days, after, failures = json.loads(row[0])
        return Asked(Version(etag, modified), Pace(lasts, frozenset(hours), frozenset(days)), after, failures)

    def keep_asked(self, url: str, asked: Asked) -> None:
        """Keep how a feed answered."""
        version, pace = asked.version, asked.pace
        told = [
            version.etag, version.modified, pace.lasts_s, sorted(pace.hours), sorted(pace.days), asked.after,
            asked.failures,
        ]  # fmt: skip
        with self._file:
            self._file.execute("INSERT OR REPLACE INTO feed VALUES (?, ?)", (url, json.dumps(told)))

    def page(self, url: str) -> Version | None:
        """Return the version of a page that was read, None if none was."""
        row = self._file.execute("SELECT etag, modified FROM page WHERE url = ?", (url,)).fetchone()
        return Version(*row) if row else None

    def keep_page(self, url: str, version: Version) -> None:
        """Keep the version of a page that was read."""
        with self._file:
            self._file.execute("INSERT OR REPLACE INTO page VALUES (?, ?, ?)", (url, version.etag, version.modified))

    def rules(self, site: str, *, now: float) -> str | None:
        """Return a site's robots.txt, None where it is not known or too old."""
        row = self._file.execute("SELECT rules FROM robots WHERE site = ? AND until > ?", (site, now)).fetchone()
        return str(row[0]) if row else None

    def keep_rules(self, site: str, rules: str, *, until: float) -> None:
        """Keep a site's robots.txt."""
        with self._file:
            self._file.execute("INSERT OR REPLACE INTO robots VALUES (?, ?, ?)", (site, rules, until))
