"""What the pipeline's stages hand to each other: frozen dataclasses, no RDF.

Keys of actors and places are the path of their data IRI (``person/antony-blinken``), so that
a record and its node share one name. Dates are EDTF strings (Library of Congress, level 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

WIKIDATA = "http://www.wikidata.org/entity/"
GEONAMES = "https://sws.geonames.org/"

Relation = Literal["exactMatch", "closeMatch"]
Status = Literal["planned", "occurred", "cancelled"]
Mode = Literal["in-person", "phone", "video", "unknown"]
ActorKind = Literal["person", "state", "organization"]
DateSource = Literal["metadata", "byline", "dateline", "inferred", "none"]
Act = Literal[
    "say",
    "announce",
    "affirm",
    "praise",
    "accuse",
    "criticise",
    "deny",
    "demand",
    "promise",
    "warn",
    "propose",
    "invite",
]


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of an article's text, in characters: ``article.text[start:end]``."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the words that the span covers."""
        return text[self.start : self.end]


@dataclass(frozen=True)
class Article:
    """One news article as it was given; ``text`` is never altered after reading."""

    id: str
    text: str
    sha256: str
    title: str | None = None
    url: str | None = None
    published: date | None = None
    date_source: DateSource = "none"
    publisher: str | None = None
    authors: tuple[str, ...] = ()
    lang: str = "en"


@dataclass(frozen=True, order=True)
class Refusal:
    """An input that was not published: where it came from, why, and what its owner can do."""

    source: str
    reason: str
    remedy: str


@dataclass(frozen=True, order=True)
class Link:
    """That an actor or place is a thing in another data set: ``target`` is its IRI there.

    ``relation`` is the local name of the SKOS property, ``exactMatch`` or ``closeMatch``. ``confidence`` is in 0–1;
    ``reasons`` say in a few words each what speaks for it. ``source`` says who found it: ``authority`` (the packaged
    tables), ``curation`` (somebody chose it by hand) or the address of the service that was asked.
    """

    target: str
    relation: Relation
    confidence: float = 1.0
    reasons: tuple[str, ...] = ()
    source: str = "authority"


@dataclass(frozen=True)
class Actor:
    """A person, state or organization that an article names.

    ``aliases`` are the surface forms in the article. ``kind`` is refined by ``subkind`` (the local name of an ontology
    class below it: ``Ministry``, ``Party``). ``notations`` are codes as (scheme, code), the scheme being the
    local name of a datatype of the ontology: ``("IsoAlpha3", "USA")``. ``note`` says why somebody known by an office
    alone stays unnamed.
    """

    key: str
    kind: ActorKind
    name: str
    aliases: tuple[str, ...] = ()
    subkind: str | None = None
    country: str | None = None
    links: tuple[Link, ...] = ()
    notations: tuple[tuple[str, str], ...] = ()
    note: str | None = None

    @property
    def wikidata(self) -> str | None:
        """The QID of the thing on Wikidata that the actor is linked to as the same, or None."""
        found = (link for link in self.links if link.relation == "exactMatch" and link.target.startswith(WIKIDATA))
        return next((link.target.removeprefix(WIKIDATA) for link in found), None)


@dataclass(frozen=True)
class Place:
    """A place that an article names; ``country`` is ISO 3166-1 alpha-2, coordinates are WGS 84 degrees."""

    key: str
    name: str
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    links: tuple[Link, ...] = ()

    @property
    def is_country(self) -> bool:
        """Whether the place is a country, not somewhere in it."""
        return self.country is not None and self.key == f"place/{self.country.lower()}"


@dataclass(frozen=True)
class OfficeHolding:
    """An office that an actor holds, as the article has it or as the authority dates it.

    ``start`` and ``end`` are ISO dates at the source's precision (``2022-04-27``, ``2022-04``, ``2022``) or
    None. ``former`` says that the article calls the holder a former one. ``source`` is ``article`` or
    the authority's name for where the dates come from; ``span`` is set when the article says it. ``earliest`` and
    ``latest`` are the days between which the source allows it, ``as_of`` is the last day that the source speaks of.
    """

    holder: str
    office: str
    of: str | None = None
    former: bool = False
    start: str | None = None
    end: str | None = None
    source: str = "article"
    span: Span | None = None
    earliest: str | None = None
    latest: str | None = None
    as_of: str | None = None


@dataclass(frozen=True)
class Visit:
    """Someone goes, went or was to go to a place on diplomatic business."""

    visitors: tuple[str, ...]
    destination: str
    hosts: tuple[str, ...] = ()
    purpose: str | None = None


@dataclass(frozen=True)
class Meeting:
    """Two or more actors meet or speak with each other; ``during`` is the index of a report in the same account."""

    participants: tuple[str, ...]
    place: str | None = None
    mode: Mode = "unknown"
    topic: str | None = None
    during: int | None = None


@dataclass(frozen=True)
class Statement:
    """One speaker's utterance: the quoted words (``direct``) or the reported clause."""

    speaker: str
    content: Span
    act: Act
    direct: bool
    about: tuple[str, ...] = ()
    addressees: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """One article's account of one event, with the words that say so.

    ``edtf`` is at the precision the article supports, None where it supports nothing. ``confidence``
    is in 0–1, ``rule`` names what produced the report.

    Of an article whose own day is unknown, ``offset`` are the days from that day to the event's (-1 for "yesterday"),
    and ``weekday`` is the event's weekday (Monday is 0), the last one for what occurred and the next for what is
    planned. Both are None where the article's words do not say so of this event.
    """

    event: Visit | Meeting | Statement
    status: Status
    edtf: str | None
    evidence: Span
    confidence: float
    rule: str
    offset: int | None = None
    weekday: int | None = None


@dataclass(frozen=True)
class Account:
    """All that one article says: its actors, places, offices and reports, sorted by place in the text.

    ``contradictions`` are what it says of offices against the authority.
    """

    article: Article
    actors: tuple[Actor, ...] = ()
    places: tuple[Place, ...] = ()
    holdings: tuple[OfficeHolding, ...] = ()
    reports: tuple[Report, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()


@dataclass(frozen=True, order=True)
class Join:
    """How a report came to an event that others tell of: how surely (0–1) and why."""

    article: str
    index: int
    confidence: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Event:
    """An occasion, merged over the reports of it: ``reports`` are (article id, index in its account).

    ``wording`` is the id of the article whose text a statement's ``content`` is a span of. ``replaces`` are keys that
    its reports alone would have had; ``disputed`` are the properties (local names) on which reports disagree.
    ``inferred`` says that no report has the date in full: it follows from another event of the article. ``joins`` are
    all reports but the first.
    """

    key: str
    event: Visit | Meeting | Statement
    status: Status
    edtf: str | None
    label: str
    reports: tuple[tuple[str, int], ...]
    wording: str | None = None
    replaces: tuple[str, ...] = ()
    disputed: tuple[str, ...] = ()
    inferred: bool = False
    joins: tuple[Join, ...] = ()


@dataclass(frozen=True)
class OfficialRecord:
    """One stay of a traveller in one country, as a government has it on record.

    ``start`` and ``end`` are ISO days, both inclusive. ``traveller`` and ``met`` (whom the record says they met) are
    keys of persons, ``places`` keys of places; whom or what the authority does not know for certain is missing there.
    ``name``, ``office``, ``country``, ``locale`` and ``text`` are the record's own words. ``countries`` are the alpha-2
    codes under which news may have the place, the record's own first: of a state that is no more, the present one too.
    ``complete`` says that all of the traveller's journeys while in office are on record, not only some.
    """

    id: str
    start: str
    end: str
    traveller: str
    name: str
    office: str
    countries: tuple[str, ...]
    country: str
    locale: str
    places: tuple[str, ...]
    met: tuple[str, ...]
    text: str
    origin: str
    complete: bool

    @property
    def key(self) -> str:
        """The path of its IRI: ``record/us-trip-4113``."""
        return f"record/{self.id.lower()}"

    @property
    def edtf(self) -> str:
        """The days of the stay as one EDTF date."""
        return self.start if self.start == self.end else f"{self.start}/{self.end}"

    @property
    def label(self) -> str:
        """Who was where and when, in the record's words: ``President Barack Obama in Cuba (Havana), 2016-03-20``."""
        where = f"{self.country} ({self.locale})" if self.locale else self.country
        return f"{self.office} {self.name}".strip() + f" in {where}, {self.edtf}"


@dataclass(frozen=True)
class Corroboration:
    """That an official record confirms an event."""

    event: str
    record: OfficialRecord


@dataclass(frozen=True, order=True)
class Contradiction:
    """That articles and a source disagree, for people to look into: neither is taken to be right.

    ``kind`` is ``date`` or ``office``, ``subject`` the key of the event or actor that it is about. ``source`` is the id
    of an official record or the authority's name for where it knows from; ``articles`` are ids.
    """

    kind: Literal["date", "office"]
    subject: str
    says: str
    source: str
    source_says: str
    articles: tuple[str, ...]
