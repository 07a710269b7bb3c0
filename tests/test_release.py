"""Releases: the same bytes for the same content, whole or not at all, and switched in one step."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Literal, Quad

import kg.release.publish
from kg.accepted import Taken
from kg.errors import ReleaseError
from kg.iri import Names, term
from kg.merge import merge
from kg.rdf import graph_quads, nquads
from kg.records import Account, Refusal
from kg.release import Contents, open_release, write_release
from tests.accounts import harbour, preview

NAMES = Names()


def contents(accounts: Sequence[Account] | None = None) -> Contents:
    told = tuple([harbour(), preview()] if accounts is None else accounts)
    return Contents(
        added=nquads(graph_quads(NAMES, told, merge(told))),
        inputs=tuple((account.article.id, account.article.sha256) for account in told),
        refused=(Refusal("bad.txt", "it is empty", "remove it"),),
        counts={"articles": len(told), "visits": 1},
        model="a-model 1.0",
        names=NAMES,
        things=merge(told).things,
    )


def test_a_release_has_all_its_parts(tmp_path: Path) -> None:
    version, path = write_release(tmp_path, contents())

    assert path == tmp_path / "releases" / version
    assert version.startswith("0.1.0-")
    assert len(version) == len("0.1.0-") + 12
    assert {p.name for p in path.iterdir()} == {
        "store",
        "dumps",
        "manifest.json",
        "SHA256SUMS",
        "SHA256SUMS.local",
        "chunks.tsv",
    }
    assert (tmp_path / "current").resolve() == path.resolve()
    assert {p.name for p in tmp_path.iterdir()} == {"releases", "current", ".lock"}
    assert [p.name for p in path.parent.iterdir()] == [version]


def test_the_manifest_says_what_the_release_was_made_from(tmp_path: Path) -> None:
    version, path = write_release(tmp_path, contents())
    manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))

    assert manifest["version"] == version
    assert manifest["software"] == "legation 0.1.0"
    assert manifest["model"] == "a-model 1.0"
    assert manifest["base"] == NAMES.base
    assert manifest["inputs"] == [{"id": a.article.id, "sha256": a.article.sha256} for a in (harbour(), preview())]
    assert manifest["refused"] == [{"source": "bad.txt", "reason": "it is empty", "remedy": "remove it"}]
    assert list(manifest) == sorted(manifest)
    with gzip.open(path / "dumps" / f"legation-{version}.nq.gz") as dump:
        assert manifest["counts"] == {"articles": 2, "visits": 1, "quads": sum(1 for _ in dump)}


def test_the_sums_are_those_of_the_files(tmp_path: Path) -> None:
    _, path = write_release(tmp_path, contents())
    lines = (path / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3
    for line in lines:
        digest, name = line.split("  ")
        assert hashlib.sha256((path / name).read_bytes()).hexdigest() == digest


def test_store_and_dump_hold_the_same(tmp_path: Path) -> None:
    write_release(tmp_path, contents())
    release = open_release(tmp_path)
    with gzip.open(release.dump, "rb") as dump:
        lines = list(dump)
    own = [line for line in lines if line.endswith(b"graph/release> .\n")]
    assert lines == [*sorted({*lines} - {*own}), *sorted(own)]
    assert len(release.store) == len(lines) == release.manifest["counts"]["quads"]


def test_the_release_describes_itself(tmp_path: Path) -> None:
    version, _ = write_release(tmp_path, contents())
    store = open_release(tmp_path).store
    described = {
        (quad.predicate, quad.object.value) for quad in store.quads_for_pattern(NAMES.release(version), None, None)
    }
    assert (term("dcat:version"), version) in described
    assert (term("dct:license"), "https://creativecommons.org/licenses/by-sa/4.0/") in described


def test_equal_contents_in_any_order_are_the_same_bytes(tmp_path: Path) -> None:
    there, back = contents(), contents([preview(), harbour()])
    shuffled = replace(back, added=[*back.added[::-1], *back.added[:7]])

    version, one = write_release(tmp_path / "one", there)
    same, two = write_release(tmp_path / "two", shuffled)

    assert version == same
    files = [f"dumps/legation-{version}.nq.gz", f"dumps/legation-{version}.sssom.tsv", "manifest.json", "SHA256SUMS"]
    for name in files:
        assert (one / name).read_bytes() == (two / name).read_bytes()


@pytest.mark.parametrize(
    "change",
    [
        {"model": "a-model 1.1"},
        {"names": Names("https://graph.example/id/")},
        {"inputs": (("harbour", "0" * 64),)},
        {"refused": ()},
        {"accepted": Taken("0" * 64, applied=1, unused=0)},
        {"added": nquads([Quad(NAMES.node("x"), term("rdfs:label"), Literal("other"), NAMES.graph("actors"))])},
    ],
    ids=lambda change: next(iter(change)),
)
def test_other_contents_have_another_version(tmp_path: Path, change: dict[str, object]) -> None:
    version, _ = write_release(tmp_path, contents())
    other, _ = write_release(tmp_path, replace(contents(), **change))  # type: ignore[arg-type]
    assert other != version
    assert open_release(tmp_path).version == other


def test_a_whole_release_of_the_same_contents_is_kept(tmp_path: Path) -> None:
    version, path = write_release(tmp_path, contents())
    before = {p: p.stat().st_mtime_ns for p in path.rglob("*")}
    (tmp_path / "current").unlink()

    assert write_release(tmp_path, contents()) == (version, path)
    assert {p: p.stat().st_mtime_ns for p in path.rglob("*")} == before
    assert open_release(tmp_path).version == version


@pytest.mark.parametrize("ending", ["nq.gz", "sssom.tsv"])
def test_a_damaged_release_is_never_taken_for_a_whole_one(tmp_path: Path, ending: str) -> None:
    version, path = write_release(tmp_path, contents())
    (path / "dumps" / f"legation-{version}.{ending}").write_bytes(b"")
    with pytest.raises(ReleaseError, match="remove this folder and build again"):
        write_release(tmp_path, contents())


def test_a_failed_build_leaves_the_current_release_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version, path = write_release(tmp_path, contents())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kg.release.publish, "load_store", full)
    with pytest.raises(ReleaseError, match="No space left on device"):
        write_release(tmp_path, contents([harbour()]))

    assert open_release(tmp_path).version == version
    assert [p.name for p in path.parent.iterdir()] == [version]


def test_a_reader_keeps_its_release_while_the_next_is_published(tmp_path: Path) -> None:
    write_release(tmp_path, contents())
    first = open_release(tmp_path)
    size = len(first.store)

    write_release(tmp_path, contents([harbour()]))
    second = open_release(tmp_path)

    assert len(first.store) == size != len(second.store)
    assert first.version != second.version


def test_a_release_can_be_opened_by_its_own_folder(tmp_path: Path) -> None:
    version, path = write_release(tmp_path, contents())
    assert open_release(path).version == version


def test_a_release_is_read_only(tmp_path: Path) -> None:
    write_release(tmp_path, contents())
    store = open_release(tmp_path).store
    with pytest.raises(RuntimeError, match="read-write"):
        store.add(Quad(NAMES.node("x"), term("rdfs:label"), Literal("x"), NAMES.graph("actors")))


def test_opening_nothing_says_how_to_make_something(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match=r"no release here; make one with: legation build"):
        open_release(tmp_path)


def test_opening_a_release_without_its_store_says_so(tmp_path: Path) -> None:
    _, path = write_release(tmp_path, contents())
    (path / "store").rename(path / "elsewhere")
    with pytest.raises(ReleaseError, match="damaged release"):
        open_release(tmp_path)
