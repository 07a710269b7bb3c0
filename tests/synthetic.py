"""Articles that a program writes and a fast reader understands: the input of tests of growth, and of its benchmark.

Each sentence is one report: ``Visit person-3 person-7 to paris-fr on 2022-05-18 as occurred.`` An actor is
``person-3``, ``state-fr`` or a known person's key; before it a form may stand by which this article calls it
(``Mr:person-3``). A place is ``paris-fr`` or a country, ``fr``; ``when`` may be ``?``. Beside visits there are
``Meeting … in PLACE on DATE as STATUS``, with ``within N`` for the report that it lies within, ``Statement WHO about
WHOM: words`` and ``Office WHO is TITLE of STATE``. The first line may give the date of publication.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from kg.derived import state_actor
from kg.records import (
    GEONAMES,
    WIKIDATA,
    Account,
    Actor,
    Article,
    Link,
    Meeting,
    OfficeHolding,
    Place,
    Report,
    Span,
    Statement,
    Visit,
)
from kg.tables import rows

PEOPLE = 300
SENTENCE = re.compile(r"^(Visit|Meeting|Statement|Office) [^\n]*\.$", re.MULTILINE)
OCCASION = re.compile(r"\w+ (?P<who>.+?) (?:to|in) (?P<where>\S+) on (?P<when>\S+) as (?P<how>\w+)(?: within (\d+))?\.")
SAID = re.compile(r"Statement (?P<who>\S+) about (?P<whom>\S+): (?P<words>.+)\.")
HELD = re.compile(r"Office (?P<who>\S+) is (?P<title>.+) of (?P<state>\S+)\.")


class SyntheticReader:
    """A reader without a language model, some hundred times as fast as the real one; it calls itself ``name``."""

    def __init__(self, name: str = "no-model 1.0") -> None:
        """Take the name of the model that releases shall be said to be read with."""
        self.model_name = name

    def read(self, article: Article, *, min_confidence: float | None = None) -> Account:
        """Return what the article says; it is surer of longer sentences."""
        cast = _Cast()
        reports: list[Report] = []
        holdings = []
        for found in SENTENCE.finditer(article.text):
            if found[1] == "Office":
                holdings.append(cast.holding(found))
            else:
                reports.append(cast.report(found, reports, article.published))
        sure = [report for report in reports if min_confidence is None or report.confidence >= min_confidence]
        return Account(article, tuple(cast.actors.values()), tuple(cast.places.values()), tuple(holdings), tuple(sure))


class _Cast:
    """Gathers the actors and places of one article while its sentences are read."""

    def __init__(self) -> None:
        self.actors: dict[str, Actor] = {}
        self.places: dict[str, Place] = {}

    def report(self, sentence: re.Match[str], before: Sequence[Report], published: date | None) -> Report:
        span = Span(sentence.start(), sentence.end())
        confidence = round(0.5 + len(sentence[0]) % 50 / 100, 2)
        if sentence[1] == "Statement":
            said = _match(SAID, sentence[0])
            content = Span(span.start + said.start("words"), span.start + said.end("words"))
            speech = Statement(self.actor(said["who"]), content, "say", True, (self.actor(said["whom"]),))
            day = published.isoformat() if published else None
            return Report(speech, "occurred", day, span, confidence, "synthetic/said")
        told = _match(OCCASION, sentence[0])
        who, where = tuple(self.actor(name) for name in told["who"].split()), self.place(told["where"])
        event: Visit | Meeting = (
            Visit(who, where)
            if sentence[1] == "Visit"
            else Meeting(who, where, mode="in-person", during=_larger(told[5], before))
        )
        status = "planned" if told["how"] == "planned" else "occurred"
        return Report(event, status, None if told["when"] == "?" else told["when"], span, confidence, "synthetic/went")

    def holding(self, sentence: re.Match[str]) -> OfficeHolding:
        held = _match(HELD, sentence[0])
        span = Span(sentence.start(), sentence.end())
        return OfficeHolding(self.actor(held["who"]), held["title"], self.actor(held["state"]), span=span)

    def actor(self, name: str) -> str:
        form, _, key = name.rpartition(":")
        if key.startswith("state-"):
            actor = state_actor(f"state/{key.removeprefix('state-')}")
        else:
            number = re.sub(r"\D", "", key)
            country = countries()[int(number) % len(countries())][0] if number else None
            links = (Link(f"{WIKIDATA}Q9{number}", "exactMatch"),) if number and int(number) % 2 else ()
            actor = Actor(f"person/{key}", "person", key.replace("-", " ").title(), country=country, links=links)
        known = self.actors.setdefault(actor.key, actor)
        if form and f"{form} {known.name}" not in known.aliases:
            self.actors[actor.key] = Actor(
                **{**vars(known), "aliases": tuple(sorted({*known.aliases, f"{form} {known.name}"}))}
            )
        return actor.key

    def place(self, name: str) -> str:
        town, _, country = name.rpartition("-")
        links = (Link(f"{GEONAMES}{sum(name.encode())}/", "exactMatch"),) if town else ()
        place = Place(f"place/{name}", (town or country).title(), country.upper(), links=links)
        return self.places.setdefault(place.key, place).key


def synthetic_reader() -> SyntheticReader:
    """Return a fast reader; worker processes find this function by its name."""
    return SyntheticReader()


@cache
def countries() -> tuple[tuple[str, str], ...]:
    """Return the codes of 150 states of today, as (alpha-2, key of the state)."""
    table = rows(files("kg") / "data" / "authority", "countries.csv")
    found = [(row["alpha2"], f"state-{row['code'].lower()}") for row in table if not row["until"]]
    return tuple(found[:150])


def articles(number: int, *, seed: int, undated: float = 0.0, occasions: float = 4 / 3) -> Iterator[dict[str, str]]:
    """Yield records of articles with some four reports and six actors each, over twenty years.

    Each occasion is told by three or so, within days; ``occasions`` is their number for each article. Some people are
    in the news far more often than others, and the same occasion is told under other names, to the country instead of
    the town, before and after. ``undated`` is the share of reports whose date nobody tells.
    """
    rng = random.Random(seed)
    stories = sorted((_story(rng) for _ in range(max(4, int(number * occasions)))), key=lambda story: story[0])
    for index in range(number):
        first = rng.randrange(len(stories) - 3)
        told = [stories[first + rng.randrange(4)] for _ in range(4)]
        lines = [_told(rng, story, undated=rng.random() < undated) for _, *story in told]
        if rng.random() < 0.3:
            lines.append(f"Office {_person(rng)} is President of {rng.choice(countries())[1]}.")
        text = f"Article {index} of {number}.\n\n" + "\n".join(lines) + "\n" + "Nothing else was said. " * 100
        published = max(day for day, *_ in told) + timedelta(rng.randrange(1, 3))
        yield {"id": f"s{index}", "text": text, "lang": "en", "published": published.isoformat()}


def _story(rng: random.Random) -> tuple[date, str, str, str, str]:
    """Return the day of an occasion, its kind, its actors, where it is or whom it is about, and what is said."""
    kind = rng.choices(["Visit", "Meeting", "Statement"], [3, 4, 5])[0]
    day = date(2004, 1, 1) + timedelta(rng.randrange(20 * 365))
    first, second = _person(rng), _person(rng)
    while second == first:
        second = _person(rng)
    if kind == "Statement":
        return day, kind, first, rng.choice(countries())[1], " ".join(_word(rng) for _ in range(12))
    where = f"town{rng.randrange(3)}-{rng.choice(countries())[0].lower()}"
    return day, kind, f"{first} {second}" if kind == "Meeting" else first, where, day.isoformat()


def _told(rng: random.Random, story: Sequence[str], *, undated: bool) -> str:
    kind, who, where, rest = story
    who = " ".join(f"{form}:{one}" if (form := rng.choice(("", "", "Mr", "Dr"))) else one for one in who.split())
    if kind == "Statement":
        return f"Statement {who} about {where}: {rest}."
    place = where.rpartition("-")[2] if rng.random() < 0.3 else where
    return (
        f"{kind} {who} {'to' if kind == 'Visit' else 'in'} {place} on {rest} as {rng.choice(('occurred', 'planned'))}."
    )


def _word(rng: random.Random) -> str:
    """Return one of some ten thousand words, a few of which come again and again, as in any language."""
    number = min(int(rng.paretovariate(0.5)), 9999)
    return "".join("bdfgklmnpr"[int(digit)] + "aeiou"[int(digit) % 5] for digit in str(number))


def _person(rng: random.Random) -> str:
    return f"person-{min(int(rng.paretovariate(0.6)), PEOPLE)}"


def _larger(index: str | None, before: Sequence[Report]) -> int | None:
    """Return the index if a visit or meeting was told there, within which another can lie."""
    larger = before[int(index)].event if index and int(index) < len(before) else None
    return int(index) if index and isinstance(larger, (Visit, Meeting)) else None


def _match(pattern: re.Pattern[str], sentence: str) -> re.Match[str]:
    found = pattern.fullmatch(sentence)
    if found is None:
        raise ValueError(f"not a sentence of the synthetic kind: {sentence}")
    return found
