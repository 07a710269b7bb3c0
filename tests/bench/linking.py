"""Score who is taken for whom: the identities of an article's actors and cities, and the offices they held.

    python -m tests.bench.linking tests/corpus/open --details
    python -m tests.bench.linking tests/corpus/blind

Every actor that the annotation names counts, whether or not an event rests on it. An actor that the reader never finds
counts as missed. A link is right if it is an exact match to the annotated identifier; an actor without one must
have no exact match to anything (NIL). A city is right where the name that the annotation gives has the identifier that
the authority has for the one city of that name in that country. An office is right if the authority shows the person in
that kind of office on the day of an event of theirs (of the article, where they have none), or not in it where the
article says former or designate.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from kg.authority import Authority
from kg.cast import Entity
from kg.edtf import bounds
from kg.evaluate import load_gold
from kg.evaluate.found import FoundActor
from kg.evaluate.gold import Gold, GoldActor
from kg.evaluate.match import Cast as GoldCast
from kg.evaluate.match import words
from kg.known import City, Person
from kg.records import Article
from tests.bench.score import WORKERS, articles

KINDS = ("person", "state", "organization", "city")
_ROLE = re.compile(r"[A-Z][\w' -]+ of (?:the )?[A-Z]")
_GONE = re.compile(r"\b(?:former|ex|late|then|ousted|outgoing|designate|elect|incoming)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Verdict:
    """One judgement: ``outcome`` is right, wrong, missed, nil (rightly unlinked), overlinked or unseen."""

    article: str
    kind: str
    name: str
    outcome: str
    detail: str = ""


@cache
def _reader() -> Any:
    from kg.reader import Reader

    return Reader()


def judge(article: Article, gold: Gold) -> list[Verdict]:
    """Return a verdict on each annotated actor and city of one article, and on the offices."""
    reader = _reader()
    scene = reader.scene(article)
    linked: dict[int, list[Entity]] = {}
    actors = GoldCast(gold.actors)
    for entity in scene.cast.entities:
        for name, forms in _own_words(entity):
            number = actors.find(FoundActor(name, entity.kind, forms))
            if number is not None and gold.actors[number].kind == entity.kind:
                linked.setdefault(number, []).append(entity)
                break
    verdicts = [v for n, a in enumerate(gold.actors) for v in _identity(article, n, a, linked, actors)]
    verdicts += _cities(article, gold, scene, reader.authority)
    verdicts += [
        verdict
        for n, a in enumerate(gold.actors)
        for entity in linked.get(n, ())
        for verdict in _office(article, gold, a, entity, reader.authority)
    ]
    return verdicts


def _own_words(entity: Entity) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the longest form with all forms: the article's words, not what a link made of them.

    A state of which only the adjective stands in the text ("the German minister") goes by its name.
    """
    forms = sorted((form for form in entity.forms), key=lambda form: (-len(form.split()), form)) or [entity.name]
    yield forms[0], tuple(forms)
    if entity.kind == "state":
        yield entity.name, ()


def _identity(
    article: Article, n: int, actor: GoldActor, linked: dict[int, list[Entity]], actors: GoldCast
) -> Iterator[Verdict]:
    if actors.number(actor.name) != n:  # a government, which counts with its state
        return
    found = linked.get(n, [])
    qids = sorted({qid for entity in found if (qid := exact(entity)) is not None})
    if actor.wikidata:
        outcome = "missed" if not qids else "right" if qids == [actor.wikidata] else "wrong"
    elif _ROLE.match(actor.name) and qids:  # annotated by the office alone: who held it is for the offices to judge
        outcome = "unseen"
    else:
        outcome = "unseen" if not found else "overlinked" if qids else "nil"
    seen = " / ".join(f"{e.name} {sorted(e.forms)} {exact(e)}" for e in found)
    yield Verdict(article.id, actor.kind, f"{actor.name} {actor.wikidata}", outcome, seen or "never seen")


def exact(entity: Entity) -> str | None:
    """Return the Wikidata identifier of the known thing that an entity is; who only may be one is not known."""
    return getattr(entity.known, "qid", None)


def _cities(article: Article, gold: Gold, scene: Any, authority: Authority) -> Iterator[Verdict]:
    named = {(event.place, event.country) for event in gold.events if event.place and event.country}
    for name, country in sorted(named):
        city = authority.city(name, country=country)
        if city is None:
            continue
        known = {words(spelling) for spelling in (city.name, *city.aliases, name)}
        keys = {p.key for p in scene.cast.places if p.kind != "state" and words(_surface(scene, p)) in known}
        places = [authority.place_by_key(key) for key in sorted(keys)]
        cities = [place for place in places if isinstance(place, City)]
        outcome = "missed" if not cities else "right" if cities == [city] else "wrong"
        yield Verdict(article.id, "city", f"{name} {country}", outcome, " / ".join(c.key for c in cities))


def _surface(scene: Any, place: Any) -> str:
    return str(scene.cast.parsed.doc[place.first : place.stop].text)


def _office(article: Article, gold: Gold, actor: GoldActor, entity: Entity, authority: Authority) -> Iterator[Verdict]:
    person = entity.known
    if not isinstance(person, Person) or not actor.office or exact(entity) != actor.wikidata:
        return
    state = authority.state(actor.of) if actor.of else None
    kind = authority.office_kind(_GONE.sub("", actor.office).strip(" -"), country=state.code if state else None)
    terms = [office for office in authority.offices(person.key) if office.kind == kind]
    gone = bool(_GONE.search(actor.office))
    days = [day for day in [article.published] if day] if gone else _days(article, gold, actor)
    if kind is None or not terms or not days:
        return
    right = any(held_on(terms, day) != ("yes" if gone else "no") for day in days)
    yield Verdict(
        article.id, "office", f"{actor.name}: {actor.office} of {actor.of} on {', '.join(map(str, days))}",
        "right" if right else "wrong",
        "; ".join(f"{t.title} {t.start}–{t.end} ({t.closing}, {t.as_of}, {t.source})" for t in terms),
    )  # fmt: skip


def _days(article: Article, gold: Gold, actor: GoldActor) -> list[date]:
    """Return the days of the visits and meetings that an actor takes part in, or else that of the article."""
    told = [bounds(e.edtf.partition("/")[0]) for e in gold.events if actor.name in e.actors and e.edtf]
    days = sorted({day for first_and_last in told if first_and_last for day in first_and_last})
    return days or ([article.published] if article.published else [])


def held_on(terms: Sequence[Any], day: date) -> str:
    """Return the best that the terms say of a day: yes, perhaps or no."""
    said = {office.held(day) for office in terms}
    return next(c for c in ("yes", "perhaps", "no") if c in said or c == "no")


def table(verdicts: Sequence[Verdict]) -> str:
    """Return precision, recall, and the share of the unlinkable that is left unlinked, by kind."""
    lines = ["kind          precision  recall  NIL    right  wrong  missed  overlinked  nil"]
    for kind in (*KINDS, "all"):
        count = Counter(v.outcome for v in verdicts if v.kind == kind or (kind == "all" and v.kind in KINDS))
        right, wrong, over = count["right"], count["wrong"], count["overlinked"]
        lines.append(
            f"{kind:13} {_share(right, right + wrong + over)}      {_share(right, right + wrong + count['missed'])}"
            f"   {_share(count['nil'], count['nil'] + over)}  {right:5}  {wrong:5}  {count['missed']:6}"
            f"  {over:10}  {count['nil']}"
        )
    offices = Counter(v.outcome for v in verdicts if v.kind == "office")
    lines.append(f"office at the time: {_share(offices['right'], offices.total())} of {offices.total()}")
    return "\n".join(lines)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "  –  "


def main() -> int:
    """Print the table of each folder named on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, nargs="+")
    parser.add_argument("--details", action="store_true", help="list what is not right")
    options = parser.parse_args()
    if options.details and any("blind" in folder.resolve().parts for folder in options.folder):
        parser.error("the blind articles stay unread: leave out --details")
    for folder in options.folder:
        golds = load_gold(folder)
        inputs = list(articles(folder))
        with ProcessPoolExecutor(WORKERS) as pool:
            told = list(pool.map(judge, inputs, [golds[a.id] for a in inputs], chunksize=4))
        verdicts = [verdict for some in told for verdict in some]
        if options.details:
            for verdict in verdicts:
                if verdict.outcome not in {"right", "nil", "unseen"}:
                    print(f"{verdict.article} {verdict.kind} {verdict.outcome}: {verdict.name} <- {verdict.detail}")
        print(f"{folder}: {len(inputs)} articles\n{table(verdicts)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
