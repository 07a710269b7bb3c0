"""What the system says about each article, in plain records: read from an account or from a release's store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kg.evaluate.gold import Kind
from kg.iri import PREFIXES
from kg.rdf import MODES
from kg.records import Account, Meeting, Report, Statement, Visit
from kg.release import open_release

LEG = PREFIXES["leg"]
MODE_OF = {local: mode for mode, local in MODES.items()}
ROLES: dict[str, tuple[Kind, str]] = {
    "Visit": ("visit", "visitor"),
    "Meeting": ("meeting", "participant"),
    "Statement": ("statement", "speaker"),
}


@dataclass(frozen=True)
class FoundActor:
    """An actor as the system has it: preferred name, other names, kind (person, state, organization)."""

    name: str
    kind: str
    aliases: tuple[str, ...] = ()
    wikidata: str | None = None


@dataclass(frozen=True)
class FoundPlace:
    """A place as the system has it; ``country`` is ISO 3166-1 alpha-2."""

    name: str
    country: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class FoundEvent:
    """A visit, meeting or statement that the system reports; ``actors`` visit, take part or speak.

    A statement's ``content`` is its words; ``evidence`` are the words that a visit or meeting rests on.
    """

    kind: Kind
    actors: tuple[FoundActor, ...]
    evidence: str
    place: FoundPlace | None = None
    edtf: str | None = None
    status: str = "occurred"
    mode: str | None = None
    act: str | None = None
    direct: bool | None = None
    content: str | None = None
    about: tuple[FoundActor, ...] = ()
    confidence: float = 1.0
    rule: str = ""


@dataclass(frozen=True)
class Found:
    """All that the system says about one article."""

    id: str
    events: tuple[FoundEvent, ...] = ()


def at_least(founds: Mapping[str, Found], confidence: float) -> dict[str, Found]:
    """Return the same articles with only the events of at least this confidence (0–1)."""
    return {
        key: replace(found, events=tuple(e for e in found.events if e.confidence >= confidence))
        for key, found in founds.items()
    }


def from_account(account: Account) -> Found:
    """Return what one account says."""
    actors = {a.key: FoundActor(a.name, a.kind, a.aliases, a.wikidata) for a in account.actors}
    places = {p.key: FoundPlace(p.name, p.country) for p in account.places}
    text = account.article.text
    return Found(account.article.id, tuple(_event(r, text, actors, places) for r in account.reports))


def _event(report: Report, text: str, actors: Mapping[str, FoundActor], places: Mapping[str, FoundPlace]) -> FoundEvent:
    event = report.event
    kind: Kind
    roles: tuple[str, ...]
    more: dict[str, Any] = {}
    match event:
        case Visit():
            kind, roles, more = "visit", event.visitors, {"place": places[event.destination]}
        case Meeting():
            kind, roles = "meeting", event.participants
            more = {"place": places[event.place] if event.place else None, "mode": event.mode}
        case Statement():
            kind, roles = "statement", (event.speaker,)
            about = tuple(actors[key] for key in event.about if key in actors)
            more = {"act": event.act, "direct": event.direct, "content": event.content.of(text), "about": about}
    return FoundEvent(
        kind=kind,
        actors=tuple(actors[key] for key in roles),
        evidence=report.evidence.of(text),
        edtf=report.edtf,
        status=report.status,
        confidence=report.confidence,
        rule=report.rule,
        **more,
    )


ARTICLES = "SELECT ?id WHERE { ?article a leg:Article ; dct:identifier ?id }"
REPORTS = """
SELECT ?report ?id ?event ?type ?status ?edtf ?confidence ?rule ?start ?evidence ?mode ?act ?direct ?content WHERE {
  ?report leg:reports ?event ; leg:article/dct:identifier ?id ; leg:status ?status ; leg:confidence ?confidence .
  ?event a ?type . FILTER(?type IN (leg:Visit, leg:Meeting, leg:Statement))
  OPTIONAL { ?report leg:edtf ?edtf } OPTIONAL { ?report leg:rule ?rule }
  OPTIONAL { ?report leg:evidence ?span . ?span oa:start ?start ; oa:exact ?evidence }
  OPTIONAL { ?event leg:mode ?mode } OPTIONAL { ?event leg:act ?act }
  OPTIONAL { ?event leg:direct ?direct } OPTIONAL { ?event leg:content ?content }
}"""
LINKS = """
SELECT ?from ?role ?to WHERE {
  VALUES ?role { leg:visitor leg:participant leg:speaker leg:destination leg:place leg:about leg:host leg:addressee
                 leg:reportedActor leg:reportedPlace }
  ?from ?role ?to
}"""
NAMES = """
SELECT ?thing ?name ?preferred ?type ?country ?same WHERE {
  { ?thing rdfs:label ?name . BIND(true AS ?preferred) }
  UNION { ?thing skos:altLabel ?name . BIND(false AS ?preferred) }
  { ?thing a ?type . FILTER(?type IN (leg:Person, leg:State, leg:Organization, leg:Place)) }
  OPTIONAL { ?thing leg:countryCode ?country }
  OPTIONAL { ?thing skos:exactMatch|owl:sameAs ?same . FILTER(CONTAINS(STR(?same), "wikidata.org/entity/")) }
}"""
PROLOGUE = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in PREFIXES.items())
KIND_OF = {"Person": "person", "State": "state", "Organization": "organization"}


def from_release(folder: Path) -> dict[str, Found]:
    """Return what a release says, by article id; an event that an article reports twice is taken once.

    ``folder`` is the release's own folder or the one above with its ``current`` link. Actors and places are
    the ones the article has (``leg:reportedActor``, ``leg:reportedPlace``) where the release says so, else the
    merged event's.

    Raises:
        ReleaseError: there is no store.
    """
    store = open_release(folder).store
    links: dict[tuple[str, str], list[str]] = {}
    for row in _rows(store, LINKS):
        links.setdefault((row["from"], _local(row["role"])), []).append(row["to"])
    actors, places = _named(_rows(store, NAMES))
    chosen: dict[tuple[str, str], tuple[tuple[float, int], FoundEvent]] = {}
    for row in _rows(store, REPORTS):
        event = _reported(row, links, actors, places)
        rank = (-event.confidence, int(row["start"] or 0))
        key = (row["id"], row["event"])
        if key not in chosen or rank < chosen[key][0]:
            chosen[key] = (rank, event)
    grouped: dict[str, list[tuple[int, FoundEvent]]] = {row["id"]: [] for row in _rows(store, ARTICLES)}
    for (article, _), ((_, start), event) in chosen.items():
        grouped[article].append((start, event))
    return {
        article: Found(article, tuple(e for _, e in sorted(events, key=lambda pair: (pair[0], repr(pair[1])))))
        for article, events in sorted(grouped.items())
    }


def _rows(store: Any, query: str) -> list[dict[str, Any]]:
    solutions = store.query(PROLOGUE + query, use_default_graph_as_union=True)
    names = [variable.value for variable in solutions.variables]
    return [{name: getattr(row[name], "value", None) for name in names} for row in solutions]


def _local(iri: str) -> str:
    return iri.removeprefix(LEG)


def _named(rows: Iterable[Mapping[str, Any]]) -> tuple[dict[str, FoundActor], dict[str, FoundPlace]]:
    gathered: dict[str, dict[str, Any]] = {}
    for row in rows:
        empty: dict[str, Any] = {"names": set(), "label": "", "types": set(), "qid": None, "cc": None}
        entry = gathered.setdefault(row["thing"], empty)
        entry["names"].add(row["name"])
        entry["types"].add(_local(row["type"]))
        entry["cc"] = row["country"] or entry["cc"]
        if row["preferred"] == "true":
            entry["label"] = row["name"]
        if row["same"]:
            entry["qid"] = row["same"].rpartition("/")[2]
    actors, places = {}, {}
    for iri, entry in gathered.items():
        label = entry["label"] or min(entry["names"])
        others = tuple(sorted(entry["names"] - {label}))
        kinds = [kind for local, kind in KIND_OF.items() if local in entry["types"]]
        if kinds:
            actors[iri] = FoundActor(label, kinds[0], others, entry["qid"])
        if "Place" in entry["types"]:
            places[iri] = FoundPlace(label, entry["cc"], others)
    return actors, places


def _reported(
    row: Mapping[str, Any],
    links: Mapping[tuple[str, str], list[str]],
    actors: Mapping[str, FoundActor],
    places: Mapping[str, FoundPlace],
) -> FoundEvent:
    kind, role = ROLES[_local(row["type"])]
    report, event = row["report"], row["event"]
    told = links.get((report, "reportedActor"), [])
    main = links.get((event, role), [])
    beside = {iri for other in ("about", "host", "addressee") for iri in links.get((event, other), [])}
    acting = [iri for iri in told if iri in main or iri not in beside] or main
    if kind == "statement":
        acting = [iri for iri in main if iri in told] or acting
    merged = links.get((event, "destination" if kind == "visit" else "place"), [])
    where = links.get((report, "reportedPlace"), merged)
    return FoundEvent(
        kind=kind,
        actors=tuple(actors[iri] for iri in sorted(set(acting)) if iri in actors),
        evidence=row["evidence"] or "",
        place=next((places[iri] for iri in sorted(where) if iri in places), None),
        edtf=row["edtf"],
        status=_local(row["status"]).lower(),
        mode=MODE_OF.get(_local(row["mode"])) if row["mode"] else None,
        act=_local(row["act"]).lower() if row["act"] else None,
        direct=row["direct"] in ("true", "1") if row["direct"] else None,
        content=row["content"],
        about=tuple(actors[iri] for iri in sorted(links.get((event, "about"), [])) if iri in actors),
        confidence=float(row["confidence"]),
        rule=row["rule"] or "",
    )
