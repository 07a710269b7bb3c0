"""Which of the system's actors and events are the annotated ones, within one article.

Names are compared as words: case, diacritics, punctuation and "the" do not count. There is no
free similarity: spellings differ only where the rest of a person's name agrees.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import numpy as np
from scipy.optimize import linear_sum_assignment

from kg.evaluate.found import FoundActor, FoundEvent, FoundPlace
from kg.evaluate.gold import Gold, GoldActor, GoldEvent

PRONOUNS = frozenset(
    {"i", "we", "you", "he", "she", "it", "they", "him", "her", "them", "us", "me", "his", "their", "who"}
)
TITLES = frozenset(
    {"mr", "mrs", "ms", "dr", "sir", "lord", "dame", "sheikh", "president", "minister", "secretary", "ambassador"}
    | {"general", "senator", "fm", "pm"}
)
GOVERNMENT = re.compile(
    r"^(?:government|administration|cabinet) of (.+)$|^(.+?) (?:government|administration|cabinet)$"
)
LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})
SAME_SPELLING = 0.8
SAME_WORDS = 0.5
SEASONS = {"21": "03 04 05", "22": "06 07 08", "23": "09 10 11", "24": "12 01 02"}


def words(name: str) -> str:
    """Return a name or text as comparable words: case, marks and every "the" do not count; "the U.S." is ``us``."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(LETTERS))
    plain = "".join(c for c in plain if not unicodedata.combining(c) and c not in ".'’‘`")
    return " ".join(word for word in re.findall(r"\w+", plain) if word != "the")


def flat(text: str) -> str:
    """Return the text with its white space collapsed."""
    return " ".join(text.split())


class Cast:
    """The annotated actors of one article, with a state and its government as one.

    ``find`` returns for a system actor the number of the annotated one, or None.
    """

    def __init__(self, actors: Sequence[GoldActor]) -> None:
        """Number the actors; a form that two of them share stands for neither."""
        self._of_name: dict[str, int] = {}
        self._forms: dict[str, set[int]] = {}
        self._people: list[tuple[int, list[list[str]]]] = []
        self._qids: dict[str, int] = {}
        states = {words(a.name): n for n, a in enumerate(actors) if a.kind == "state"}
        for number, actor in enumerate(actors):
            n = self._state(actor, states, number)
            self._of_name[actor.name] = n
            for form in (actor.name, *actor.aliases):
                if form.casefold() not in PRONOUNS or form == "US":
                    self._forms.setdefault(words(form), set()).add(n)
            if actor.office and actor.of:
                office = re.sub(r"\(.*?\)", "", actor.office)
                self._forms.setdefault(words(f"{office} of {actor.of}"), set()).add(n)
            if actor.wikidata:
                self._qids[actor.wikidata] = n
            if actor.kind == "person":
                forms = [_given_and_last(form) for form in (actor.name, *actor.aliases) if form[:1].isupper()]
                full = [form for form in forms if len(form) > 1]
                self._people.append((n, full or forms))
        for actor in actors:
            self._forms[words(actor.name)] = {self._of_name[actor.name]}

    def _state(self, actor: GoldActor, states: dict[str, int], number: int) -> int:
        governed = GOVERNMENT.match(words(actor.name))
        if actor.kind == "person" or not governed:
            return number
        return states.get(next(g for g in governed.groups() if g), states.get(words(actor.of or ""), number))

    def number(self, name: str) -> int:
        """Return the number of an annotated actor by its full name."""
        return self._of_name.get(name, -1)

    def find(self, actor: FoundActor) -> int | None:
        """Return whom a system actor is: by name, identifier, a person's spelling, office, then other names."""
        found = self._one(actor.name)
        if found is None and actor.wikidata:
            found = self._qids.get(actor.wikidata)
        if found is None and actor.kind == "person":
            found = self._person(actor.name)
        if found is None:
            capital = {self._one(alias) for alias in actor.aliases if any(c.isupper() for c in alias)} - {None}
            found = capital.pop() if len(capital) == 1 else None
        return found

    def _one(self, name: str) -> int | None:
        form = words(name)
        governed = GOVERNMENT.match(form)
        for key in (form, *(g for g in (governed.groups() if governed else ()) if g)):
            numbers = self._forms.get(key, set())
            if len(numbers) == 1:
                return next(iter(numbers))
        return None

    def _person(self, name: str) -> int | None:
        sought = _given_and_last(name)
        alike = {n for n, forms in self._people if any(_same_person(sought, form) for form in forms)}
        return alike.pop() if len(alike) == 1 else None


def _given_and_last(name: str) -> list[str]:
    parts = words(name).split()
    return [p for p in parts if p not in TITLES] or parts


def _same_person(one: list[str], other: list[str]) -> bool:
    if one[-1] != other[-1] or "of" in one + other:
        return False
    if len(one) == 1 or len(other) == 1:
        return True
    first, second = one[0], other[0]
    if first[0] != second[0]:
        return False
    initial = min(len(first), len(second)) == 1 or first.startswith(second) or second.startswith(first)
    return initial or difflib.SequenceMatcher(None, first, second, autojunk=False).ratio() >= SAME_SPELLING


@lru_cache(maxsize=1 << 16)
def same_words(one: str, other: str) -> float:
    """Return how far two pieces of text share their words: F1 over tokens, in 0–1.

    At one half, a piece that lies inside the other passes if it is a third of it or more.
    """
    mine, yours = Counter(words(one).split()), Counter(words(other).split())
    shared = sum((mine & yours).values())
    return 2 * shared / (mine.total() + yours.total()) if shared else 0.0


@lru_cache(maxsize=1 << 16)
def overlap(part: str, whole: str) -> float:
    """Return the share of the words of ``part`` that stand in one piece in ``whole``, or 1 if it holds all of that."""
    one, other = words(part).split(), words(whole).split()
    if not one or not other:
        return 0.0
    longest = difflib.SequenceMatcher(None, one, other, autojunk=False).find_longest_match().size
    return 1.0 if longest == len(other) else longest / len(one)


def start_of(edtf: str | None) -> str | None:
    """Return the beginning of an EDTF interval, or the date itself; None where it is open or unknown."""
    start = (edtf or "").partition("/")[0].rstrip("?~%")
    return start if start not in ("", "..") else None


def compatible(one: str | None, other: str | None) -> bool:
    """Return whether two EDTF dates can be the same day: one is as precise as the other or less, or both unknown.

    ``2022-05`` and ``2022-05-18`` are; nothing and a date are not. Intervals are compared by their start.
    """
    first, second = start_of(one), start_of(other)
    if first is None or second is None:
        return first is second
    for n, (a, b) in enumerate(zip(first.split("-"), second.split("-"), strict=False)):
        if n == 1 and (a in SEASONS or b in SEASONS):
            return bool(set(SEASONS.get(a, a).split()) & set(SEASONS.get(b, b).split()))
        if len(a) != len(b) or any(x != y and "X" not in x + y for x, y in zip(a, b, strict=True)):
            return False
    return True


def same_date(gold: GoldEvent, event: FoundEvent) -> bool:
    """Return whether the dates are equal as EDTF: a visit's start, a meeting's whole date; unknown equals unknown."""
    if gold.kind == "visit":
        return start_of(gold.edtf) == start_of(event.edtf)
    return (gold.edtf or None) == (event.edtf or None)


def _years_apart(one: str | None, other: str | None) -> bool:
    years = [(start_of(edtf) or "")[:4] for edtf in (one, other)]
    return all(y.isdigit() for y in years) and abs(int(years[0]) - int(years[1])) > 1


def _same_place_name(name: str | None, place: FoundPlace | None) -> bool:
    return name is not None and place is not None and words(name) in map(words, (place.name, *place.aliases))


def agreement(gold: GoldEvent, event: FoundEvent, cast: Cast, whom: Callable[[FoundActor], int | None]) -> float:
    """Return 0 where the two cannot be the same event, else at least 1: the more agrees, the higher (below 20).

    Visits share a visitor and the country or the place; meetings share two participants, statements the
    speaker and the words. Dates years apart are two occasions unless the evidence is the same.
    """
    sought = {cast.number(name) for name in gold.actors}
    actors = {number for number in map(whom, event.actors) if number is not None}
    shared = sought & actors
    if gold.kind != event.kind or not shared:
        return 0.0
    if gold.kind == "statement":
        likeness = same_words(gold.evidence, event.content or "")
        return 1 + 5 * likeness + (gold.act == event.act) if likeness >= SAME_WORDS else 0.0
    if gold.kind == "meeting" and len(shared) < min(2, len(sought)):
        return 0.0
    named = _same_place_name(gold.place, event.place)
    abroad = event.place is not None and event.place.country == gold.country and gold.country is not None
    if gold.kind == "visit" and not (named or abroad):
        return 0.0
    told = overlap(gold.evidence, event.evidence)
    if told < SAME_WORDS and _years_apart(gold.edtf, event.edtf):
        return 0.0
    date = 2.0 if same_date(gold, event) else 1.0 * compatible(gold.edtf, event.edtf)
    strength = len(shared) / len(sought | actors)
    return 1 + 4 * strength + 2 * named + date + (gold.status == event.status) + 3 * told + 0.1 * gold.required


def pair(gold: Gold, events: Sequence[FoundEvent]) -> list[tuple[int, int]]:
    """Return which annotated event is which of the system's: pairs of their numbers, each used once.

    As many as possible are paired, and among such pairings the one that agrees best.
    """
    if not gold.events or not events:
        return []
    cast = Cast(gold.actors)
    known: dict[FoundActor, int | None] = {}

    def whom(actor: FoundActor) -> int | None:
        if actor not in known:
            known[actor] = cast.find(actor)
        return known[actor]

    weights = np.array([[agreement(g, e, cast, whom) for e in events] for g in gold.events])
    rows, columns = linear_sum_assignment(np.where(weights > 0, weights + 100, 0), maximize=True)
    return [(int(r), int(c)) for r, c in zip(rows, columns, strict=True) if weights[r, c] > 0]


def rests_on(event: FoundEvent, texts: Iterable[str]) -> bool:
    """Return whether a visit's or meeting's evidence covers half of one of the texts, or lies inside it."""
    return event.kind != "statement" and any(overlap(text, event.evidence) >= SAME_WORDS for text in texts)
