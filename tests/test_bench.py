"""The measurements still run, and their figures hang together; what they should be is for `make bench` to say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import convert, score

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_a_build_is_measured_against_the_bare_model() -> None:
    figures = convert.measure(ROOT / "seeds", copies=1, rounds=1)
    assert figures["articles"] == 5
    parts = ("parse_s", "extract_s", "check_s", "rest_s")
    assert sum(figures[part] for part in parts) == pytest.approx(figures["build_s"])
    assert all(figures[part] > 0 for part in (*parts, "bare_s"))
    assert figures["ratio"] == pytest.approx(figures["bare_s"] / figures["build_s"])
    assert f"bare / build: {figures['ratio']:.3f}" in convert.table(figures)


def test_the_scored_articles_are_given_without_their_annotations() -> None:
    (first, *_) = score.articles(ROOT / "tests" / "corpus" / "open")
    assert (first.id, first.title, first.publisher, first.authors) == ("a001", None, None, ())
    assert first.published is not None
    assert [article.id for article in score.articles(ROOT / "tests" / "gold")] == [
        path.stem for path in sorted((ROOT / "seeds").glob("*.txt"))
    ]


@pytest.mark.parametrize("folder", ["tests/corpus/blind", "tests/corpus/open/../blind"])
def test_the_blind_articles_stay_unread(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["score", str(ROOT / folder), "--details"])
    with pytest.raises(SystemExit, match="2"):
        score.main()
