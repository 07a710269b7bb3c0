"""Nothing is lost by a kill, a full disk, another writer or a power cut. ``python -m tests.bench.crash`` does more."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
import warnings
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from tests.crash import corpus, full, jobs, order
from tests.crash.disks import small, why_not
from tests.crash.kills import Kill, Scene, copied, rounds, row, scene, table
from tests.crash.observe import CLOSE, CREATE, MOVED, STAGES, Observer, Progress, Seen
from tests.crash.order import Call, unsafe
from tests.crash.power import cut, forgetful
from tests.crash.runs import run, start
from tests.crash.together import at_once, readers, turned_away
from tests.crash.whole import compared, current, tree, unsound

KILLS, IN_A_ROW = 25, 4


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("crash")


@pytest.fixture(scope="module")
def known(place: Path) -> dict[str, tuple[jobs.Job, Path]]:
    return {job.name: (job, template) for job, template in jobs.invented(place / "invented")}


@pytest.fixture(scope="module")
def scenes(known: dict[str, tuple[jobs.Job, Path]], place: Path) -> list[Scene]:
    return [scene(job, template, place) for job, template in known.values()]


def skip_loudly(reason: str) -> None:
    warnings.warn(reason, stacklevel=2)
    pytest.skip(reason)


def wait_until(true: Callable[[], bool]) -> None:
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)
    pytest.fail("30 s were not enough")


@pytest.mark.slow
def test_kills_at_any_moment_lose_nothing(scenes: list[Scene], place: Path) -> None:
    draw, kills = random.Random(2022), list[Kill]()
    for turn in range(8 * len(scenes)):
        one = scenes[turn % len(scenes)]
        aims = [(how, aim) for each, how, aim in rounds(scenes, 4 * len(STAGES), draw) if each is one]
        kills += row(one, draw.sample(aims, IN_A_ROW), draw, place)
        if len(kills) >= KILLS:
            break
    assert len(kills) >= KILLS
    assert not [(one.job, one.how, one.stage, loss) for one in kills for loss in one.losses], table(kills)
    assert len({one.stage for one in kills}) >= 5, table(kills)
    assert {one.result for one in kills} == {"old", "new"}, table(kills)


@pytest.mark.slow
def test_a_full_disk_stops_a_run_and_harms_nothing(scenes: list[Scene], place: Path) -> None:
    (one,) = (known for known in scenes if known.job.name == "add")
    if why_not():
        folder = place / "limited"
        folder.mkdir()
        runs = [full.without_room(one, folder, place, free=free, limit=True) for free in (2_000, 20_000, 90_000)]
    else:
        with small(place, megabytes=32) as disk:
            sizes = full.sizes(one, disk, place, 12)
            runs = [full.without_room(one, disk, place, free=sizes[at]) for at in (0, 1, -2)]
    assert not [(run.free, run.stage, loss) for run in runs for loss in run.losses]
    assert all(run.stage for run in runs)


@pytest.mark.slow
def test_of_two_writers_neither_spoils_the_others_work(known: dict[str, tuple[jobs.Job, Path]], place: Path) -> None:
    (add, begun), (retract, _) = known["add"], known["retract"]
    pair = at_once(add, retract, begun, place)
    assert not pair.losses


@pytest.mark.slow
@pytest.mark.parametrize("fatal", [False, True], ids=["held", "killed"])
def test_a_writer_at_work_is_left_alone(known: dict[str, tuple[jobs.Job, Path]], place: Path, fatal: bool) -> None:
    (add, begun), other = known["add"], jobs.other_add(place / "invented")
    assert not turned_away(add, other, begun, place, aim="store", kill=fatal).losses


@pytest.mark.slow
def test_workers_end_with_the_run_that_is_killed(place: Path) -> None:
    many = corpus.write(place / "many", [f"m{number}" for number in range(200)])
    running = start(["build", str(many), "--out", str(place / "many-out"), "--workers", "2"], place)
    try:
        wait_until(lambda: len(running.workers) >= 2)
        running.kill()
        assert running.ended().code == -9
        wait_until(lambda: not running.workers)
    finally:
        for worker in running.workers:
            os.kill(worker, signal.SIGKILL)


@pytest.mark.slow
def test_readers_see_whole_releases_only(known: dict[str, tuple[jobs.Job, Path]], place: Path) -> None:
    add, begun = known["add"]
    with copied(begun, place) as folder:
        found = readers(folder, [add, jobs.taken_back()], place, switches=4)
    assert not found.wrong
    assert found.answers
    assert found.queries
    assert len(found.versions) > 1


@pytest.mark.slow
def test_what_was_acknowledged_outlasts_a_power_cut(scenes: list[Scene], place: Path) -> None:
    if reason := why_not():
        skip_loudly(f"power loss cannot be shown here: {reason}")
    assert forgetful(place), "the file system keeps what was not synced: it cannot show what power loss costs"
    (one,) = (known for known in scenes if known.job.name == "add")
    draw = random.Random(2022)
    found = [cut(one, draw, place, aim=aim) for aim in ("sync", "rename", None)]
    assert not [(one.stage, loss) for one in found for loss in one.losses]
    assert (found[-1].stage, found[-1].result) == ("ended", "new")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["first build", "add"])
def test_all_is_on_the_disk_before_names_change(
    known: dict[str, tuple[jobs.Job, Path]], place: Path, name: str
) -> None:
    if reason := order.why_not():
        skip_loudly(f"the order of the system's calls cannot be seen here: {reason}")
    job, template = known[name]
    with copied(template, place) as folder:
        calls = order.record(job.argv(folder), place)
        assert unsafe(calls, folder) == []
        assert unsafe((call for call in calls if call.name != "fsync"), folder)


# The tests' own instruments: each must be able to find something.

DIR = Path("/d")
PUBLISHED = (
    Call("mkdir", (PurePosixPath("/d/releases/.draft"),)),
    Call("create", (PurePosixPath("/d/releases/.draft/a"),)),
    Call("write", (PurePosixPath("/d/releases/.draft/a"),)),
    Call("fsync", (PurePosixPath("/d/releases/.draft/a"),)),
    Call("fsync", (PurePosixPath("/d/releases/.draft"),)),
    Call("rename", (PurePosixPath("/d/releases/.draft"), PurePosixPath("/d/releases/1"))),
    Call("fsync", (PurePosixPath("/d/releases"),)),
    Call("symlink", (PurePosixPath("/d/.draft/current"),)),
    Call("rename", (PurePosixPath("/d/.draft/current"), PurePosixPath("/d/current"))),
    Call("fsync", (PurePosixPath("/d"),)),
    Call("print", (), "release 1: 2 articles published"),
)


@pytest.mark.parametrize("missing", [index for index, call in enumerate(PUBLISHED) if call.name == "fsync"])
def test_a_missing_flush_is_found(missing: int) -> None:
    assert unsafe(PUBLISHED, DIR) == []
    assert unsafe([*PUBLISHED[:missing], *PUBLISHED[missing + 1 :]], DIR)


def test_calls_are_read_from_what_strace_writes() -> None:
    lines = [
        '7 openat(AT_FDCWD</w>, "d/a b", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 3</w/d/a b>',
        '7 write(3</w/d/a b>, "x", 1) = 1',
        "7 fsync(3</w/d/a b>) = -1 EIO (Input/output error)",
        '7 renameat(AT_FDCWD</w>, "d/a b", 5</w/e>, "c") = 0',
        '7 write(1</out>, "release 1: all", 14) = 14',
    ]
    found = [(call.name, [str(path) for path in call.paths]) for call in order.calls(lines)]
    assert found == [
        ("create", ["/w/d/a b"]),
        ("write", ["/w/d/a b"]),
        ("rename", ["/w/d/a b", "/w/e/c"]),
        ("write", ["/out"]),
        ("print", []),
    ]


def test_stages_are_told_by_what_is_seen() -> None:
    progress = Progress()
    seen = [
        ("reading", CREATE, ".lock"),
        ("dump", CREATE, "releases/.draft/release/dumps"),
        ("store", CREATE, "releases/.draft/release/store/x.sst"),
        ("state", CREATE, "releases/.draft/release/state.sqlite"),
        ("sync", CLOSE, "releases/.draft/release/SHA256SUMS"),
        ("rename", MOVED, "releases/1"),
        ("cleaning", MOVED, "current"),
    ]
    assert [progress.after(Seen(0.0, mask, path)) for _, mask, path in seen] == [stage for stage, _, _ in seen]


def test_an_observer_sees_what_is_made_in_new_folders(tmp_path: Path) -> None:
    observer = Observer(tmp_path)
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c").write_text("x")
    assert {"a", "a/b", "a/b/c"} <= {seen.path for seen in observer.read(1.0)}
    observer.close()


@pytest.mark.slow
def test_damage_and_leftovers_are_found(known: dict[str, tuple[jobs.Job, Path]], place: Path) -> None:
    with copied(known["add"][1], place) as folder:
        assert unsound(folder) == []
        before = tree(folder)
        assert compared(tree(folder), before) == []
        (folder / "releases" / ".draft").mkdir()
        assert compared(tree(folder), before) == ["releases/.draft is left over"]
        with (folder / "current" / "manifest.json").open("a") as manifest:
            manifest.write(" ")
        assert f"{current(folder)}: manifest.json is not what SHA256SUMS says" in unsound(folder)
        shutil.rmtree(folder / "current" / "store")
        assert run(["verify", str(folder)], place).code == 1
        (folder / "current").unlink()
        assert unsound(folder) == ["there is no current release"]
