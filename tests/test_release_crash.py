"""A writer that dies, finds the disk full or meets another one: the current release is whole, and nothing is left.

Child processes publish for real; ``strace`` kills them, or lets the system refuse, at a call of our choice.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from kg.errors import ReleaseError
from kg.release import open_release, verify, write_release, writing
from tests.release_fixture import SUBJECTS, contents, line

ROOT = Path(__file__).parent.parent
BEFORE = frozenset(line(subject, 0) for subject in SUBJECTS)
AFTER = BEFORE - {line(SUBJECTS[3], 0)} | {line(SUBJECTS[5], "more")}

GROW = """
import sys
from pathlib import Path
from kg.release import write_release
from tests.release_fixture import contents
from tests.test_release_crash import AFTER, BEFORE
out = Path(sys.argv[1])
if sys.argv[2] == "grow":
    told = contents(AFTER, previous=(out / "current").resolve(), before=BEFORE)
else:
    told = contents(AFTER)
print("published", write_release(out, told)[0], flush=True)
"""

HOLD = """
import sys, time
from pathlib import Path
from kg.release import writing
with writing(Path(sys.argv[1])) as turn:
    (turn.draft("releases") / "half").write_text("a draft")
    print("holding", flush=True)
    time.sleep(120)
"""

traced = pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed: apt-get install strace")


def run(program: str, *arguments: object, under: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
    command = [*under, sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT, check=False)


def inject(calls: str, what: str) -> list[str]:
    """Return the start of a command under which some system calls go wrong."""
    return ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={calls}", "-e", f"inject={calls}:{what}"]


def by_main_thread(log: Path) -> list[str]:
    """Return the calls of the first thread, for each has a count of its own when something is injected."""
    rows = [row for row in log.read_text().splitlines() if "(" in row]
    return [row for row in rows if row.split()[0] == rows[0].split()[0]]


def whole(out: Path) -> str:
    """Assert that all releases here are whole and nothing else is; return the current version."""
    assert [problem for verdict in verify(out, every=True) for problem in verdict.problems] == []
    assert {p.name for p in out.iterdir()} <= {"releases", "diffs", "current", "gone.tsv", ".lock"}
    assert [p.name for p in out.rglob(".draft")] == []
    return open_release(out).version


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Return the two versions as they come about undisturbed."""
    out = tmp_path_factory.mktemp("undisturbed")
    return write_release(out, contents(BEFORE))[0], write_release(out, contents(AFTER))[0]


RENAMES = "rename,renameat,renameat2"


@traced
@pytest.mark.slow
@pytest.mark.parametrize("way", ["grow", "build"])
@pytest.mark.parametrize(
    ("calls", "number"),
    [("fsync", 1), ("fsync", 5), ("fsync", 20), (RENAMES, 1), (RENAMES, 3), ("unlink,unlinkat", 3), ("symlink", 1)]
    + [("fsync", -number) for number in range(1, 7)],
)
def test_a_writer_that_is_killed_loses_nothing(
    tmp_path: Path, versions: tuple[str, str], way: str, calls: str, number: int
) -> None:
    """A negative number counts from the last call, where only names change any more."""
    write_release(tmp_path, contents(BEFORE))
    if number < 0:
        spare = tmp_path.with_name(f"{tmp_path.name}-spare")
        write_release(spare, contents(BEFORE))
        log = tmp_path / "log"
        run(GROW, spare, way, under=["strace", "-f", "-o", str(log), "-e", f"trace={calls}"])
        number += len(by_main_thread(log)) + 1
        log.unlink()

    killed = run(GROW, tmp_path, way, under=inject(calls, f"signal=KILL:when={number}"))
    assert killed.returncode in {-signal.SIGKILL, 128 + signal.SIGKILL}, killed.stderr
    assert "published" not in killed.stdout

    release = open_release(tmp_path)
    assert release.version in versions
    assert not any(verdict.problems for verdict in verify(tmp_path))
    if release.version == versions[0]:
        with writing(tmp_path):  # as the next writer begins
            assert whole(tmp_path) == versions[0]
            assert [p.name for p in (tmp_path / "releases").iterdir()] == [versions[0]]
            assert not list(tmp_path.glob("diffs/*"))
    again = run(GROW, tmp_path, "build")
    assert again.stdout == f"published {versions[1]}\n", again.stderr
    assert whole(tmp_path) == versions[1]
    assert [p.name for p in (tmp_path / "diffs").iterdir()] == ["--".join(versions)]


@traced
@pytest.mark.slow
@pytest.mark.parametrize("way", ["grow", "build"])
@pytest.mark.parametrize("share", [0.0, 0.2, 0.4, 0.6, 0.8, 0.95])
def test_a_full_disk_leaves_the_current_release(
    tmp_path: Path, versions: tuple[str, str], way: str, share: float
) -> None:
    """From some call on, whatever takes room is refused: writing, folders, links, longer files."""
    calls = ["write", "pwrite64", "mkdir", "link", "symlink", "fsync", "fdatasync"]
    write_release(tmp_path / "spare", contents(BEFORE))
    write_release(tmp_path / "out", contents(BEFORE))
    log = tmp_path / "log"
    run(GROW, tmp_path / "spare", way, under=["strace", "-f", "-o", str(log), "-e", f"trace={','.join(calls)}"])
    made = Counter(row.split()[1].partition("(")[0] for row in by_main_thread(log))
    refusals = [f"inject={call}:error=ENOSPC:when={max(1, int(made[call] * share))}+" for call in calls]
    refused = [word for refusal in refusals for word in ("-e", refusal)]

    full = run(GROW, tmp_path / "out", way, under=["strace", "-f", "-qq", "-o", "/dev/null", *refused])

    assert full.returncode != 0
    assert "published" not in full.stdout
    assert whole(tmp_path / "out") == versions[0]
    assert not list((tmp_path / "out").glob("diffs/*"))
    assert run(GROW, tmp_path / "out", way).stdout == f"published {versions[1]}\n"
    assert whole(tmp_path / "out") == versions[1]


@traced
def test_where_links_are_refused_the_store_is_copied(tmp_path: Path, versions: tuple[str, str]) -> None:
    write_release(tmp_path, contents(BEFORE))
    done = run(GROW, tmp_path, "grow", under=inject("link,linkat", "error=EPERM"))
    assert done.stdout == f"published {versions[1]}\n", done.stderr
    assert whole(tmp_path) == versions[1]
    assert all(p.stat().st_nlink == 1 for p in tmp_path.rglob("*.sst"))


@traced
@pytest.mark.parametrize("way", ["grow", "build"])
def test_everything_is_on_the_disk_before_it_is_pointed_to(tmp_path: Path, way: str) -> None:
    """The order of the system's calls: files, their folders, the names, the switch; each flushed before the next."""
    out, log = tmp_path / "out", tmp_path / "log"
    write_release(out, contents(BEFORE))
    calls = f"trace=fsync,fdatasync,write,pwrite64,{RENAMES},symlink,symlinkat,openat,link,linkat,mkdir"
    done = run(GROW, out, way, under=["strace", "-f", "-y", "-s", "300", "-o", str(log), "-e", calls])
    assert done.returncode == 0, done.stderr
    rows = log.read_text().splitlines()

    def last(pattern: str) -> int:
        """Return the last row in which the pattern is found."""
        return max((number for number, row in enumerate(rows) if re.search(pattern, row)), default=-1)

    def flushed(path: Path) -> list[int]:
        call = re.compile(rf"\b(fsync|fdatasync)\(\d+<{re.escape(str(path))}>")
        return [number for number, row in enumerate(rows) if call.search(row)]

    release = open_release(out)
    draft = out / "releases" / ".draft" / "release"
    named = last(rf'rename.*{re.escape(str(draft))}", .*{re.escape(str(release.path))}"')
    compared = last(r"rename.*/diffs/\.draft/")
    switched = last(rf'rename.*"{re.escape(str(out))}/current"')
    told = last(r'write\(1<.*"published')
    assert 0 < named < compared < switched < told

    for path in sorted(release.path.rglob("*")):
        here = draft / path.relative_to(release.path)
        assert flushed(here), here
        before = max(number for number in flushed(here) if number < named)
        quoted = re.escape(str(here))
        if path.is_dir():
            inside = [p.name for p in path.iterdir()]
            assert last(rf'(openat|link|linkat|mkdir)\(.*"{quoted}/[^/"]*".*(O_CREAT|\) = 0)') < before
            assert all(min(flushed(here / name)) < before for name in inside)
        else:
            assert last(rf"\bp?write(64)?\(\d+<{quoted}>") < before
    assert any(before < named for before in flushed(draft))
    assert any(named < number < switched for number in flushed(out / "releases"))
    assert any(compared < number < switched for number in flushed(out / "diffs"))
    assert any(number < named for number in flushed(out / ".draft" / "pending"))
    assert any(switched < number < told for number in flushed(out))


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    write_release(tmp_path, contents(BEFORE))
    holder = subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert holder.stdout
        assert holder.stdout.readline() == "holding\n"
        with pytest.raises(ReleaseError, match=rf"another writer is at work there \(process {holder.pid}\); wait"):
            write_release(tmp_path, contents(AFTER))
        assert (tmp_path / "releases" / ".draft" / "half").read_text() == "a draft"
    finally:
        holder.kill()
        holder.wait(30)
    version, _ = write_release(tmp_path, contents(AFTER))
    assert whole(tmp_path) == version


def test_a_turn_may_be_taken_before_there_is_something_to_write(tmp_path: Path) -> None:
    with writing(tmp_path) as turn:
        with pytest.raises(ReleaseError, match=f"process {os.getpid()}"), writing(tmp_path):
            pass
        version, _ = write_release(tmp_path, contents(BEFORE), turn=turn)
        more, _ = write_release(tmp_path, contents(AFTER), turn=turn)
    assert whole(tmp_path) == more != version


def test_a_damaged_release_that_nobody_is_pointed_to_is_made_anew(tmp_path: Path) -> None:
    version, path = write_release(tmp_path, contents(BEFORE))
    write_release(tmp_path, contents(AFTER))
    (path / "manifest.json").write_text("")
    assert write_release(tmp_path, contents(BEFORE)) == (version, path)
    assert whole(tmp_path) == version


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file is in the way")
    with pytest.raises(ReleaseError, match="give another folder or make room"):
        write_release(tmp_path / "out", contents(BEFORE))
