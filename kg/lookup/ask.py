"""The way of ``legation link``: what is unlinked is asked for in batches, the answers judged, the links kept.

question → (cache, or service: reconciliation or SPARQL) → candidates → accept → DIR/links.sssom.tsv
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode

from kg.accepted import FILE
from kg.errors import AnswerError, ReleaseError, ServiceError
from kg.iri import Names, term
from kg.lookup import answers, reconciliation, sparql
from kg.lookup.accept import judge
from kg.lookup.answers import Answers
from kg.lookup.question import KINDS, Candidate, Question, countries, unlinked
from kg.lookup.rows import replace_file, to_row, together
from kg.lookup.service import Service
from kg.release import open_release, software_version
from kg.sssom import MappingSet, read

MOST_UNUSABLE = 5
"""After so many answers in a row that cannot be used, the service is not asked any further."""

Tell = Callable[[int, int], None]
"""Called after each batch with (questions done, of)."""

Found = dict[Question, tuple[Candidate, ...]]


@dataclass(frozen=True)
class Plan:
    """What would be asked: ``open`` questions have no answer in the cache; ``first`` is the body of the first batch."""

    questions: int
    open: int
    requests: int
    first: str


@dataclass(frozen=True)
class Outcome:
    """What came of it: links added to ``path`` by relation, questions answered, requests made, answers not usable."""

    path: Path
    exact: int
    close: int
    answered: int
    requests: int
    unusable: tuple[str, ...]


@dataclass(frozen=True)
class Manner:
    """How to ask: a request holds ``batch`` questions, ``rate`` of them start a second; see :class:`Service`."""

    batch: int = 20
    rate: float = 1.0
    timeout_s: float = 60.0
    retries: int = 4
    backoff_s: float = 2.0


def plan(
    out: Path,
    endpoint: str,
    *,
    kinds: Collection[str] = KINDS,
    limit: int | None = None,
    path: Path | None = None,
    manner: Manner | None = None,
) -> Plan:
    """Return what :func:`look_up` would ask, without asking anything; a service not asked yet may be of either kind."""
    manner = manner or Manner()
    questions, _, _ = _questions(out, kinds, path or out / FILE)
    with Answers(_cache(out, reading=True), endpoint) as kept:
        told = kept.manifest()
        todo = [question for question in questions if kept.get(question) is None][:limit]
    manifest = reconciliation.read_manifest(told[0], endpoint=endpoint) if told else None
    batches = list(_batches(todo, manner.batch, manifest))
    first = batches[0] if batches else []
    bodies = []
    if first and (manifest or told is None):
        bodies.append(reconciliation.form(first, manifest or reconciliation.Manifest(""), countries()))
    if first and manifest is None:
        bodies.append(sparql.form(first))
    text = "\n".join(f"{name}={value}" for body in bodies for name, value in body.items())
    return Plan(len(questions), len(todo), len(batches), text)


def look_up(
    out: Path,
    endpoint: str,
    *,
    kinds: Collection[str] = KINDS,
    limit: int | None = None,
    accept: float = 0.9,
    path: Path | None = None,
    manner: Manner | None = None,
    tell: Tell = lambda done, of: None,
) -> Outcome:
    """Ask the service for what is unlinked in the current release of ``out``; add what is accepted to a file.

    At most ``limit`` questions are asked that have no answer in the cache (``out/links.cache``). What already stands
    in the file ``path`` (``out/links.sssom.tsv``) stays as it is; what it settles is not asked. Exact is a match of
    confidence ``accept`` (0–1) without an equal.

    Raises:
        ServiceError: The service is down or refuses; what was answered before is kept, in file and cache.
        InputError: The file is malformed.
        ReleaseError: There is no release, or the file cannot be written.
    """
    manner = manner or Manner()
    path = path or out / FILE
    questions, before, names = _questions(out, kinds, path)
    world, unusable, stopped = countries(), list[str](), ""
    with (
        Answers(_cache(out), endpoint) as kept,
        Service(
            endpoint, agent=_agent(), rate=manner.rate, timeout_s=manner.timeout_s, retries=manner.retries,
            backoff_s=manner.backoff_s,
        ) as service,
    ):  # fmt: skip
        todo = [question for question in questions if kept.get(question) is None][:limit]
        try:
            if todo:
                unusable = _ask(todo, service, kept, manner, tell)
        except ServiceError as error:
            stopped = str(error)
        found = {question: told for question in questions if (told := kept.get(question)) is not None}
        asked = service.asked
    rows = [
        to_row(names, endpoint, question, verdict)
        for question, candidates in sorted(found.items())
        for verdict in judge(question, _elsewhere(candidates, names), world, accept=accept)
    ]
    standing = {(row.subject_id, row.object_id) for row in before.mappings}
    fresh = [row for row in rows if (row.subject_id, row.object_id) not in standing]
    if fresh:
        replace_file(path, together(names, before, fresh))
    if stopped:
        raise ServiceError(
            f"{stopped}\n{len(found)} answers so far, {len(fresh)} links added to {path}; a later run goes on"
        )
    exact = sum(row.predicate_id == term("skos:exactMatch").value for row in fresh)
    return Outcome(path, exact, len(fresh) - exact, len(found), asked, tuple(unusable))


def _questions(out: Path, kinds: Collection[str], path: Path) -> tuple[list[Question], MappingSet, Names]:
    """Return what is unlinked, the file of links as it stands, and the names of the release's things."""
    if (out / "manifest.json").exists():
        raise ReleaseError(f"{out}: this is one release, which never changes; give the folder that holds them all")
    before = read(path) if path.exists() else MappingSet(())
    release = open_release(out)
    return unlinked(release, kinds, before.mappings), before, Names(str(release.manifest["base"]))


def _ask(questions: Sequence[Question], service: Service, kept: Answers, manner: Manner, tell: Tell) -> list[str]:
    """Put all questions and keep the answers; return what is wrong with those that cannot be used.

    Raises:
        ServiceError: The service is down, or one useless answer followed another.
    """
    (told,) = kept.manifest() or [_manifest(service)]
    manifest = reconciliation.read_manifest(told, endpoint=service.endpoint)
    if manifest:  # else the first answer shows whether it is a SPARQL endpoint
        kept.keep_manifest(told)
    unusable: list[str] = []
    done = in_a_row = 0
    for batch in _batches(questions, manner.batch, manifest):
        try:
            found = _answers(batch, service, manifest)
            if manifest is None:
                kept.keep_manifest(None)
            kept.put(found)
            missing = [question.name for question in batch if question not in found]
            in_a_row = 0 if found else in_a_row + 1
            if missing:
                unusable.append(f"no usable result for {', '.join(missing)}")
        except AnswerError as error:
            in_a_row += 1
            unusable.append(f"{batch[0].name}{f' and {len(batch) - 1} more' if len(batch) > 1 else ''}: {error}")
        done += len(batch)
        tell(done, len(questions))
        if in_a_row == MOST_UNUSABLE and done < len(questions):
            raise ServiceError(
                f"{service.endpoint}: {in_a_row} answers in a row cannot be used, the last: {unusable[-1]}"
            )
    return unusable


def _manifest(service: Service) -> object:
    """Return what the bare address answers, None where that is nothing in JSON, as of a SPARQL endpoint."""
    try:
        return service.ask("GET", accept="application/json")
    except AnswerError:
        return None


def _answers(batch: Sequence[Question], service: Service, manifest: reconciliation.Manifest | None) -> Found:
    if manifest is None:
        return sparql.read_answer(service.ask("POST", accept=sparql.RESULTS, form=sparql.form(batch)), batch)
    form = reconciliation.form(batch, manifest, countries())
    return reconciliation.read_answer(service.ask("POST", accept="application/json", form=form), batch, manifest)


def _batches(
    questions: Sequence[Question], size: int, manifest: reconciliation.Manifest | None
) -> Iterator[Sequence[Question]]:
    size = min(size, manifest.most) if manifest else size
    for first in range(0, len(questions), size):
        yield questions[first : first + size]


def _elsewhere(candidates: Sequence[Candidate], names: Names) -> list[Candidate]:
    """Return the candidates that can be linked to: with an IRI, and not of this very graph."""
    return [one for one in candidates if not one.iri.startswith(names.base) and _is_iri(one.iri)]


def _is_iri(text: str) -> bool:
    try:
        return text.startswith(("http://", "https://", "urn:")) and bool(NamedNode(text))
    except ValueError:
        return False


def _cache(out: Path, *, reading: bool = False) -> Path | None:
    path = out / answers.FILE
    return path if path.exists() or not reading else None


def _agent() -> str:
    return f"Legation/{software_version()} (legation link; https://w3id.org/legation/)"
