"""Which of the things that a service proposes is the one asked for: by name, kind and country, and by having no equal.

The service's own score is not used: services count differently, and few say what their numbers mean.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from kg.lookup.question import Candidate, Countries, Question, readable
from kg.records import WIKIDATA, Relation
from kg.spelling import normalise, skeleton

CLOSE = 0.7
"""What is at least this likely, and less than is asked for, is a close match."""

TIE = 0.05
"""Two candidates nearer to each other than this are equally good."""

MOST_TIED = 3
"""Of more equally good candidates none is worth telling."""

_SAME, _TURNED, _SPELLED, _PART = 1.0, 0.95, 0.88, 0.8
_OTHER_NAME = 0.02
_KIND = {"yes": 1.0, "unknown": 0.96, "no": 0.5}
_COUNTRY = {"yes": 1.0, "sure": 0.94, "unknown": 0.88, "no": 0.6}


@dataclass(frozen=True)
class Verdict:
    """A candidate that is accepted, as the same or as much the same, with what speaks for it."""

    candidate: Candidate
    relation: Relation
    confidence: float
    reasons: tuple[str, ...]


def judge(
    question: Question, candidates: Sequence[Candidate], world: Countries, *, accept: float
) -> tuple[Verdict, ...]:
    """Return the one candidate that is the thing asked for, or up to three that may be, or none.

    Exact is only a candidate of confidence ``accept`` without an equal beside it. The confidence is the likeness of
    the names, less what speaks against kind and country; where n are equally good, the n-th part of that.
    """
    weighed = sorted(
        ((*_weigh(question, one, world), one) for one in _merged(candidates)),
        key=lambda found: (-found[0], found[2].iri),
    )
    if not weighed or weighed[0][0] < min(CLOSE, accept):
        return ()
    best = weighed[0][0]
    tied = [found for found in weighed if best - found[0] < TIE]
    if len(tied) > MOST_TIED:
        return ()
    if len(tied) > 1:
        told = f"one of {len(tied)} equally good"
        return tuple(Verdict(one, "closeMatch", score / len(tied), (*why, told)) for score, why, one in tied)
    score, why, one = tied[0]
    return (Verdict(one, "exactMatch" if score >= accept else "closeMatch", score, (*why, "no other fits as well")),)


def _merged(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return one candidate a thing, with all names that the service gave for it."""
    kept: dict[str, Candidate] = {}
    for one in candidates:
        first = kept.get(one.iri)
        names = {one.name, *one.also} | ({*first.also} if first else set())
        base = first or one
        kept[one.iri] = Candidate(
            one.iri, base.name, tuple(sorted(names - {base.name})), base.description or one.description,
            tuple(sorted({*base.types, *one.types})), tuple(sorted({*base.countries, *one.countries})),
            base.sure or one.sure,
        )  # fmt: skip
    return [kept[iri] for iri in sorted(kept)]


def _weigh(question: Question, candidate: Candidate, world: Countries) -> tuple[float, tuple[str, ...]]:
    likeness, name = _likeness(question, candidate)
    kind = _same_kind(question.kind, candidate.types)
    country = _same_country(question, candidate, world)
    if country == "unknown" and candidate.sure:
        country = "sure"
    reasons = [name]
    if kind == "yes":
        reasons.append(f"same kind ({question.kind})")
    if country == "yes":
        reasons.append(f"same country ({question.country})")
    if country == "sure":
        reasons.append("the service is sure")
    weight = 1.0 if question.kind == "state" and kind == "yes" and country != "no" else _COUNTRY[country]
    return likeness * _KIND[kind] * weight, tuple(reasons)


def _likeness(question: Question, candidate: Candidate) -> tuple[float, str]:
    """Return how alike the most alike of their names are, 0–1, and in what way."""
    best = (0.0, "")
    for ours in question.names:
        for theirs in (candidate.name, *candidate.also):
            score, how = _alike(ours, theirs)
            other = (ours != question.name) + (theirs != candidate.name)
            if score:
                told = readable(theirs).replace(";", ",")  # a semicolon parts the reasons
                best = max(best, (score - other * _OTHER_NAME, f"{how}: {told}"))
    return best


def _alike(one: str, other: str) -> tuple[float, str]:
    a, b = normalise(one), normalise(other)
    if a == b:
        return _SAME, "same name"
    if sorted(a.split()) == sorted(b.split()):
        return _TURNED, "same name in another order"
    bones = skeleton(one).split()
    if bones and sorted(bones) == sorted(skeleton(other).split()):
        return _SPELLED, "same name otherwise spelled"
    short, long = sorted((set(a.split()), set(b.split())), key=len)
    return (_PART, "part of the name") if len(short) > 1 and short < long else (0.0, "")


def _same_kind(kind: str, types: Sequence[str]) -> str:
    found = {name for name, (words, ids) in _kinds().items() if any(one in ids or _head(one) in words for one in types)}
    return "unknown" if not found else "yes" if kind in found else "no"


def _same_country(question: Question, candidate: Candidate, world: Countries) -> str:
    state = world.states.get(question.country or "")
    if state is None:
        return "unknown"
    known = {state.alpha2, state.alpha3, f"{WIKIDATA}{state.qid}", state.qid}
    if candidate.countries:
        told = any(one in known or normalise(one) in world.called(state.alpha2) for one in candidate.countries)
        return "yes" if told else "no"
    meant = world.meant(candidate.description)
    return "unknown" if not meant else "yes" if state.alpha2 in meant else "no"


def _head(type_: str) -> str:
    """Return the noun of a type's name, or of the end of its IRI, that says what it is a type of.

    "human settlement" → settlement, "ministry of foreign affairs" → ministry, ``…#PoliticalParty`` → party.
    """
    end = re.split(r"[/#]", type_.rstrip("/#"))[-1] if "://" in type_ else type_
    words = normalise(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", end)).partition(" of ")[0].split()
    return words[-1] if words else ""


@cache
def _kinds() -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    told = tomllib.loads((files("kg") / "data" / "lookup.toml").read_text("utf-8"))["kinds"]
    return {kind: (frozenset(about["words"]), frozenset(about["ids"])) for kind, about in told.items()}
