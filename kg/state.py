"""What a release was made from, in a SQLite file beside it, so that the next one need not read all articles again.

An account is kept as JSON that pydantic writes and reads: as fast as pickle (0.6 ms for twenty reports), readable, and
nothing in it is executed. Of an article's text only the words are kept that its account cites; the rest is blank, and
offsets hold. The file itself is no part of the citable release: two ways to one release may leave its rows in another
order, and nothing asks for them in that order.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, astuple, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from kg.edtf import bounds
from kg.errors import ReleaseError
from kg.merge.occasions import ANY
from kg.merge.telling import paragraph
from kg.rdf.catalogue import Coverage
from kg.records import Account, Actor, Contradiction, Event, Place, Refusal, Span, Statement
from kg.release.sums import STATE

FORMAT = 2
"""Raised whenever the tables or what is in them change their meaning: a state of another format is not read."""

Where = tuple[str, int]
"""A report: the id of its article and its index in the account."""

_TABLES = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE articles (id TEXT PRIMARY KEY, sha256 TEXT, account BLOB);
CREATE TABLE refusals (source TEXT, reason TEXT, remedy TEXT, PRIMARY KEY (source, reason, remedy)) WITHOUT ROWID;
CREATE TABLE shelves (key TEXT, month INTEGER, article TEXT, report INTEGER,
  PRIMARY KEY (key, month, article, report)) WITHOUT ROWID;
CREATE INDEX shelves_of ON shelves (article, report);
CREATE TABLE told (article TEXT, report INTEGER, event TEXT, PRIMARY KEY (article, report)) WITHOUT ROWID;
CREATE TABLE events (key TEXT PRIMARY KEY, kind TEXT, first TEXT, last TEXT, event BLOB);
CREATE INDEX events_by_kind ON events (kind);
CREATE INDEX events_by_first ON events (first);
CREATE INDEX events_by_last ON events (last);
CREATE TABLE parts (unit TEXT, kind TEXT, payload TEXT, number INTEGER,
  PRIMARY KEY (unit, kind, payload)) WITHOUT ROWID;
CREATE INDEX parts_by_kind ON parts (kind, unit);
CREATE TABLE linked (key TEXT PRIMARY KEY, thing TEXT) WITHOUT ROWID;
CREATE TABLE contradictions (owner TEXT, contradiction TEXT, PRIMARY KEY (owner, contradiction)) WITHOUT ROWID;
"""

_ACCOUNT = TypeAdapter(Account)
_EVENT = TypeAdapter(Event)
_CONTRADICTION = TypeAdapter(Contradiction)
ACTOR = TypeAdapter(Actor)
PLACE = TypeAdapter(Place)


@dataclass(frozen=True)
class Settings:
    """What holds for all articles of a release, and so for those that are added to it."""

    base: str
    software: str
    model: str
    min_confidence: float | None = None
    every_dump: bool = False


@dataclass(frozen=True)
class Links:
    """Which accepted links were applied: the file's SHA-256 and rows; ``given`` if somebody named it for this build.

    What was given by name stays until another file is given or found: the next release is not asked for it again.
    """

    sha256: str
    rows: int
    given: bool


@dataclass(frozen=True, order=True)
class Part:
    """What an article or an event contributes to something that others may contribute to as well.

    ``unit`` is the path of that thing's IRI, ``payload`` a JSON text: two that say the same are equal.
    """

    unit: str
    kind: str
    payload: str


class State:
    """An open file of state; all that is written to it comes into force together, when :func:`growing` ends."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Take an open connection to a file that has the tables."""
        self._db = connection

    def settings(self) -> Settings:
        """Return what holds for all articles of the release."""
        return Settings(**self._about("settings"))

    def links(self) -> Links | None:
        """Return which accepted links were applied, or None where there were none."""
        found = self._about("links")
        return Links(**found) if found else None

    def set_about(self, settings: Settings, links: Links | None) -> None:
        """Keep what holds for all articles, and which accepted links were applied."""
        rows = [("settings", json.dumps(asdict(settings))), ("links", json.dumps(asdict(links) if links else None))]
        self._db.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", rows)

    def digest(self, article_id: str) -> str | None:
        """Return the SHA-256 of a published article, or None where it is not published."""
        found: str | None = self._one("SELECT sha256 FROM articles WHERE id = ?", article_id)
        return found

    def inputs(self) -> tuple[tuple[str, str], ...]:
        """Return (id, SHA-256) of all published articles, by id."""
        return tuple(self._db.execute("SELECT id, sha256 FROM articles ORDER BY id"))

    def account(self, article_id: str) -> Account | None:
        """Return what a published article says, of its text what the account cites."""
        found = self._one("SELECT account FROM articles WHERE id = ?", article_id)
        return None if found is None else _ACCOUNT.validate_json(zlib.decompress(found))

    def put_accounts(self, accounts: Iterable[Account]) -> None:
        """Keep accounts, each in the place of one of the same article."""
        rows = ((one.article.id, one.article.sha256, _packed(_ACCOUNT, one)) for one in accounts)
        self._db.executemany("INSERT OR REPLACE INTO articles VALUES (?, ?, ?)", rows)

    def drop_accounts(self, ids: Iterable[str]) -> None:
        """Forget accounts, with the shelves and events of their reports."""
        gone = [(one,) for one in ids]
        self._db.executemany("DELETE FROM articles WHERE id = ?", gone)
        self._db.executemany("DELETE FROM shelves WHERE article = ?", gone)
        self._db.executemany("DELETE FROM told WHERE article = ?", gone)

    def refusals(self) -> tuple[Refusal, ...]:
        """Return all that is refused, sorted."""
        found = self._db.execute("SELECT source, reason, remedy FROM refusals ORDER BY source, reason, remedy")
        return tuple(Refusal(*row) for row in found)

    def set_refusals(self, refusals: Iterable[Refusal]) -> None:
        """Keep these refusals and no others."""
        self._db.execute("DELETE FROM refusals")
        self._db.executemany("INSERT OR IGNORE INTO refusals VALUES (?, ?, ?)", map(astuple, refusals))

    def meeting(self, key: str, month: int) -> list[Where]:
        """Return the reports that one on this shelf meets (:func:`kg.merge.shelves`)."""
        if month == ANY:
            return self._db.execute("SELECT article, report FROM shelves WHERE key = ?", (key,)).fetchall()
        wanted = (key, month, ANY)
        return self._db.execute(
            "SELECT article, report FROM shelves WHERE key = ? AND month IN (?, ?)", wanted
        ).fetchall()

    def shelves_of(self, where: Where) -> list[tuple[str, int]]:
        """Return the shelves on which a report lies."""
        return self._db.execute("SELECT key, month FROM shelves WHERE article = ? AND report = ?", where).fetchall()

    def put_shelves(self, shelves: Mapping[Where, Iterable[tuple[str, int]]]) -> None:
        """Put reports on their shelves."""
        rows = ((*shelf, *where) for where, of_it in shelves.items() for shelf in of_it)
        self._db.executemany("INSERT INTO shelves VALUES (?, ?, ?, ?)", rows)

    def event_of(self, where: Where) -> str | None:
        """Return the key of the event that a report tells of, or None where it is not published."""
        found: str | None = self._one("SELECT event FROM told WHERE article = ? AND report = ?", *where)
        return found

    def told(self, article_id: str) -> dict[Where, str]:
        """Return the key of the event of each report of an article."""
        found = self._db.execute("SELECT report, event FROM told WHERE article = ?", (article_id,))
        return {(article_id, report): event for report, event in found}

    def event(self, key: str) -> Event | None:
        """Return an event by its key."""
        found = self._one("SELECT event FROM events WHERE key = ?", key)
        return None if found is None else _EVENT.validate_json(zlib.decompress(found))

    def put_events(self, events: Iterable[Event]) -> None:
        """Keep events, and that their reports tell of them."""
        for event in events:
            days = bounds(event.edtf) if event.edtf and event.status == "occurred" else None
            first, last = (day.isoformat() for day in days) if days else (None, None)
            row = (event.key, type(event.event).__name__, first, last, _packed(_EVENT, event))
            self._db.execute("INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?)", row)
            told = ((*where, event.key) for where in event.reports)
            self._db.executemany("INSERT OR REPLACE INTO told VALUES (?, ?, ?)", told)

    def coverage(self) -> Coverage:
        """Return on which days what occurred can have been, and in which countries the places lie that are named.

        Events with an open end, or without a year, do not count.
        """
        first, last = self._one("SELECT MIN(first) FROM events"), self._one("SELECT MAX(last) FROM events")
        told = self._db.execute("SELECT DISTINCT payload ->> 'country' FROM parts WHERE kind = 'place'")
        countries = tuple(sorted(country for (country,) in told if country))
        return Coverage(first and date.fromisoformat(first), last and date.fromisoformat(last), countries)

    def drop_events(self, keys: Iterable[str]) -> None:
        """Forget events; what told of them must be put anew."""
        self._db.executemany("DELETE FROM events WHERE key = ?", [(key,) for key in keys])

    def parts(self, unit: str) -> dict[Part, int]:
        """Return what is contributed to a unit, with how many articles or events do."""
        found = self._db.execute("SELECT kind, payload, number FROM parts WHERE unit = ?", (unit,))
        return {Part(unit, kind, payload): number for kind, payload, number in found}

    def parts_of_kind(self, kind: str) -> Iterator[Part]:
        """Yield all parts of a kind."""
        found = self._db.execute("SELECT unit, payload FROM parts WHERE kind = ? ORDER BY unit, payload", (kind,))
        return (Part(unit, kind, payload) for unit, payload in found)

    def put_parts(self, parts: Mapping[Part, int]) -> None:
        """Set how many contribute each part; none forgets it."""
        kept = [(part.unit, part.kind, part.payload, number) for part, number in parts.items() if number]
        gone = [(part.unit, part.kind, part.payload) for part, number in parts.items() if not number]
        self._db.executemany("INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?)", kept)
        self._db.executemany("DELETE FROM parts WHERE unit = ? AND kind = ? AND payload = ?", gone)

    def linked(self) -> tuple[Actor | Place, ...]:
        """Return all actors and places that have links to other data sets, by key."""
        found = self._db.execute("SELECT key, thing FROM linked ORDER BY key")
        return tuple((PLACE if key.startswith("place/") else ACTOR).validate_json(thing) for key, thing in found)

    def put_linked(self, things: Mapping[str, Actor | Place | None]) -> None:
        """Keep actors and places that have links, and forget those that are nothing any more or have none."""
        self._db.executemany("DELETE FROM linked WHERE key = ?", [(key,) for key in things])
        kept = [
            (key, as_text(ACTOR if isinstance(thing, Actor) else PLACE, thing))
            for key, thing in things.items()
            if thing and thing.links
        ]
        self._db.executemany("INSERT INTO linked VALUES (?, ?)", kept)

    def contradictions(self) -> Iterator[Contradiction]:
        """Yield what contradicts other sources; one and the same may come for several articles."""
        found = self._db.execute("SELECT contradiction FROM contradictions ORDER BY owner, contradiction")
        return (_CONTRADICTION.validate_json(text) for (text,) in found)

    def put_contradictions(self, found: Mapping[str, Sequence[Contradiction]]) -> None:
        """Keep the contradictions of each owner (the id of an article, the key of an event) in place of others."""
        self._db.executemany("DELETE FROM contradictions WHERE owner = ?", [(owner,) for owner in found])
        rows = {(owner, _CONTRADICTION.dump_json(one).decode()) for owner, ones in found.items() for one in ones}
        self._db.executemany("INSERT INTO contradictions VALUES (?, ?)", rows)

    def counts(self) -> dict[str, int]:
        """Return how many articles, reports, visits, meetings, statements, actors, places and records there are."""
        events = dict(self._db.execute("SELECT kind, COUNT(*) FROM events GROUP BY kind"))
        units = dict(
            self._db.execute(
                "SELECT CASE kind WHEN 'state' THEN 'actor' ELSE kind END AS whole, COUNT(DISTINCT unit) FROM parts "
                "GROUP BY whole"
            )
        )
        return {
            "articles": self._one("SELECT COUNT(*) FROM articles"),
            "reports": self._one("SELECT COUNT(*) FROM told"),
            **{f"{kind.lower()}s": events.get(kind, 0) for kind in ("Visit", "Meeting", "Statement")},
            **{f"{kind}s": units.get(kind, 0) for kind in ("actor", "place", "record")},
        }

    def _about(self, name: str) -> Any:
        found = self._one("SELECT value FROM about WHERE name = ?", name)
        return None if found is None else json.loads(found)

    def _one(self, query: str, *values: object) -> Any:
        row = self._db.execute(query, values).fetchone()
        return None if row is None else row[0]


@contextmanager
def growing(draft: Path, previous: Path | None) -> Iterator[State]:
    """Give a copy of a previous release's state, or an empty one, to be changed; ``draft`` is whole at the end.

    Whoever moves it to its final place flushes it to disk. What fails inside leaves the draft as it was at first.

    Raises:
        ReleaseError: The previous release has no state, or one of another format.
    """
    if previous is not None:
        with reading(previous):
            pass
        shutil.copyfile(previous / STATE, draft)
    with closing(sqlite3.connect(draft, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = OFF")  # a draft that a crash cuts short is thrown away
        db.execute("PRAGMA cache_size = -65536")
        if previous is None:
            db.executescript(f"PRAGMA user_version = {FORMAT}; BEGIN; {_TABLES} COMMIT;")
        db.execute("BEGIN")
        yield State(db)
        db.execute("COMMIT")


@contextmanager
def reading(release: Path) -> Iterator[State]:
    """Give the state of a published release, read-only.

    Raises:
        ReleaseError: The release has no state, or one of another format.
    """
    path, remedy = release / STATE, "make the release anew with legation build, from all articles"
    if not path.is_file():
        raise ReleaseError(f"{path}: missing, so nothing can be added to or taken from this release; {remedy}")
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as db:
        try:
            (found,) = db.execute("PRAGMA user_version").fetchone()
        except sqlite3.DatabaseError as error:
            raise ReleaseError(f"{path}: damaged ({error}); {remedy}") from error
        if found != FORMAT:
            raise ReleaseError(f"{path}: written by another version of Legation (format {found}); {remedy}")
        yield State(db)


def cited(account: Account) -> Account:
    """Return the account with its article's text blank but for the words that the account cites; offsets hold.

    Around the evidence the paragraph stays, with its ends, by which merging compares what else is told.
    """
    text = account.article.text
    around = [paragraph(text, report.evidence) for report in account.reports]
    spans = [Span(max(0, span.start - 1), span.end + 1) for span in around]
    spans += [report.event.content for report in account.reports if isinstance(report.event, Statement)]
    spans += [holding.span for holding in account.holdings if holding.span]
    kept, done = [], 0
    for span in sorted(spans):
        start, end = max(span.start, done), min(span.end, len(text))
        if start < end:
            kept += [" " * (start - done), text[start:end]]
            done = end
    blanked = "".join([*kept, " " * (len(text) - done)])
    return replace(account, article=replace(account.article, text=blanked))


def as_text(adapter: TypeAdapter[Any], record: object) -> str:
    """Return a record as JSON without what it has by default: equal records give equal texts."""
    return adapter.dump_json(record, exclude_defaults=True).decode()


def _packed(adapter: TypeAdapter[Any], record: object) -> bytes:
    return zlib.compress(as_text(adapter, record).encode(), 1)
