"""A release that grew is the one that is built from scratch: the same bytes, the same quads, whatever the way."""

from __future__ import annotations

import gzip
import multiprocessing
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Store

from kg.errors import ReleaseError
from kg.release import open_release, write_release
from kg.release.chunks import INDEX, Dump, Packer, cut, marked, open_dump, scan, write_index, write_lines
from kg.release.opened import dump_of
from kg.release.store import snapshot
from kg.release.verify import verify
from tests.release_fixture import MARKED, SUBJECTS, contents, line

TOLD = [b'<https://example.org/release> <https://example.org/is> "told" <https://example.org/g> .\n']

subjects = st.sampled_from(MARKED) | st.sampled_from(SUBJECTS[:40])
lines = st.frozensets(st.builds(line, subjects, st.integers(0, 2)), max_size=30)
histories = st.lists(lines, min_size=1, max_size=6)


def packed(path: Path, old: Dump | None, added: frozenset[bytes], removed: frozenset[bytes] = frozenset()) -> Dump:
    with path.open("wb") as stream:
        packer = Packer(stream)
        write_lines(packer, old, added, removed)
        packer.write(TOLD)
    return Dump(path, tuple(packer.members))


@settings(max_examples=300, deadline=None)
@given(histories)
def test_a_dump_is_the_same_bytes_whatever_its_history(history: list[frozenset[bytes]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        dump, before = None, frozenset[bytes]()
        for number, wanted in enumerate(history):
            grown = packed(Path(folder) / f"{number}.gz", dump, wanted - before, before - wanted)
            fresh = packed(Path(folder) / "fresh.gz", None, wanted)
            assert grown.path.read_bytes() == fresh.path.read_bytes()
            assert grown.members == fresh.members == scan(grown.path).members
            assert gzip.decompress(grown.path.read_bytes()) == b"".join([*sorted(wanted), *TOLD])
            dump, before = grown, wanted


@settings(max_examples=12, deadline=None)
@given(histories)
def test_a_release_is_the_same_whatever_its_history(history: list[frozenset[bytes]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        grown, path, before = Path(folder) / "grown", None, frozenset[bytes]()
        for wanted in history:
            version, path = write_release(grown, contents(wanted, previous=path, before=before))
            before = wanted
        again, fresh = write_release(Path(folder) / "fresh", contents(before))
        assert version == again
        assert path
        for file in (f"dumps/legation-{version}.nq.gz", f"dumps/legation-{version}.sssom.tsv", "manifest.json", INDEX):
            assert (path / file).read_bytes() == (fresh / file).read_bytes(), file
        assert (path / "SHA256SUMS").read_bytes() == (fresh / "SHA256SUMS").read_bytes()
        one, other = open_release(grown).store, open_release(fresh).store
        assert set(one) == set(other)
        assert set(one.named_graphs()) == set(other.named_graphs())
        assert [verdict.problems for verdict in verify(grown, every=True) if verdict.problems] == []


def test_every_member_begins_with_a_marked_subject_but_the_first() -> None:
    pieces = list(cut(sorted(line(subject, value) for subject in SUBJECTS for value in range(3))))
    assert len(pieces) in {len(MARKED), len(MARKED) + 1}
    assert len(MARKED) > 3
    assert all(marked(piece[0].split(b" ")[0] + b" ") for piece in pieces[1:])


def test_only_the_members_that_changed_are_packed_again(tmp_path: Path) -> None:
    """What stays is copied: a member whose bytes another packer made is found again as it was."""
    everything = frozenset(line(subject, 0) for subject in SUBJECTS)
    old = packed(tmp_path / "old.gz", None, everything)
    foreign = bytearray(old.path.read_bytes())
    last = old.members[-2]
    foreign[last.offset + 9] = 7  # the header's byte for the system, which readers ignore
    old.path.write_bytes(foreign)

    new = packed(tmp_path / "new.gz", old, frozenset({line(SUBJECTS[0], "more")}))

    same = {member.digest for member in old.members} & {member.digest for member in new.members}
    assert len(same) == len(old.members) - 1
    copied = next(member for member in new.members if member.digest == last.digest)
    assert new.path.read_bytes()[copied.offset + 9] == 7


def test_another_packer_packs_everything_again(tmp_path: Path) -> None:
    everything = frozenset(line(subject, 0) for subject in SUBJECTS)
    old = packed(tmp_path / "old.gz", None, everything)
    write_index(tmp_path / INDEX, Dump(old.path, old.members, "0.0.1"))
    spoilt = bytearray(old.path.read_bytes())
    for member in old.members:
        spoilt[member.offset + 9] = 7
    old.path.write_bytes(spoilt)

    more = line(SUBJECTS[0], "more")
    new = packed(tmp_path / "new.gz", open_dump(old.path, tmp_path / INDEX), frozenset({more}))
    fresh = packed(tmp_path / "fresh.gz", None, everything | {more})
    assert new.path.read_bytes() == fresh.path.read_bytes()


def test_other_readers_of_gzip_read_all_members(tmp_path: Path) -> None:
    everything = frozenset(line(subject, 0) for subject in SUBJECTS)
    dump = packed(tmp_path / "dump.gz", None, everything)
    told = subprocess.run(["gzip", "-dc", dump.path], capture_output=True, check=True, timeout=30).stdout
    assert told == b"".join([*sorted(everything), *TOLD])
    assert len(dump.members) > 3


def test_an_index_that_is_lost_is_read_from_the_dump(tmp_path: Path) -> None:
    before = frozenset(line(subject, 0) for subject in SUBJECTS)
    _, path = write_release(tmp_path / "a", contents(before))
    members = dump_of(path).members
    (path / INDEX).unlink()
    assert dump_of(path).members == members

    after = before | {line(SUBJECTS[7], "more")}
    version, grown = write_release(tmp_path / "a", contents(after, previous=path, before=before))
    again, fresh = write_release(tmp_path / "b", contents(after))
    assert version == again
    assert dump_of(grown).path.read_bytes() == dump_of(fresh).path.read_bytes()


@pytest.mark.parametrize("change", ["again", "never there"])
def test_a_change_that_does_not_fit_is_refused(tmp_path: Path, change: str) -> None:
    """It would be the sign of a state that is not this release's."""
    before = frozenset({line(SUBJECTS[0], 0)})
    version, path = write_release(tmp_path, contents(before))
    after, stale = (before, ()) if change == "again" else ((), {line(SUBJECTS[0], "never there")})
    with pytest.raises(ReleaseError, match="legation verify"):
        write_release(tmp_path, contents(after, previous=path, before=stale))
    assert open_release(tmp_path).version == version


def test_growing_from_another_than_the_current_release_is_refused(tmp_path: Path) -> None:
    first = frozenset({line(SUBJECTS[0], 0)})
    _, path = write_release(tmp_path, contents(first))
    version, _ = write_release(tmp_path, contents(first | {line(SUBJECTS[1], 0)}))
    with pytest.raises(ReleaseError, match=f"the current release is now {version}"):
        write_release(tmp_path, contents(first | {line(SUBJECTS[2], 0)}, previous=path, before=first))


def test_the_previous_store_stays_as_it_was(tmp_path: Path) -> None:
    before = frozenset(line(subject, 0) for subject in SUBJECTS)
    _, path = write_release(tmp_path, contents(before))
    files = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in path.rglob("*") if p.is_file()}
    after = before - {line(SUBJECTS[3], 0)} | {line(SUBJECTS[3], 1)}
    _, grown = write_release(tmp_path, contents(after, previous=path, before=before))

    assert {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in path.rglob("*") if p.is_file()} == files
    shared = [p for p in (grown / "store").iterdir() if p.stat().st_nlink > 1]
    assert any(p.suffix == ".sst" for p in shared)


def _serve(path: str, asked: multiprocessing.synchronize.Event, done: multiprocessing.synchronize.Event) -> None:
    store = Store.read_only(path)
    size = len(store)
    asked.set()
    while not done.is_set():
        if len(list(store.quads_for_pattern(None, None, None, None))) != size:
            raise SystemExit(1)


def test_a_snapshot_is_made_while_another_process_reads(tmp_path: Path) -> None:
    before = frozenset(line(subject, 0) for subject in SUBJECTS)
    _, path = write_release(tmp_path, contents(before))
    spawn = multiprocessing.get_context("spawn")
    asked, done = spawn.Event(), spawn.Event()
    reader = spawn.Process(target=_serve, args=(str(path / "store"), asked, done))
    reader.start()
    try:
        assert asked.wait(60)
        for number in range(8):
            after = before | {line(SUBJECTS[number], "more")}
            _, path = write_release(tmp_path, contents(after, previous=path, before=before))
            before = after
            assert len(open_release(path).store) == len(after) + len(dump_of(path).description())
    finally:
        done.set()
        reader.join(60)
    assert reader.exitcode == 0


def test_a_store_is_copied_to_another_file_system(tmp_path: Path) -> None:
    """The file system for memory stands for another device, to which no hard link leads."""
    before = frozenset(line(subject, 0) for subject in SUBJECTS)
    _, path = write_release(tmp_path, contents(before))
    shm = Path("/dev/shm")
    if not shm.is_dir() or shm.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("no second file system at /dev/shm to copy a store to")
    with tempfile.TemporaryDirectory(dir=shm) as elsewhere:
        snapshot(Path(elsewhere) / "store", path / "store")
        copy = Store.read_only(str(Path(elsewhere) / "store"))
        assert set(copy) == set(open_release(path).store)
        assert all(p.stat().st_nlink == 1 for p in (Path(elsewhere) / "store").iterdir())
