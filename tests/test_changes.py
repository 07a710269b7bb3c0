"""What changed from one release to the next, in words: true to the articles, bounded, the same whoever tells it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kg.cli import main
from kg.pipeline import BuildResult, add, build, retract
from kg.release import write_release
from kg.release.changelog import RECORD, WORDS
from kg.release.changes import MOST
from kg.release.verify import verify
from tests.release_fixture import NAMES, contents, line
from tests.synthetic import synthetic_reader

PLANNED = "Visit person-1 to paris-fr on 2022-05-18 as planned."
OCCURRED = "Visit person-1 to paris-fr on 2022-05-18 as occurred."
SPEECH = "Statement person-2 about state-fr: we will never agree on the border."
EVENT, LABEL = "https://w3id.org/legation/ontology#Event", "http://www.w3.org/2000/01/rdf-schema#label"
VISIT, A = "https://w3id.org/legation/ontology#Visit", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
REPLACED, BY = "https://w3id.org/legation/ontology#ReplacedEvent", "http://purl.org/dc/terms/isReplacedBy"


def article(folder: Path, name: str, *sentences: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.json"
    record = {"id": name, "title": f"What *{name}* says", "text": "\n\n".join(sentences), "published": "2022-05-19"}
    path.write_text(json.dumps(record), encoding="utf-8")
    return path


def first(out: Path, *inputs: Path) -> BuildResult:
    return build(inputs, out, make_reader=synthetic_reader)


def more(out: Path, *inputs: Path) -> BuildResult:
    return add(inputs, out, make_reader=synthetic_reader)


def told(out: Path, before: BuildResult, after: BuildResult) -> tuple[str, dict[str, Any]]:
    folder = out / "diffs" / f"{before.version}--{after.version}"
    record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    assert [problem for verdict in verify(out, every=True) for problem in verdict.problems] == []
    return (folder / WORDS).read_text(encoding="utf-8"), record["changes"]


def test_what_an_article_brings_is_told(tmp_path: Path) -> None:
    news, out = tmp_path / "news", tmp_path / "out"
    before = first(out, article(news, "monday", PLANNED))
    after = more(out, article(news, "friday", OCCURRED, SPEECH))
    words, changes = told(out, before, after)
    assert words.startswith(f"# Changes from {before.version} to {after.version}\n\nArticles: 1 added, 0 corrected")
    (entry,) = changes["articles"]["added"]["first"]
    assert entry["label"] == "What *friday* says"
    assert r"- What \*friday\* says (<https://w3id.org/legation/id/article/friday>)" in words
    assert changes["statements"]["added"]["number"] == 1
    assert "never agree on the border" in changes["statements"]["added"]["first"][0]["label"]
    (visit,) = changes["visits"]["changed"]["first"]
    assert visit["label"].startswith("Person 1 visits Paris")
    assert "status changed from planned to occurred" in words
    assert changes["actors"]["added"]["number"] >= 1


def test_corrected_and_retracted_articles_are_told(tmp_path: Path) -> None:
    news, out = tmp_path / "news", tmp_path / "out"
    start = first(out, article(news, "a", OCCURRED), article(news, "b", SPEECH))
    corrected = more(out, article(news, "a", OCCURRED.replace("05-18", "05-17")))
    words, changes = told(out, start, corrected)
    assert changes["articles"] == {
        "corrected": {
            "number": 1,
            "first": [{"iri": "https://w3id.org/legation/id/article/a", "label": "What *a* says"}],
        }
    }
    assert "Articles: 0 added, 1 corrected, 0 retracted" in words
    gone = retract(["b"], out)
    words, changes = told(out, corrected, gone)
    assert changes["articles"]["retracted"]["number"] == 1
    assert changes["statements"]["removed"]["number"] == 1
    assert "never agree on the border" in words
    assert "added" not in {way for ways in changes.values() for way in ways}


def test_the_way_back_tells_the_reverse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    news, out = tmp_path / "news", tmp_path / "out"
    before = first(out, article(news, "monday", PLANNED))
    after = more(out, article(news, "friday", OCCURRED, SPEECH))
    published = (out / "diffs" / f"{before.version}--{after.version}" / WORDS).read_text(encoding="utf-8")
    assert main(["diff", before.version, after.version, "--dir", str(out), "--words"]) == 0
    assert capsys.readouterr().out == published
    assert main(["diff", after.version, before.version, "--dir", str(out), "--words"]) == 0
    back = capsys.readouterr().out
    assert "Articles: 0 added, 0 corrected, 1 retracted" in back
    assert "status changed from occurred to planned" in back
    assert main(["diff", before.version, before.version, "--dir", str(out), "--words"]) == 0
    assert "themselves: 0 added, 0 removed." in capsys.readouterr().out
    assert main(["diff", before.version, after.version, "--dir", str(out), "--words", "--format", "patch"]) == 2


def test_diff_writes_what_publishing_writes(tmp_path: Path) -> None:
    news, out = tmp_path / "news", tmp_path / "out"
    before = first(out, article(news, "monday", PLANNED))
    after = more(out, article(news, "friday", OCCURRED, SPEECH))
    published = out / "diffs" / f"{before.version}--{after.version}"
    mine = tmp_path / "mine"
    assert main(["diff", before.version, after.version, "--dir", str(out), "--out", str(mine)]) == 0
    assert {file.name: file.read_bytes() for file in mine.iterdir()} == {
        file.name: file.read_bytes() for file in published.iterdir()
    }


def event(key: str, label: str) -> set[bytes]:
    iri = f"{NAMES.base}visit/{key}"
    return {line(iri, EVENT, predicate=A), line(iri, VISIT, predicate=A), line(iri, label)}


def test_merged_and_parted_events_are_told_with_where_they_went(tmp_path: Path) -> None:
    one, other, both = event("1", "Ada is there"), event("2", "Ada is here"), event("3", "Ada is about")
    became = {
        line(f"{NAMES.base}visit/{key}", value, predicate=predicate)
        for key in ("1", "2")
        for predicate, value in ((A, REPLACED), (BY, f"{NAMES.base}visit/3"))
    }
    before, _ = write_release(tmp_path, contents(one | other))
    after, _ = write_release(tmp_path, contents(both | became))
    words = (tmp_path / "diffs" / f"{before}--{after}" / WORDS).read_text(encoding="utf-8")
    assert f"- Ada is there: now Ada is about (<{NAMES.base}visit/1>)" in words
    assert "2 part of another one now:" in words
    again, _ = write_release(tmp_path, contents(one | other | event("4", "Bo")))
    words = (tmp_path / "diffs" / f"{after}--{again}" / WORDS).read_text(encoding="utf-8")
    assert f"- Ada is here: an event of its own again (<{NAMES.base}visit/2>)" in words
    assert f"1 gone:\n\n- Ada is about (<{NAMES.base}visit/3>)" in words


def test_only_the_first_are_named_and_the_rest_is_counted(tmp_path: Path) -> None:
    many = {row for number in range(MOST + 214) for row in event(f"{number:04}", f"Visit {number}")}
    before, _ = write_release(tmp_path, contents(event("x", "X")))
    after, _ = write_release(tmp_path, contents(event("x", "X") | many))
    words = (tmp_path / "diffs" / f"{before}--{after}" / WORDS).read_text(encoding="utf-8")
    assert f"{MOST + 214} new:" in words
    assert words.count("\n- Visit ") == MOST
    assert "- and 214 more" in words
    assert len(words) < 10_000


def test_labels_cannot_make_marks(tmp_path: Path) -> None:
    before, _ = write_release(tmp_path, contents(event("1", "Plain")))
    after, _ = write_release(tmp_path, contents(event("1", "Plain") | event("2", "<b>*[x](javascript:1)*</b> `#`")))
    words = (tmp_path / "diffs" / f"{before}--{after}" / WORDS).read_text(encoding="utf-8")
    assert r"\<b\>\*\[x\](javascript:1)\*\</b\> \`\#\`" in words


@pytest.mark.parametrize("name", [WORDS, RECORD])
@pytest.mark.parametrize("damage", ["gone", "other", "unreadable"])
def test_verify_covers_them(tmp_path: Path, name: str, damage: str) -> None:
    before, _ = write_release(tmp_path, contents(event("1", "Plain")))
    after, _ = write_release(tmp_path, contents(event("1", "Plain") | event("2", "Other")))
    file = tmp_path / "diffs" / f"{before}--{after}" / name
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes() + (b"\xff" if damage == "unreadable" else b"and more"))
    (problem,) = [problem for verdict in verify(tmp_path, every=True) for problem in verdict.problems]
    assert str(file.parent) in problem
    assert "legation diff" in problem


def test_a_damaged_release_can_be_built_anew(tmp_path: Path) -> None:
    """Its store is not asked what things were called."""
    _, path = write_release(tmp_path, contents(event("1", "Plain")))
    for file in (path / "store").iterdir():
        file.write_bytes(b"")
    version, _ = write_release(tmp_path, contents(event("2", "Other")))
    (folder,) = (tmp_path / "diffs").iterdir()
    assert folder.name.endswith(version)
    assert "1 gone:\n\n- Plain" in (folder / WORDS).read_text(encoding="utf-8")
