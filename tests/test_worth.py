"""The benches that say what articles and techniques are worth take away what they say, and put it back."""

from pathlib import Path

import pytest

import kg.reader
from kg.judge import Judge
from tests.bench.ablation import TECHNIQUES, without
from tests.bench.learning import chosen, line, taught

OPEN = Path(__file__).parent / "corpus" / "open"


def test_a_size_takes_its_articles_evenly() -> None:
    few, more = chosen(OPEN, 30), chosen(OPEN, 120)
    assert len(set(few)) == 30
    assert len(set(more)) == 120
    assert len({key[0] for key in few}) > 10  # every author of the corpus, not the first of them


def test_more_than_there_are_is_all() -> None:
    assert chosen(OPEN, 10_000) == sorted({path.stem for path in OPEN.glob("*.txt")})


@pytest.mark.parametrize("technique", [name for name in TECHNIQUES if name != "nothing"])
def test_a_technique_is_away_for_a_while(technique: str) -> None:
    places = [(owner, name) for owner, name, _ in TECHNIQUES[technique]]
    before = [getattr(owner, name) for owner, name in places]
    with without(technique):
        assert all(getattr(owner, name) is not was for (owner, name), was in zip(places, before, strict=True))
    assert [getattr(owner, name) for owner, name in places] == before


def test_without_second_look_the_first_score_stands() -> None:
    judge = Judge({}, {}, {})
    with without("second look"):
        assert judge.scores("visit-event", [[0.25, 9.0], [0.75, 9.0]]).tolist() == [0.25, 0.75]


def test_nothing_taken_away_changes_nothing() -> None:
    settle = kg.reader.settle
    with without("nothing"):
        assert kg.reader.settle is settle


@pytest.mark.slow
def test_few_articles_teach_something(tmp_path: Path) -> None:
    from kg.reader import Reader

    folder = tmp_path / "some"
    folder.mkdir()
    for key in chosen(OPEN, 12):
        for path in OPEN.glob(f"{key}.*"):
            (folder / path.name).write_bytes(path.read_bytes())
    scores = taught(folder, 10, Reader(), folder)
    assert scores.overall.f1 > 0.3
    assert line("10 articles", scores).startswith("10 articles ")
