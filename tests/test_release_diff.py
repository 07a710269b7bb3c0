"""What distinguishes two releases: as N-Quads, as an RDF Patch, as a command, and what is gone for good."""

from __future__ import annotations

import gzip
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.cli import main
from kg.errors import ReleaseError
from kg.release import Change, diff, open_release, write_release
from kg.release.difference import find_release, patch
from kg.release.gone import read_gone
from kg.release.opened import dump_of
from kg.release.verify import verify
from tests.release_fixture import MARKED, NAMES, SUBJECTS, contents, line

REPLACED = "http://purl.org/dc/terms/isReplacedBy"

subjects = st.sampled_from(MARKED) | st.sampled_from(SUBJECTS[:40])
lines = st.frozensets(st.builds(line, subjects, st.integers(0, 2)), max_size=30)


def applied(rows: Iterable[bytes], quads: set[bytes]) -> set[bytes]:
    """Apply an RDF Patch to quads as its specification says, row by row."""
    result, inside = set(quads), False
    for row in rows:
        match row.split(b" ", 1):
            case [b"H", told]:
                assert re.fullmatch(rb"id <uuid:[0-9a-f-]{36}> \.\n", told)
                assert not inside
            case [b"TX", b".\n"]:
                inside = True
            case [b"TC", b".\n"]:
                inside = False
            case [b"A", quad]:
                assert inside
                result.add(quad)
            case [b"D", quad]:
                assert inside
                assert quad in result
                result.remove(quad)
            case _:
                raise AssertionError(row)
    assert not inside
    return result


@settings(max_examples=15, deadline=None)
@given(lines, lines)
def test_the_patch_of_one_release_gives_the_other(one: frozenset[bytes], other: frozenset[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        version, a = write_release(out, contents(one))
        following, b = write_release(out, contents(other))
        there, here = set(dump_of(a).lines()), set(dump_of(b).lines())

        assert applied(patch(diff(a, b), version, following), there) == here
        assert applied(patch(diff(b, a), following, version), here) == there
        changes = list(diff(a, b))
        assert {change.line for change in changes if change.added} == here - there
        assert [change.line for change in changes] == sorted(here ^ there)
        if version != following:
            published = out / "diffs" / f"{version}--{following}"
            with gzip.open(published / "patch.rdfp.gz") as rows:
                assert applied(rows, there) == here
            with gzip.open(published / "added.nq.gz") as added, gzip.open(published / "removed.nq.gz") as removed:
                assert (there | set(added)) - set(removed) == here
        assert not [problem for verdict in verify(out, every=True) for problem in verdict.problems]


def test_members_that_both_have_are_not_unpacked(tmp_path: Path) -> None:
    """Damage in such a member is none of a difference's business, and shows that it was not read."""
    everything = frozenset(line(subject, 0) for subject in SUBJECTS)
    _, a = write_release(tmp_path, contents(everything))
    _, b = write_release(tmp_path, contents(everything | {line(SUBJECTS[0], "more")}))
    old, new = dump_of(a), dump_of(b)
    same = next(m for m in old.members if m.digest in {other.digest for other in new.members})
    spoilt = bytearray(old.path.read_bytes())
    spoilt[same.offset + 20 : same.offset + 30] = bytes(10)
    old.path.write_bytes(spoilt)

    found = {change for change in diff(a, b) if b"graph/release>" not in change.line}
    assert found == {Change(added=True, line=line(SUBJECTS[0], "more"))}


def test_published_differences_are_the_same_bytes_each_time(tmp_path: Path) -> None:
    one, other = {line(SUBJECTS[0], 0)}, {line(SUBJECTS[0], 1)}
    for folder in ("x", "y"):
        write_release(tmp_path / folder, contents(one))
        write_release(tmp_path / folder, contents(other))
    files = sorted(path.relative_to(tmp_path / "x") for path in (tmp_path / "x" / "diffs").rglob("*.gz"))
    assert [path.name for path in files] == ["added.nq.gz", "patch.rdfp.gz", "removed.nq.gz"]
    for path in files:
        assert (tmp_path / "x" / path).read_bytes() == (tmp_path / "y" / path).read_bytes()


def test_the_command_prints_a_patch(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    version, a = write_release(tmp_path, contents({line(SUBJECTS[0], 0)}))
    following, b = write_release(tmp_path, contents({line(SUBJECTS[0], 1)}))
    told = []
    for names in ([str(a), str(b)], [version, following, "--dir", str(tmp_path)], [str(a), str(tmp_path)]):
        assert main(["diff", *names]) == 0
        told.append(capfdbinary.readouterr().out)
    assert len(set(told)) == 1
    assert b"\nD " + line(SUBJECTS[0], 0) in told[0]
    assert b"\nA " + line(SUBJECTS[0], 1) in told[0]


def test_the_command_writes_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, a = write_release(tmp_path, contents({line(SUBJECTS[0], 0)}))
    _, b = write_release(tmp_path, contents({line(SUBJECTS[0], 1)}))
    published = next((tmp_path / "diffs").iterdir())

    assert main(["diff", str(a), str(b), "--out", str(tmp_path / "all")]) == 0
    assert {p.name: p.read_bytes() for p in (tmp_path / "all").iterdir()} == {
        p.name: p.read_bytes() for p in published.iterdir()
    }
    assert main(["diff", str(a), str(b), "--out", str(tmp_path / "quads"), "--format", "nquads"]) == 0
    assert {p.name for p in (tmp_path / "quads").iterdir()} == {"added.nq.gz", "removed.nq.gz"}
    assert "quads added" in capsys.readouterr().out

    assert main(["diff", str(a), str(b), "--format", "nquads"]) == 2
    assert "give --out FOLDER" in capsys.readouterr().err


def test_what_is_no_release_is_told_with_those_that_are(tmp_path: Path) -> None:
    version, _ = write_release(tmp_path, contents({line(SUBJECTS[0], 0)}))
    with pytest.raises(ReleaseError, match=f"0.0.9: no such release; those in .*: {version}"):
        find_release("0.0.9", tmp_path)
    with pytest.raises(ReleaseError, match="no such release; give its folder, or --dir DIR to look in"):
        find_release("0.0.9", None)


def test_what_is_gone_is_kept_until_it_comes_back(tmp_path: Path) -> None:
    there, gone, part = SUBJECTS[:3]
    part += "#char=1,2"
    full = {line(there, 0), line(there, 1), line(gone, 0), line(part, 0), line("https://example.org/else", 0)}
    write_release(tmp_path, contents(full))
    assert not (tmp_path / "gone.tsv").exists()

    version, path = write_release(tmp_path, contents({line(there, 0)}))
    graph = NAMES.graph(gone[-1]).value
    assert (tmp_path / "gone.tsv").read_text() == f"iri\tsuccessor\n{gone}\t\n{graph}\t\n"

    write_release(tmp_path, contents({line(there, 2)}, previous=path, before={line(there, 0)}))
    assert read_gone(tmp_path) == {gone: "", graph: ""}

    again, _ = write_release(tmp_path, contents(full))
    assert read_gone(tmp_path) == {}
    assert open_release(tmp_path).version == again != version


def test_what_was_merged_away_is_gone_with_its_successor(tmp_path: Path) -> None:
    away, into, last = SUBJECTS[:3]
    write_release(tmp_path, contents({line(away, 0), line(into, 0)}))
    write_release(tmp_path, contents({line(away, into, predicate=REPLACED), line(into, 0)}))
    assert read_gone(tmp_path) == {away: into}

    write_release(tmp_path, contents({line(away, last, predicate=REPLACED), line(last, 0)}))
    assert of_events(tmp_path) == {away: last, into: ""}

    write_release(tmp_path, contents({line(last, 0)}))
    assert of_events(tmp_path) == {away: last, into: ""}

    write_release(tmp_path, contents({line(away, 0), line(last, 0)}))
    assert of_events(tmp_path) == {into: ""}


def of_events(out: Path) -> dict[str, str]:
    return {iri: to for iri, to in read_gone(out).items() if "/event/" in iri}


def test_a_table_of_the_gone_that_is_none_says_so(tmp_path: Path) -> None:
    (tmp_path / "gone.tsv").write_text("something else\n")
    with pytest.raises(ReleaseError, match="remove it, and it begins anew"):
        read_gone(tmp_path)


def test_releases_are_never_told_to_be_gone(tmp_path: Path) -> None:
    version, _ = write_release(tmp_path, contents({line(SUBJECTS[0], 0)}))
    write_release(tmp_path, contents({line(SUBJECTS[0], 1)}))
    assert NAMES.release(version).value not in read_gone(tmp_path)
    assert read_gone(tmp_path) == {}
