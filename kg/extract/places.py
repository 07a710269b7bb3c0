"""Where someone can be in a sentence: the places that it names, points at or leaves to be understood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from kg.cast import PlaceMention
from kg.extract.candidate import Scene, anchor
from kg.extract.words import Word, root_of

VISIT = (
    "visit.arrive", "visit.go", "visit.stay", "visit.host", "visit.pay", "visit.noun", "visit.send", "visit.join",
    "visit.due", "visit.cancel",
)  # fmt: skip
"""The groups of words that speak of travel; the last undoes it."""
GOING = ("visit.arrive", "visit.go", "visit.host", "visit.noun", "visit.send", "visit.join")
"""The groups whose words all but say that someone travels."""
_TOWNS = frozenset(
    {
        "airport", "capital", "city", "harbour", "metropolis", "palace", "port", "resort", "seaport", "spa",
        "suburb", "town", "venue", "village",
    }
)  # fmt: skip
_LANDS = frozenset(
    {
        "archipelago", "country", "emirate", "federation", "island", "islands", "kingdom", "land", "monarchy",
        "nation", "republic", "sultanate",
    }
)  # fmt: skip
_POINTING = frozenset({"the", "this", "that", "same"})
_EVENTS = frozenset(
    {
        "assembly", "banquet", "ceremony", "conference", "congress", "convention", "coronation", "enthronement",
        "forum", "funeral", "gathering", "inauguration", "meeting", "negotiation", "parley", "round", "session",
        "summit", "swearing-in", "talk", "wedding",
    }
)  # fmt: skip
_LOCATIVE = frozenset({"in", "at", "to", "into", "near", "outside", "via", "through"})
_BACK = 12
"""How many sentences back a place is still in the reader's mind."""


class Whereabouts:
    """The places of an article as its reader meets them: which were named last, where the tale stands by now."""

    def __init__(self, scene: Scene) -> None:
        """Walk once through the places, in the order of the text."""
        self._scene = scene
        count = len(scene.sents)
        named = Counter(p.country for p in scene.cast.places if p.kind != "state")
        total = max(1, sum(named.values()))
        self._share = {country: number / total for country, number in named.items()}
        # A city-state is named as a state, so states count too, though for less: most are named as actors.
        weights = Counter(p.country for p in scene.cast.places if p.kind == "state")
        ranked = sorted(weights | named, key=lambda c: (-named[c] - weights[c] / 4, str(c)))[:2]
        self._frequent = ranked[0] if ranked else None
        self._often = [
            next((p for p in scene.cast.places if p.country == country and p.kind == kind), None)
            for country in ranked
            for kind in ("city", "state")
        ]
        self._hosts = Counter(p.country for places in scene.places_in for p in places if _holds_event(scene, p))
        self._headline = scene.places_in[0][-1] if count and scene.places_in[0] else None
        self._stages: list[PlaceMention | None] = [scene.dateline] * count
        self._recent: list[list[tuple[int, PlaceMention]]] = [[] for _ in range(count)]
        stage = scene.dateline
        for number in range(count):
            self._stages[number] = stage
            if number:
                fresh = [(1, p) for p in reversed(scene.places_in[number - 1])]
                kept = [(back + 1, p) for back, p in self._recent[number - 1] if back < _BACK]
                self._recent[number] = _by_country([*fresh, *kept])
            for place in scene.places_in[number]:
                if place.kind != "state" and not scene.quoted[place.first] and _locative(scene, place):
                    stage = place
        venue = min(self._hosts, key=lambda c: (-self._hosts[c], str(c))) if self._hosts else None
        self._venue = next((p for p in scene.cast.places if p.country == venue), None)
        self._traits: dict[tuple[int, str | None], list[float]] = {}

    def named(self, number: int) -> list[PlaceMention]:
        """Return the places that a sentence names or points at ("there", "the Egyptian capital", "the same city")."""
        found = _distinct(self._scene.places_in[number])
        return [p for p in found if _may_hold(self._scene, p)] + self._pointed(number)

    def implied(self, number: int) -> list[PlaceMention]:
        """Return where a sentence may be set whose own words do not say it, likeliest first, one a country."""
        recent = [p for _, p in self._recent[number][:3]]
        options: list[PlaceMention | None] = [*recent[:1], self._stages[number], *recent[1:], self._scene.dateline]
        if number:
            options.append(self._headline)
        options += [self._venue, *self._often]
        unique: dict[str | None, PlaceMention] = {}
        for place in options:
            if place is not None:
                unique.setdefault(place.country, place)
        return list(unique.values())

    def traits(self, number: int, country: str | None) -> list[float]:
        """Return how present a country is at a sentence: named before it, how far back, staged, in the headline."""
        key = number, country
        if key not in self._traits:
            back = next((b for b, p in self._recent[number] if p.country == country), _BACK + 4)
            first = self._recent[number][0][1].country if self._recent[number] else None
            stage = self._stages[number]
            self._traits[key] = [
                float(back),
                float(first == country),
                float(stage is not None and stage.country == country),
                float(self._headline is not None and self._headline.country == country),
                float(self._frequent == country),
                self._share.get(country, 0.0),
                float(self._hosts[country]),
                float(len(self._recent[number])),
            ]
        return self._traits[key]

    def _last(self, token: Word, *, towns: bool) -> PlaceMention | None:
        """Return the place last named before a word."""
        number = self._scene.sent_of[token.i]
        own = [p for p in self._scene.places_in[number] if p.stop <= token.i]
        before = [*reversed(own), *(p for _, p in self._recent[number])]
        return next((p for p in before if not towns or p.kind != "state"), None)

    def _pointed(self, number: int) -> list[PlaceMention]:
        scene, found = self._scene, []
        start, stop = scene.sents[number]
        for i in range(start, stop):
            token = scene.doc[i]
            low = token.lower_
            last: PlaceMention | None = None
            first = i
            if low == "here" and not scene.quoted[i]:
                last = scene.dateline or self._stages[number]
            elif low == "there" and token.dep_ != "expl":
                last = self._last(token, towns=False)
            elif low in _TOWNS or low in _LANDS:
                state = scene.cast.at.get(i - 1)
                if i > start and state and state.kind in {"demonym", "state"} and state.entities:
                    first = i - 1
                    code = scene.cast.entities[state.entities[0]].country
                    city = scene.authority.capital_of(code) if code and low == "capital" else None
                    if city is not None:
                        found.append(PlaceMention(first, i + 1, city.key, "capital", city.country))
                        continue
                    if code and low in _LANDS:
                        found.append(PlaceMention(first, i + 1, code, "state", code))
                        continue
                elif i not in scene.cast.place_at and _points(token):
                    last = self._last(token, towns=low in _TOWNS)
            if last is not None:
                kind = "state" if last.kind == "state" else "here" if low == "here" else "pointed"
                found.append(PlaceMention(first, i + 1, last.key, kind, last.country))
        return found


def _points(token: Word) -> bool:
    words = {child.lower_ for child in token.children}
    return bool(words & _POINTING) and "of" not in words


def _by_country(places: Iterable[tuple[int, PlaceMention]]) -> list[tuple[int, PlaceMention]]:
    """Keep one place a country, the latest; a city rather than the country, where both stand as near."""
    kept: dict[str | None, tuple[int, PlaceMention]] = {}
    for back, place in places:
        known = kept.get(place.country)
        if known is None:
            kept[place.country] = back, place
        elif known[1].kind == "state" and place.kind != "state":
            kept[place.country] = known[0], place
    return list(kept.values())


def _locative(scene: Scene, place: PlaceMention) -> bool:
    token = anchor(root_of(scene.doc[place.first : place.stop]))
    return token.dep_ == "pobj" and token.head.lower_ in _LOCATIVE


def _holds_event(scene: Scene, place: PlaceMention) -> bool:
    """Say whether a place is said to hold a gathering: "the summit in Astana", "the Astana talks"."""
    token = anchor(root_of(scene.doc[place.first : place.stop]))
    owner = token.head.head if token.dep_ == "pobj" else token.head
    return owner.base in _EVENTS


def _may_hold(scene: Scene, place: PlaceMention) -> bool:
    """Say whether a place name can be where someone goes: not "Washington denied", nor "the minister of Ghana"."""
    token = anchor(root_of(scene.doc[place.first : place.stop]))
    if token.dep_ in {"nsubj", "nsubjpass", "dative", "agent"}:
        return scene.senses.listed(token.head, *VISIT)
    if token.dep_ == "pobj" and token.head.lower_ == "of":
        owner = scene.cast.at.get(token.head.head.i)
        if owner is not None and owner.kind in {"name", "role"}:
            return False
        return owner is None or owner.kind not in {"group", "organization"} or owner.role is None
    return True


def _distinct(places: Sequence[PlaceMention]) -> list[PlaceMention]:
    """Drop the state of "Moscow, Russia" and names that are part of an organisation's."""
    kept: list[PlaceMention] = []
    for place in places:
        if kept and place.kind == "state" and kept[-1].country == place.country and place.first - kept[-1].stop <= 1:
            continue
        kept.append(place)
    return kept
