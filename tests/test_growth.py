"""Releases that grow and shrink: by whatever steps, they are to the byte what a build from scratch would be."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kg.accepted import FILE as LINKS
from kg.errors import InputError, ModelError, ReleaseError
from kg.growth import Delta, update
from kg.iri import Names
from kg.merge import merge
from kg.pipeline import BuildResult, add, build, retract
from kg.rdf import graph_quads, nquads
from kg.records import Account, Article
from kg.release import open_release
from kg.release.sums import STATE
from kg.state import cited, growing, reading
from tests.accounts import harbour, preview
from tests.conftest import SEEDS
from tests.synthetic import SyntheticReader, articles, synthetic_reader
from tests.test_linksets import HEAD, LEXICAL

POOL = (
    "Visit person-1 to paris-fr on 2022-05-18 as occurred.",
    "Visit Mr:person-1 to fr on 2022-05-18 as planned.",
    "Visit person-1 to fr on ? as planned.",
    "Visit barack-obama to havana-cu on 2016-03-20 as occurred.",
    "Visit Mr:barack-obama to cu on 2016-03-21 as planned.",
    "Visit barack-obama to havana-cu on 2016-03-26 as occurred.",
    "Meeting barack-obama raul-castro in havana-cu on 2016-03-20 as occurred within 0.",
    "Meeting person-1 Dr:person-2 in paris-fr on 2022-05-18 as occurred within 0.",
    "Meeting person-1 person-2 in fr on 2022-05-18 as planned.",
    "Meeting person-3 state-de in bonn-de on 2021 as occurred.",
    "Statement person-2 about state-fr: we will never agree on the border.",
    "Statement Dr:person-2 about state-de: we will never agree on the border.",
    "Statement state-de about person-3: talks go on.",
    "Office person-1 is President of state-fr.",
    "Office Mr:person-1 is president of state-fr.",
    "Office person-2 is Foreign Minister of state-de.",
)
"""Sentences of the fast reader that tell of the same occasions and offices in several ways, and of few others."""

UNREADABLE = "Visit nobody knows whom."
"""A sentence on which the fast reader fails, so that its article is refused."""

CLOSING = "\n\nThe spokesman of the ministry said nothing else to the reporters on that day."

IDS = ("a1", "a2", "a3", "a4", "a5")
ARTICLES = st.dictionaries(
    st.sampled_from(IDS), st.lists(st.sampled_from(POOL), min_size=1, max_size=4, unique=True), min_size=1, max_size=3
)
STEPS = st.lists(st.one_of(ARTICLES, st.sets(st.sampled_from(IDS), min_size=1, max_size=3)), min_size=1, max_size=4)


def written(folder: Path, given: Mapping[str, str], *, seed: int = 0) -> list[Path]:
    """Write the articles as JSON lines in a shuffled order and return the file."""
    records = [{"id": id_, "text": text} for id_, text in given.items()]
    random.Random(seed).shuffle(records)
    return lines_of(folder, records)


def lines_of(folder: Path, records: Iterable[Mapping[str, str]]) -> list[Path]:
    """Write the records as JSON lines and return the file."""
    lines = [json.dumps(record) for record in records]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "articles.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [folder / "articles.jsonl"]


def text_of(sentences: Iterable[str]) -> str:
    return "News of the day.\n\n" + "\n".join(sentences) + CLOSING


def published(result: BuildResult) -> dict[str, bytes]:
    """Return the bytes of all that is to be the same by whichever way."""
    names = [f"dumps/legation-{result.version}.{ending}" for ending in ("nq.gz", "sssom.tsv")]
    return {name: (result.path / name).read_bytes() for name in (*names, "manifest.json", "SHA256SUMS")}


def built_of(folder: Path, records: Iterable[Mapping[str, str]]) -> BuildResult:
    return build(lines_of(folder / "in", records), folder / "out", make_reader=synthetic_reader)


def from_scratch(folder: Path, given: Mapping[str, str], *, seed: int = 1) -> BuildResult:
    return build(written(folder / "in", given, seed=seed), folder / "out", make_reader=synthetic_reader)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(first=ARTICLES, steps=STEPS)
@example(  # a meeting within a visit that another article moves to another event
    first={"a1": [POOL[0], POOL[7]]}, steps=[{"a2": [POOL[1], POOL[7]]}, {"a1": [POOL[2], POOL[7]]}, {"a2"}]
)
@example(first={"a1": [POOL[3], POOL[6]], "a2": [POOL[5]]}, steps=[{"a3": [POOL[4]]}, {"a1"}, {"a1": [POOL[5]]}])
def test_by_whatever_steps_a_release_is_that_of_its_articles(
    first: dict[str, list[str]], steps: Sequence[dict[str, list[str]] | set[str]]
) -> None:
    folder = Path(tempfile.mkdtemp(prefix="growth-"))
    try:
        here = {id_: text_of(sentences) for id_, sentences in first.items()}
        result = build(written(folder / "first", here), folder / "grown", make_reader=synthetic_reader)
        for number, step in enumerate(steps):
            if isinstance(step, dict):
                given_now = {id_: text_of(sentences) for id_, sentences in step.items()}
                files = written(folder / f"step{number}", given_now)
                result = add(files, folder / "grown", make_reader=synthetic_reader)
                assert result.added == len(given_now.keys() - here.keys())
                assert result.corrected == sum(here.get(id_, text) != text for id_, text in given_now.items())
                here |= given_now
            elif (ids := step & here.keys()) and ids < here.keys():
                result = retract(sorted(ids), folder / "grown")
                assert result.retracted == len(ids)
                here = {id_: text for id_, text in here.items() if id_ not in ids}
        assert published(result) == published(from_scratch(folder / "scratch", here))
        store = open_release(folder / "grown").store
        assert len(store) == open_release(folder / "grown").manifest["counts"]["quads"]
        assert set(store) == set(open_release(folder / "scratch" / "out").store)
    finally:
        shutil.rmtree(folder)


def test_accounts_that_people_wrote_grow_to_the_graph_of_all_at_once(tmp_path: Path) -> None:
    accounts = [harbour("full"), preview("early"), preview("off", status="cancelled"), harbour("again")]
    whole = set(nquads(graph_quads(Names(), accounts, merge(accounts))))
    for seed in range(6):
        order = random.Random(seed).sample(accounts, len(accounts))
        state, lines = tmp_path / f"{seed}.sqlite", set[bytes]()
        with growing(state, None) as growth:
            for one in (*order, preview("gone"), replace(order[0], reports=order[0].reports[:1]), order[0]):
                lines = _grown(lines, update(growth, Names(), put=[one], remove=[]))
            lines = _grown(lines, update(growth, Names(), put=[], remove=["gone"]))
        assert {line for line in lines if b"graph/derived>" not in line} == whole


WORDS = ("summit", "trade", "border", "talks", "pact", "tariff", "energy", "gas", "wheat", "ships", "treaty", "aid")


def small_world(rng: random.Random, article_id: str) -> Account:
    """Return an account of a few people in few places, with dates of every precision, some of them moved."""
    lines = ["The trip was postponed, originally planned for another day."] * (rng.random() < 0.2)
    for _ in range(rng.randrange(1, 5)):
        one, other = rng.sample(range(1, 5), 2)
        month, place, how = (
            rng.randrange(1, 7),
            rng.choice(("fr", "paris-fr", "de")),
            rng.choice(("planned", "occurred")),
        )
        day = f"2022-0{month}-{rng.randrange(1, 28):02}"
        when = rng.choice((day, day, day, "?", f"XXXX-03-1{month}", f"2022-0{month}", "2022"))
        lines.append(
            rng.choice(
                (
                    f"Visit person-{one} to {place} on {when} as {how}.",
                    f"Meeting person-{one} Mr:person-{other} in {place} on {when} as {how} within 0.",
                    f"Statement person-{one} about state-fr: {' '.join(rng.choices(WORDS, k=6))}.",
                )
            )
        )
    published = rng.choice((None, date(2022, 1, 1) + timedelta(rng.randrange(180))))
    return SyntheticReader().read(Article(article_id, text_of(lines), "", published=published))


@pytest.mark.parametrize("seed", range(6))
def test_vague_and_moved_dates_reach_all_that_they_may_change(tmp_path: Path, seed: int) -> None:
    rng, here, lines = random.Random(seed), dict[str, Account](), set[bytes]()
    with growing(tmp_path / "grown.sqlite", None) as state:
        for _ in range(8):
            gone = rng.sample(sorted(here), min(len(here), rng.randrange(3)))
            fresh = [f"a{number}" for number in rng.sample(range(12), rng.randrange(5)) if f"a{number}" not in gone]
            put = {id_: small_world(rng, id_) for id_ in fresh}
            lines = _grown(lines, update(state, Names(), put=put.values(), remove=gone))
            here = {id_: one for id_, one in here.items() if id_ not in gone} | put
    with growing(tmp_path / "scratch.sqlite", None) as state:
        assert lines == set(update(state, Names(), put=here.values(), remove=[]).added)


def _grown(lines: set[bytes], delta: Delta) -> set[bytes]:
    added, removed = set(delta.added), set(delta.removed)
    assert lines >= removed, "only what is there can be removed"
    assert not lines & added, "only what is not there can be added"
    return (lines - removed) | added


def test_a_hundred_articles_in_batches_are_a_hundred_at_once(tmp_path: Path) -> None:
    records = list(articles(100, seed=3, undated=0.1))
    random.Random(5).shuffle(records)
    result = built_of(tmp_path / "grown", records[:60])
    for first in (60, 70, 80, 90):
        files = lines_of(tmp_path / f"{first}", records[first : first + 10])
        result = add(files, tmp_path / "grown" / "out", make_reader=synthetic_reader)
    assert published(result) == published(built_of(tmp_path / "scratch", records))
    result = retract([record["id"] for record in records[:30]], tmp_path / "grown" / "out")
    assert published(result) == published(built_of(tmp_path / "rest", records[30:]))


def test_adding_again_what_is_published_changes_nothing_and_reads_nothing(tmp_path: Path) -> None:
    both = {"a1": text_of(POOL[:3]), "a2": text_of(POOL[3:6])}
    first = from_scratch(tmp_path, both)
    before = sorted(path.name for path in (tmp_path / "out" / "releases").iterdir())

    again = add(written(tmp_path / "more", both, seed=4), tmp_path / "out", make_reader=_no_reader)

    assert (again.version, again.added, again.corrected, again.refused) == (first.version, 0, 0, ())
    assert sorted(path.name for path in (tmp_path / "out" / "releases").iterdir()) == before


def _no_reader() -> SyntheticReader:
    raise AssertionError("nothing is to be read")


def test_refusals_carry_over_until_their_article_comes_again(tmp_path: Path) -> None:
    good, bad = {"a1": text_of(POOL[:3])}, {"bad": text_of([UNREADABLE])}
    first = from_scratch(tmp_path, good | bad)
    assert [refusal.source for refusal in first.refused] == ["bad"]

    second = add(written(tmp_path / "two", {"a2": text_of(POOL[4:6])}), tmp_path / "out", make_reader=synthetic_reader)
    assert second.refused == ()
    assert _refused(second) == ["bad"]

    third = add(written(tmp_path / "3", {"bad": text_of(POOL[6:8])}), tmp_path / "out", make_reader=synthetic_reader)
    assert (third.refused, _refused(third), third.published) == ((), [], 3)


def test_a_file_given_again_is_judged_again(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    files = written(folder, {"a1": text_of(POOL[:3])})
    (folder / "notes.pdf").write_bytes(b"%PDF-")
    first = build([folder], tmp_path / "out", make_reader=synthetic_reader)
    assert _refused(first) == [str(folder / "notes.pdf")]
    again = add(files, tmp_path / "out", make_reader=synthetic_reader)
    assert _refused(again) == [str(folder / "notes.pdf")]
    (folder / "notes.pdf").unlink()
    assert _refused(add([folder], tmp_path / "out", make_reader=synthetic_reader)) == []


def test_a_correction_that_is_refused_leaves_the_article_as_it_was(tmp_path: Path) -> None:
    first = from_scratch(tmp_path, {"a1": text_of(POOL[:3]), "a2": text_of(POOL[3:5])})

    second = add(
        written(tmp_path / "two", {"a1": text_of([UNREADABLE])}), tmp_path / "out", make_reader=synthetic_reader
    )

    assert [refusal.source for refusal in second.refused] == _refused(second) == ["a1"]
    assert (second.published, second.corrected) == (2, 0)
    assert _manifest(second)["inputs"] == _manifest(first)["inputs"]
    assert published(retract(["a1"], tmp_path / "out")) == published(
        from_scratch(tmp_path / "rest", {"a2": text_of(POOL[3:5])})
    )


def test_an_unknown_id_is_told_with_those_most_like_it(tmp_path: Path) -> None:
    first = from_scratch(tmp_path, {"spring-visit": text_of(POOL[:3]), "a2": text_of(POOL[3:5])})
    with pytest.raises(InputError, match=r"no article 'sprin-visit' .* did you mean 'spring-visit'"):
        retract(["a2", "sprin-visit"], tmp_path / "out")
    assert open_release(tmp_path / "out").version == first.version


def test_retracting_all_is_refused_with_a_remedy(tmp_path: Path) -> None:
    from_scratch(tmp_path, {"a1": text_of(POOL[:3]), "a2": text_of(POOL[3:5])})
    with pytest.raises(InputError, match=r"nothing would be left.*legation build"):
        retract(["a1", "a2"], tmp_path / "out")


def test_where_nothing_is_published_there_is_nothing_to_add_to(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="legation build INPUT"):
        add(written(tmp_path / "in", {"a1": text_of(POOL[:3])}), tmp_path / "out", make_reader=synthetic_reader)


def test_a_release_without_its_state_must_be_built_anew(tmp_path: Path) -> None:
    first = from_scratch(tmp_path, {"a1": text_of(POOL[:3])})
    (first.path / STATE).unlink()
    with pytest.raises(ReleaseError, match=r"state\.sqlite: missing.*legation build"):
        add(written(tmp_path / "two", {"a2": text_of(POOL[3:5])}), tmp_path / "out", make_reader=synthetic_reader)


@pytest.mark.parametrize(("damage", "told"), [("PRAGMA user_version = 99", "another version"), (None, "damaged")])
def test_a_state_that_cannot_be_read_must_be_built_anew(tmp_path: Path, damage: str | None, told: str) -> None:
    first = from_scratch(tmp_path, {"a1": text_of(POOL[:3]), "a2": text_of(POOL[3:5])})
    if damage:
        with sqlite3.connect(first.path / STATE) as db:
            db.execute(damage)
    else:
        (first.path / STATE).write_bytes(b"no database at all" * 1000)
    with pytest.raises(ReleaseError, match=rf"{told}.*legation build"):
        retract(["a1"], tmp_path / "out")


def _other_reader() -> SyntheticReader:
    return SyntheticReader("no-model 2.0")


def test_another_language_model_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    from_scratch(tmp_path, {"a1": text_of(POOL[:3])})
    told: list[tuple[int, int]] = []
    with pytest.raises(ModelError, match=r"no-model 1\.0, and the one here is no-model 2\.0"):
        add(
            written(tmp_path / "two", {"a2": text_of(POOL[3:5])}),
            tmp_path / "out",
            make_reader=_other_reader,
            tell=lambda done, of: told.append((done, of)),
        )
    assert told == []


def test_another_version_of_the_program_is_refused(tmp_path: Path) -> None:
    first = from_scratch(tmp_path, {"a1": text_of(POOL[:3])})
    with sqlite3.connect(first.path / STATE) as db:
        db.execute('UPDATE about SET value = replace(value, \'"software": "\', \'"software": "0.0.9-\') ')
    with pytest.raises(ReleaseError, match=r"made by legation 0\.0\.9.*legation build"):
        add(written(tmp_path / "two", {"a2": text_of(POOL[3:5])}), tmp_path / "out", make_reader=synthetic_reader)


def test_base_and_minimum_of_confidence_are_those_of_the_release(tmp_path: Path) -> None:
    both = {"a1": text_of(POOL[:6]), "a2": text_of(POOL[6:12])}
    manner = {"base": "https://graph.example/id/", "min_confidence": 0.6, "make_reader": synthetic_reader}
    build(written(tmp_path / "one", {"a1": both["a1"]}), tmp_path / "out", **manner)  # type: ignore[arg-type]
    grown = add(written(tmp_path / "two", {"a2": both["a2"]}), tmp_path / "out", make_reader=synthetic_reader)
    at_once = build(written(tmp_path / "all", both), tmp_path / "scratch", **manner)  # type: ignore[arg-type]
    assert published(grown) == published(at_once)
    assert 0 < _manifest(grown)["counts"]["reports"] < 12


def test_accepted_links_are_applied_anew_with_each_release(tmp_path: Path) -> None:
    texts = {"a1": text_of(POOL[:3]), "a2": text_of(POOL[6:10]), "a3": text_of(POOL[12:14])}
    from_scratch(tmp_path, {"a1": texts["a1"]})
    row = f"legation:person/person-2\tskos:exactMatch\t\tw:Q5\t{LEXICAL}\n"
    for rows in (row, row.replace("Q5", "Q6") + row.replace("person-2", "person-1"), None):
        for out in (tmp_path / "out", tmp_path / "scratch" / "out"):
            out.mkdir(parents=True, exist_ok=True)
            (out / LINKS).unlink(missing_ok=True)
            if rows:
                (out / LINKS).write_text(HEAD + rows, encoding="utf-8")
        files = written(tmp_path / "more", {"a2": texts["a2"]})
        grown = add(files, tmp_path / "out", make_reader=synthetic_reader)
        assert published(grown) == published(from_scratch(tmp_path / "scratch", {"a1": texts["a1"], "a2": texts["a2"]}))
        assert ("links" in _manifest(grown)) == bool(rows)


def test_links_given_by_name_stay_until_others_are_given(tmp_path: Path) -> None:
    row = f"legation:person/person-2\tskos:exactMatch\t\tw:Q5\t{LEXICAL}\n"
    (tmp_path / "mine.tsv").write_text(HEAD + row, encoding="utf-8")
    both = {"a1": text_of(POOL[:3]), "a2": text_of(POOL[6:10])}
    manner = {"links": tmp_path / "mine.tsv", "make_reader": synthetic_reader}
    build(written(tmp_path / "one", {"a1": both["a1"]}), tmp_path / "out", **manner)  # type: ignore[arg-type]
    grown = add(written(tmp_path / "two", {"a2": both["a2"]}), tmp_path / "out", make_reader=synthetic_reader)
    at_once = build(written(tmp_path / "all", both), tmp_path / "scratch", **manner)  # type: ignore[arg-type]
    assert published(grown) == published(at_once)
    assert _manifest(grown)["links"]["applied"] == 1  # type: ignore[index]


def test_no_more_of_a_text_is_kept_than_is_cited(tmp_path: Path) -> None:
    result = from_scratch(tmp_path, {"a1": text_of(POOL[:2])})
    with reading(result.path) as state:
        kept = state.account("a1")
    assert kept is not None
    assert "spokesman" not in kept.article.text
    assert [report.evidence.of(kept.article.text) for report in kept.reports] == list(POOL[:2])
    assert len(kept.article.text) == len(text_of(POOL[:2]))


def test_what_is_cited_stays_where_it_stands() -> None:
    told = harbour("one")
    kept = cited(told)
    spans = [report.evidence for report in told.reports] + [h.span for h in told.holdings if h.span]
    assert spans
    assert [span.of(kept.article.text) for span in spans] == [span.of(told.article.text) for span in spans]
    assert replace(kept, article=told.article) == told


@pytest.mark.slow
def test_the_seeds_one_by_one_in_any_order_are_the_seeds_at_once(tmp_path: Path) -> None:
    files = sorted(SEEDS.glob("*.txt"))
    at_once = build(files, tmp_path / "scratch")
    for seed in (1, 2):
        order = random.Random(seed).sample(files, len(files))
        result = build(order[:1], tmp_path / f"{seed}")
        for path in order[1:]:
            result = add([path], tmp_path / f"{seed}")
        assert published(result) == published(at_once)
    without = retract([files[2].stem], tmp_path / "1")
    assert published(without) == published(build([f for f in files if f != files[2]], tmp_path / "rest"))


def _manifest(result: BuildResult) -> dict[str, object]:
    return dict(json.loads((result.path / "manifest.json").read_text(encoding="utf-8")))


def _refused(result: BuildResult) -> list[str]:
    return [refusal["source"] for refusal in _manifest(result)["refused"]]  # type: ignore[attr-defined]
