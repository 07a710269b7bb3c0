"""``legation verify``: each kind of damage is found, named and told with what to do; what is whole is called so."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import Store

from kg.cli import main
from kg.release import open_release, verify, write_release
from kg.release.chunks import INDEX
from kg.release.opened import dump_path
from kg.release.verify import examine
from tests.release_fixture import SUBJECTS, contents, line
from tests.test_release import contents as told

EVERYTHING = frozenset(line(subject, value) for subject in SUBJECTS for value in range(3))


@pytest.fixture
def release(tmp_path: Path) -> Path:
    return write_release(tmp_path, contents(EVERYTHING))[1]


def dump(path: Path) -> Path:
    return dump_path(path, path.name)


def spoil_dump(path: Path) -> None:
    text = bytearray(dump(path).read_bytes())
    text[len(text) // 2] ^= 1
    dump(path).write_bytes(text)


def shorten_dump(path: Path) -> None:
    dump(path).write_bytes(dump(path).read_bytes()[:-9])


def other_dump(path: Path) -> None:
    """A dump that is sound in itself, but not this release's."""
    text = gzip.decompress(dump(path).read_bytes()).replace(b"event/7>", b"event/8>")
    dump(path).write_bytes(gzip.compress(text))


def miscount(path: Path) -> None:
    about = json.loads((path / "manifest.json").read_text())
    about["counts"]["quads"] += 1
    (path / "manifest.json").write_text(json.dumps(about))


def other_input(path: Path) -> None:
    about = json.loads((path / "manifest.json").read_text())
    about["inputs"][0]["sha256"] = "f" * 64
    (path / "manifest.json").write_text(json.dumps(about))


def other_store(path: Path) -> None:
    store = Store(str(path / "store"))
    quad = next(iter(store))
    store.remove(quad)
    store.flush()


def changed_store(path: Path) -> None:
    """As many quads as the dump, but not the same."""
    store = Store(str(path / "store"))
    store.update(
        "DELETE { GRAPH ?g { ?s ?p ?o } } INSERT { GRAPH ?g { ?s ?p 'other' } }"
        " WHERE { SELECT * { GRAPH ?g { ?s ?p ?o } } LIMIT 1 }"
    )
    store.flush()


def spoil_store(path: Path) -> None:
    largest = max((path / "store").glob("*.sst"), key=lambda file: file.stat().st_size)
    text = bytearray(largest.read_bytes())
    text[100:200] = bytes(100)
    largest.write_bytes(text)


def spoil_state(path: Path) -> None:
    text = bytearray((path / "state.sqlite").read_bytes())
    text[5000:9000] = bytes(4000)
    (path / "state.sqlite").write_bytes(text)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (spoil_dump, "damaged"),
        (shorten_dump, "it breaks off"),
        (other_dump, "nq.gz: missing, or not what SHA256SUMS lists"),
        (lambda path: dump(path).unlink(), "nq.gz: missing, or not what SHA256SUMS lists"),
        (lambda path: (path / "dumps" / "more.nq.gz").write_bytes(b""), "more.nq.gz: not in SHA256SUMS"),
        (lambda path: (path / "SHA256SUMS").unlink(), "SHA256SUMS: cannot be read"),
        (lambda path: (path / "manifest.json").unlink(), "manifest.json: missing"),
        (lambda path: (path / "manifest.json").write_text("[1]"), "damaged release"),
        (miscount, "does not count the"),
        (other_input, "but what is here makes"),
        (lambda path: (path / INDEX).write_text((path / INDEX).read_text().replace("<", "<x", 1)), "not the index"),
        (lambda path: shutil.rmtree(path / "store"), "store: cannot be read"),
        (other_store, "quads, but the dump"),
        (changed_store, "holds other quads than the dump"),
        (spoil_store, ".sst: missing, or not what SHA256SUMS.local lists"),
        (lambda path: (path / "state.sqlite").unlink(), "state.sqlite: missing; the release can be read but not grown"),
        (lambda path: (path / "state.sqlite").write_bytes(b"x" * 9000), "state.sqlite: damaged"),
        (spoil_state, "state.sqlite: damaged"),
    ],
)
def test_damage_is_found_and_told(release: Path, damage: Callable[[Path], object], words: str) -> None:
    assert examine(release).problems == ()
    damage(release)
    problems = examine(release).problems
    assert any(words in problem for problem in problems), problems
    assert all(str(release) in problem and ";" in problem for problem in problems)


def test_a_release_of_articles_is_whole(tmp_path: Path) -> None:
    """The store keeps values, not spellings, of numbers and days; that is no damage."""
    _, path = write_release(tmp_path, told())
    assert [p for p in examine(path).problems if "state.sqlite: missing" not in p] == []


def test_a_link_that_leads_nowhere_is_told(tmp_path: Path, release: Path) -> None:
    (tmp_path / "current").unlink()
    (tmp_path / "current").symlink_to("releases/0.0.9")
    (verdict,) = verify(tmp_path)
    assert verdict.problems == (
        f"{tmp_path / 'current'}: does not point at a release here; "
        f"let it: ln -sfn releases/{release.name} {tmp_path / 'current'}",
    )


def test_every_release_and_difference_is_looked_at(tmp_path: Path, release: Path) -> None:
    version, other = write_release(tmp_path, contents({line(SUBJECTS[0], 0)}))
    names = [str(tmp_path), *sorted([release.name, version]), f"{release.name}--{version}"]
    assert [verdict.what for verdict in verify(tmp_path, every=True)] == names
    assert [verdict.what for verdict in verify(tmp_path)] == [str(tmp_path), version]
    assert [verdict.what for verdict in verify(release)] == [release.name]

    added = next((tmp_path / "diffs").iterdir()) / "added.nq.gz"
    sound = added.read_bytes()
    added.write_bytes(gzip.compress(gzip.decompress(sound) + line(SUBJECTS[9], 9)))
    assert "not what distinguishes" in verify(tmp_path, every=True)[-1].problems[0]
    added.write_bytes(sound[:-5])
    assert "damaged" in verify(tmp_path, every=True)[-1].problems[0]
    added.write_bytes(sound)
    shutil.rmtree(release)
    assert verify(tmp_path, every=True)[-1].problems == ()
    assert other.is_dir()


def test_the_command_says_it_and_its_exit_code_too(
    tmp_path: Path, release: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(tmp_path)]) == 0
    quads = open_release(tmp_path).manifest["counts"]["quads"]
    assert capsys.readouterr().out == f"{tmp_path}: whole\n{release.name}: whole ({quads} quads)\n"
    spoil_dump(release)
    assert main(["verify", str(tmp_path), "--all"]) == 1
    assert f"{release.name}: damaged" in capsys.readouterr().out
    assert main(["verify", str(tmp_path / "nothing")]) == 2
    assert "no release here" in capsys.readouterr().err


def test_an_untouched_state_stays_untouched(release: Path) -> None:
    before = {p: p.read_bytes() for p in release.rglob("*") if p.is_file()}
    examine(release)
    sqlite3.connect(release / "state.sqlite").close()
    assert {p: p.read_bytes() for p in release.rglob("*") if p.is_file()} == before
