"""Files are taken in as they appear in folders: each once, when it is quiet, and in bounded batches."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from kg.errors import InputError, ServiceError
from kg.pipeline import BuildResult
from kg.watch import Outcome, watch
from kg.watch.folder import changes
from tests.desk import LONG, QUICK, Desk, look
from tests.feeds import page


def test_what_is_new_or_changed_is_taken_in_and_nothing_twice(news: Path, to: Path, desk: Desk) -> None:
    (news / "a.txt").write_text("Petrova arrived.")
    (news / "deep").mkdir()
    (news / "deep" / "b.jsonl").write_text('{"id": "b1", "text": "Linden spoke."}\n')
    assert look([news], to, desk).taken == 2
    assert look([news], to, desk) == Outcome()
    (news / "a.txt").write_text("Petrova did not arrive.")
    (news / "c.html").write_text(page(LONG))
    look([news], to, desk)
    assert [sorted(batch) for batch in desk.batches] == [["a", "b1"], ["a", "c"]]
    assert desk.batches[1]["a"].text == "Petrova did not arrive."


def test_what_a_json_file_tells_of_a_text_goes_with_it(news: Path, to: Path, desk: Desk) -> None:
    (news / "a.txt").write_text("Petrova arrived on Tuesday.")
    (news / "a.notes.json").write_text("{}")
    look([news], to, desk)
    (news / "a.json").write_text('{"published": "2022-05-18"}')
    look([news], to, desk)
    assert [batch["a"].published for batch in desk.batches] == [None, date(2022, 5, 18)]
    (news / "a.notes.json").write_text('{"checked": true}')
    look([news], to, desk)
    assert len(desk.batches) == 3
    assert desk.refused == []


def test_a_file_that_grows_is_left_until_it_is_quiet(news: Path) -> None:
    path = news / "a.txt"
    path.write_text("Petrova ")
    (news / "whole.txt").write_text("Linden spoke.")

    def write_on() -> None:
        with path.open("a") as stream:
            stream.write("arrived.")

    found = changes(news, {}, pause=write_on, say=pytest.fail)
    assert [one.key for one in found] == [str(news / "whole.txt")]
    found = changes(news, {one.key: one.mark for one in found}, pause=lambda: None, say=pytest.fail)
    assert [one.key for one in found] == [str(path)]


def test_a_file_of_the_same_size_and_date_is_still_seen_to_be_another(news: Path) -> None:
    path = news / "a.txt"
    path.write_text("Petrova arrived.")
    before = {one.key: one.mark for one in changes(news, {}, pause=lambda: None, say=pytest.fail)}
    at = path.stat()
    path.write_text("Petrova departed"[: at.st_size])
    os.utime(path, ns=(at.st_atime_ns, at.st_mtime_ns))
    assert len(changes(news, before, pause=lambda: None, say=pytest.fail)) == 1


def test_what_is_removed_stays_published(news: Path, to: Path, desk: Desk) -> None:
    (news / "a.txt").write_text("Petrova arrived.")
    look([news], to, desk)
    (news / "a.txt").unlink()
    assert look([news], to, desk) == Outcome()


def test_what_goes_away_before_its_batch_is_said_and_forgotten(news: Path, to: Path, desk: Desk) -> None:
    for name in "ab":
        (news / f"{name}.txt").write_text("Petrova arrived.")

    def fail(inputs: Sequence[Path], to: Path) -> BuildResult:
        raise ServiceError("the power failed")

    with pytest.raises(ServiceError):
        watch([str(news)], to, build=fail, add=fail, once=True, manner=QUICK)
    text = (news / "a.txt").read_text()
    (news / "a.txt").unlink()
    said: list[str] = []
    look([news], to, desk, said=said)
    assert said[0] == f"{news / 'a.txt'}: it went away before it was read"
    (news / "a.txt").write_text(text)
    look([news], to, desk)
    assert [sorted(batch) for batch in desk.batches] == [["b"], ["a"]]


def test_a_batch_has_a_bound(news: Path, to: Path, desk: Desk) -> None:
    for number in range(7):
        (news / f"{number}.txt").write_text("Petrova arrived.")
    assert look([news], to, desk, batch=3).releases == 3
    assert [len(batch) for batch in desk.batches] == [3, 3, 1]


def test_a_refused_file_is_listed_once_until_it_changes(news: Path, to: Path, desk: Desk) -> None:
    (news / "a.txt").write_text("Petrova arrived.")
    (news / "b.txt").write_text("")
    said: list[str] = []
    assert look([news], to, desk, said=said).refused == 1
    assert f"refused {news / 'b.txt'}: the file is empty; leave it out" in said
    assert look([news], to, desk) == Outcome()
    (news / "b.txt").write_text("Linden spoke.")
    look([news], to, desk)
    assert sorted(desk.batches[1]) == ["b"]


def test_releases_are_never_read_as_news(news: Path, desk: Desk) -> None:
    for to in (news / "graph", news, news.parent):
        with pytest.raises(InputError, match="keep them apart"):
            look([news], to, desk)


def test_a_missing_folder_is_named_with_a_remedy(news: Path, to: Path, desk: Desk) -> None:
    with pytest.raises(InputError, match="no such folder; make it, or give another, or a feed's"):
        look([news / "absent"], to, desk)


def test_an_unreadable_folder_is_told_once(news: Path, to: Path, desk: Desk) -> None:
    (news / "loop").symlink_to("loop")
    said: list[str] = []
    look([news], to, desk, said=said)
    assert len(said) == 1
    assert str(news / "loop") in said[0]
