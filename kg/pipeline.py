"""The whole way, from news articles to a release that can be queried and cited. Read this module first.

article → reader (zones → parse → mentions → coref → extract → link) → account, judged by itself (validate)
accounts → growth (merge → corroborate → derive → rdf, of all that they touch) → what is added and removed → release

The first release grows from nothing, each later one from the last: by articles added, corrected or retracted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from kg.accepted import Accepted, Taken, read_accepted, rows_by_key
from kg.article import read_inputs
from kg.errors import BusyError, InputError, NothingError, ReleaseError
from kg.growth import Delta, update
from kg.intake import distinct, nearest, nothing, still_refused
from kg.iri import DEFAULT_BASE, Names
from kg.rdf import nquads, ontology_quads
from kg.records import Account, Contradiction, Refusal
from kg.release import Contents, Turn, release_folder, software_version, write_release, writing
from kg.state import Links, Settings, State, growing, reading
from kg.units import applied, of_rows
from kg.workers import MakeReader, Tell, read_articles, spacy_reader


@dataclass(frozen=True)
class BuildResult:
    """The release that was published, the inputs that were not, and where the articles and other sources disagree.

    ``published`` counts the articles of the whole release; ``added``, ``corrected`` and ``retracted`` those that
    distinguish it from the one before. ``refused`` are inputs of this run.
    """

    version: str
    path: Path
    published: int
    refused: tuple[Refusal, ...]
    contradictions: tuple[Contradiction, ...] = ()
    added: int = 0
    corrected: int = 0
    retracted: int = 0


def build(
    inputs: Sequence[Path],
    out: Path,
    *,
    workers: int = 1,
    base: str = DEFAULT_BASE,
    min_confidence: float | None = None,
    links: Path | None = None,
    every_dump: bool = False,
    issued: date | None = None,
    make_reader: MakeReader = spacy_reader,
    tell: Tell = lambda done, of: None,
) -> BuildResult:
    """Publish what the inputs say as the current release of ``out``; return it with the inputs refused.

    Neither the order of the inputs nor the number of ``workers`` (processes) shows in the release. Reports are those
    that score above thresholds set for most users, or all of at least ``min_confidence`` (0–1): more of them or fewer.
    Links accepted from elsewhere come from the file ``links``, or from ``out/links.sssom.tsv`` where that is. With
    ``every_dump`` this release and those that grow from it have all files of :mod:`kg.dumps`, else the least. The day
    on which it is ``issued`` is told where it is given: no clock is asked.

    Raises:
        InputError: Not one article can be published, or the file of links is malformed.
        ReleaseError: The release cannot be written.
    """
    accepted = read_accepted(out, links)
    articles, unread = distinct(read_inputs(inputs))
    readings = read_articles(
        articles,
        names=Names(base),
        workers=workers,
        make_reader=make_reader,
        tell=tell,
        min_confidence=min_confidence,
    )
    refused = tuple(sorted({*unread, *readings.refused}))
    if not readings.accounts:
        raise NothingError(nothing(inputs, refused))
    settings = Settings(base, software_version(), readings.model, min_confidence, every_dump)
    with writing(out) as turn:
        change = _Change(put=readings.accounts, refused=refused, given=refused, issued=issued)
        return _publish(turn, None, settings, change, accepted, given=links is not None)


def add(
    inputs: Sequence[Path],
    to: Path,
    *,
    workers: int = 1,
    links: Path | None = None,
    issued: date | None = None,
    make_reader: MakeReader = spacy_reader,
    tell: Tell = lambda done, of: None,
) -> BuildResult:
    """Publish what the current release of ``to`` and the inputs say together as its next release.

    It is, to the byte of its dumps, the release that a build of all these articles would be. An article that is
    published as it is given is not read again; one of the same id that says something else takes its place, unless it
    is refused. Base and ``min_confidence`` are those of the release. Links accepted from elsewhere are applied anew
    from the file ``links``, else from ``to/links.sssom.tsv``, else they stay as they were given before.

    Raises:
        InputError: The file of links is malformed.
        ReleaseError: There is no release to add to, it was made by another version of this program or of the language
            model, or the next one cannot be written.
    """
    with reading(release_folder(to)) as state:
        settings, digests = _settings(to, state), dict(state.inputs())
    accepted = read_accepted(to, links)
    articles, unread = distinct(read_inputs(inputs))
    fresh = [article for article in articles if digests.get(article.id) != article.sha256]
    unchanged = {article.id: article.sha256 for article in articles if digests.get(article.id) == article.sha256}
    readings = read_articles(
        fresh,
        names=Names(settings.base),
        workers=workers,
        make_reader=make_reader,
        tell=tell,
        min_confidence=settings.min_confidence,
        model=settings.model,
    )
    refused = tuple(sorted({*unread, *readings.refused}))
    with writing(to) as turn:
        previous = release_folder(to)
        with reading(previous) as state:
            known = dict(state.inputs())
            if _settings(to, state) != settings or not unchanged.items() <= known.items():
                raise BusyError(f"{to}: the current release has changed meanwhile; run this again")
            kept = still_refused(state.refusals(), inputs, {article.id for article in articles})
        every = tuple(sorted({*kept, *refused}))
        change = _Change(put=readings.accounts, refused=every, given=refused, issued=issued)
        return _publish(turn, previous, settings, change, accepted, given=links is not None)


def retract(ids: Sequence[str], from_: Path, *, links: Path | None = None, issued: date | None = None) -> BuildResult:
    """Publish the current release of ``from_`` without these articles as its next release.

    Nothing that only they said is in it any more; an id that is only among the refused is taken from that list.

    Raises:
        InputError: An id is not in the release, nothing would be left of it, or the file of links is malformed.
        ReleaseError: As for :func:`add`.
    """
    accepted = read_accepted(from_, links)
    with writing(from_) as turn:
        previous = release_folder(from_)
        with reading(previous) as state:
            settings, refusals, known = _settings(from_, state), state.refusals(), dict(state.inputs())
        wanted = set(ids)
        there = known.keys() | {refusal.source for refusal in refusals}
        unknown = [id_ for id_ in ids if id_ not in there]
        if unknown:
            raise InputError(f"{from_}: no article {unknown[0]!r} in the current release{nearest(unknown[0], known)}")
        if known.keys() <= wanted:
            raise InputError(
                f"{from_}: nothing would be left; a release has at least one article. "
                "Make a new one with legation build, or remove the folder"
            )
        remaining = tuple(refusal for refusal in refusals if refusal.source not in wanted)
        change = _Change(remove=tuple(id_ for id_ in ids if id_ in known), refused=remaining, issued=issued)
        return _publish(turn, previous, settings, change, accepted, given=links is not None)


@dataclass(frozen=True)
class _Change:
    """What makes the next release another one: articles that come and go, all that is refused then, and its day."""

    put: Sequence[Account] = ()
    remove: Sequence[str] = ()
    refused: tuple[Refusal, ...] = ()
    given: tuple[Refusal, ...] = ()
    issued: date | None = None


def _publish(
    turn: Turn, previous: Path | None, settings: Settings, change: _Change, accepted: Accepted | None, *, given: bool
) -> BuildResult:
    """Grow the state, and write the release that it is the state of."""
    names = Names(settings.base)
    draft = turn.draft("releases") / "growing.sqlite"

    def write_state(path: Path) -> None:
        draft.rename(path)

    if previous and not change.put and not change.remove:
        with reading(previous) as state:
            if state.refusals() == change.refused and state.links() == _links(state, accepted, given=given):
                found = _gathered(state.contradictions())
                return BuildResult(previous.name, previous, len(state.inputs()), change.given, found)
    with growing(draft, previous) as state:
        before = {account.article.id for account in change.put if state.digest(account.article.id)}
        links = _links(state, accepted, given=given)
        rows = [of_rows(*item) for item in rows_by_key(accepted, names).items()] if accepted else None
        delta = update(state, names, put=change.put, remove=change.remove, rows=rows if links else ())
        state.set_refusals(change.refused)
        state.set_about(settings, links)
        contents = _contents(state, settings, links, delta, previous, write_state, issued=change.issued)
    version, path = write_release(turn.out, contents, turn=turn)
    return BuildResult(
        version,
        path,
        len(contents.inputs),
        change.given,
        contents.contradictions,
        added=len(change.put) - len(before),
        corrected=len(before),
        retracted=len(change.remove),
    )


def _contents(
    state: State,
    settings: Settings,
    links: Links | None,
    delta: Delta,
    previous: Path | None,
    write_state: Callable[[Path], None],
    *,
    issued: date | None,
) -> Contents:
    names, things = Names(settings.base), state.linked()
    used = applied(state) if links else 0
    return Contents(
        previous=previous,
        added=delta.added if previous else sorted({*delta.added, *nquads(ontology_quads(names))}),
        removed=delta.removed,
        inputs=state.inputs(),
        refused=state.refusals(),
        counts={**state.counts(), "links": sum(len(thing.links) for thing in things)},
        model=settings.model,
        names=names,
        min_confidence=settings.min_confidence,
        things=things,
        accepted=Taken(links.sha256, used, links.rows - used) if links else None,
        contradictions=_gathered(state.contradictions()),
        write_state=write_state,
        every_dump=settings.every_dump,
        issued=issued,
        coverage=state.coverage(),
    )


def _settings(out: Path, state: State) -> Settings:
    """Return the settings of the current release, if this very program can go on with it."""
    settings, software = state.settings(), software_version()
    if settings.software != software:
        raise ReleaseError(
            f"{out}: the current release was made by legation {settings.software}, and this is {software}, which may "
            "read articles otherwise; make it anew with legation build, from all articles"
        )
    return settings


def _links(state: State, accepted: Accepted | None, *, given: bool) -> Links | None:
    """Return which accepted links apply: those of the file, else those that somebody had given by name before."""
    if accepted:
        return Links(accepted.sha256, len(accepted.rows), given)
    before = state.links()
    return before if before and before.given else None


def _gathered(contradictions: Iterable[Contradiction]) -> tuple[Contradiction, ...]:
    """Return each contradiction once, with all the articles that it concerns."""
    articles: dict[Contradiction, set[str]] = {}
    for one in contradictions:
        articles.setdefault(replace(one, articles=()), set()).update(one.articles)
    return tuple(sorted(replace(one, articles=tuple(sorted(ids))) for one, ids in articles.items()))
