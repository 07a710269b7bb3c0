"""What a watch takes in becomes releases by the real pipeline, and survives being stopped, killed and run twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from kg.cli import main
from kg.errors import BusyError, InputError, ReleaseError
from kg.pipeline import BuildResult, add, build
from kg.release import open_release
from kg.watch import Outcome, watch
from kg.watch.seen import FILE, Seen
from tests.accounts import fake_reader
from tests.conftest import SEEDS
from tests.desk import QUICK
from tests.feeds import item, page, rss, serving
from tests.loopback import Answer

BUILD, ADD = partial(build, make_reader=fake_reader), partial(add, make_reader=fake_reader)


def look(source: Path | str, to: Path, *, said: list[str] | None = None, batch: int = 500) -> Outcome:
    """Look once."""
    lines = said if said is not None else []
    return watch([str(source)], to, build=BUILD, add=ADD, once=True, batch=batch, say=lines.append, manner=QUICK)


def write(news: Path, *numbers: int, text: str = "Petrova arrived.") -> None:
    """Write an article for each number."""
    for number in numbers:
        (news / f"{number:03}.txt").write_text(f"{text} Her visit has the number {number}.")


def published(to: Path) -> dict[str, str]:
    """Return the SHA-256 of each article of the current release."""
    return {told["id"]: told["sha256"] for told in open_release(to).manifest["inputs"]}


def test_batches_grow_into_the_release_that_a_build_makes(news: Path, to: Path, tmp_path: Path) -> None:
    write(news, *range(5))
    assert look(news, to, batch=2).releases == 3
    write(news, 3, text="Petrova never arrived.")
    write(news, 7)
    outcome = look(news, to)
    assert (outcome.releases, outcome.taken) == (1, 2)
    at_once = BUILD([news], tmp_path / "at-once")
    assert (to / "current").resolve().name == outcome.version == at_once.version
    dump = open_release(to).dump
    assert dump.read_bytes() == open_release(tmp_path / "at-once").dump.read_bytes()


def test_nothing_that_can_be_published_makes_no_release(news: Path, to: Path) -> None:
    (news / "a.txt").write_text("")
    said: list[str] = []
    assert look(news, to, said=said) == Outcome(taken=1, refused=1)
    assert f"{news / 'a.txt'}: the file is empty; leave it out" in said[0]
    assert look(news, to) == Outcome()
    write(news, 1)
    assert look(news, to).releases == 1
    assert sorted(published(to)) == ["001"]


def test_a_batch_waits_while_somebody_else_publishes(news: Path, to: Path) -> None:
    write(news, 1)

    def busy(inputs: Sequence[Path], to: Path) -> BuildResult:
        raise BusyError("another writer is at work there")

    said: list[str] = []
    outcome = watch([str(news)], to, build=busy, add=busy, once=True, say=said.append, manner=QUICK)
    assert outcome == Outcome(failed=1)
    assert said[-1] == "another writer is at work there; 1 files or entries wait for the next look"
    assert look(news, to).taken == 1


def test_one_watch_at_a_time(news: Path, to: Path) -> None:
    write(news, 1)
    with Seen(to / FILE), pytest.raises(InputError, match="another watch is at work here"):
        look(news, to)
    assert look(news, to).taken == 1


def test_a_damaged_memory_is_named_with_a_remedy(news: Path, to: Path) -> None:
    to.mkdir()
    (to / FILE).write_bytes(b"no database" * 200)
    with pytest.raises(InputError, match="remove it, and everything is looked at anew"):
        look(news, to)


def test_everything_looked_at_anew_changes_no_release(news: Path, to: Path) -> None:
    write(news, *range(3))
    version = look(news, to).version
    (to / FILE).unlink()
    again = look(news, to)
    assert (again.taken, again.version, again.releases) == (3, version, 0)


def test_a_full_disk_loses_nothing(to: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with serving({"/feed": rss(item("1", "Petrova arrived", "Petrova arrived in Harbour."))}) as site:
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(ReleaseError, match="No space left"):
                look(f"{site.root}/feed", to)
        assert list((to / "inbox").glob("*")) == []
        assert look(f"{site.root}/feed", to).taken == 1


def test_exit_codes_tell_what_became_of_one_look(to: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving({"/feed": rss(), "/gone": Answer(b"", 410)}) as site:
        assert main(["watch", f"{site.root}/feed", "--to", str(to), "--once"]) == 0
        assert main(["watch", f"{site.root}/gone", "--to", str(to), "--once"]) == 1
        assert "it answers 410 (gone for good); leave it out" in capsys.readouterr().err
    assert main(["watch", str(to / "absent"), "--to", str(to), "--once"]) == 2
    with pytest.raises(SystemExit):
        main(["watch", "http://news.example/", "--to", str(to), "--every", "0.5"])


# Processes


PROGRAM = """
import sys
from functools import partial
from pathlib import Path
from kg.pipeline import add, build
from kg.watch import Manner, watch
from tests.accounts import fake_reader

print("begun", flush=True)
watch(
    sys.argv[3:], Path(sys.argv[1]), batch=int(sys.argv[2]), every_s=0.05,
    build=partial(build, make_reader=fake_reader), add=partial(add, make_reader=fake_reader),
    say=lambda line: print(line, flush=True), manner=Manner(quiet_s=0.05, pause_s=0.0, timeout_s=5.0),
)
print("ended", flush=True)
"""


def start(to: Path, *sources: Path | str, batch: int) -> subprocess.Popen[str]:
    """Start a watch in a process of its own, and wait until all is loaded."""
    command = [sys.executable, "-c", PROGRAM, str(to), str(batch), *map(str, sources)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout
    assert process.stdout.readline() == "begun\n", process.stdout.read()
    return process


def waiting(to: Path) -> int:
    """Return how much waits for a release."""
    with Seen(to / FILE) as seen:
        return seen.count_waiting()


@pytest.mark.slow
def test_a_signal_ends_it_well(news: Path, to: Path) -> None:
    write(news, *range(3))
    for number in (signal.SIGTERM, signal.SIGINT):
        process = start(to, news, batch=500)
        time.sleep(2)
        process.send_signal(number)
        told, _ = process.communicate(timeout=30)
        assert process.returncode == 0, told
        assert told.splitlines()[-2:] == ["stopped; 0 files or entries wait for the next run", "ended"]
    assert len(published(to)) == 3


@pytest.mark.slow
def test_killed_or_stopped_at_any_moment_it_loses_nothing(news: Path, to: Path, tmp_path: Path) -> None:
    """End a watch of a folder and a feed again and again; at last all is there once, and as a build has it."""
    luck, rounds, amid = random.Random(5), 8, 0
    with serving({}) as site:
        for number in range(rounds):
            write(news, *range(8 * number, 8 * number + 8))
            entries = [
                item(f"{n}", f"Petrova {n}", f"Petrova arrived in Harbour {n} times.") for n in range(8 * number + 8)
            ]
            site.pages["/feed"] = rss(*entries)
            process = start(to, news, f"{site.root}/feed", batch=3)
            time.sleep(luck.random() * 1.5)
            ending = luck.choice((signal.SIGKILL, signal.SIGTERM))
            process.send_signal(ending)
            told, _ = process.communicate(timeout=60)
            assert process.returncode == (-ending if ending == signal.SIGKILL else 0), told
            amid += waiting(to) > 0
            if (to / "current").exists():
                open_release(to)
        assert look(news, to, batch=3).failed == 0
        assert watch([f"{site.root}/feed"], to, build=BUILD, add=ADD, once=True, manner=QUICK).failed == 0
    assert amid > 2, "it was ended when there was nothing to do"
    assert waiting(to) == 0
    assert len(published(to)) == 2 * 8 * rounds
    assert BUILD([news, to / "inbox"], tmp_path / "at-once").version == (to / "current").resolve().name


@pytest.mark.slow
def test_the_command_reads_folders_and_feeds(news: Path, to: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, *others = sorted(SEEDS.glob("*.txt"))
    (news / first.name).write_bytes(first.read_bytes())
    text = others[0].read_text()
    with serving({"/a": Answer(page(text).encode())}) as site:
        site.pages["/feed"] = rss(item("1", "Foreign Minister arrives", text[:400], link=f"{site.root}/a"))
        arguments = ["watch", str(news), f"{site.root}/feed", "--to", str(to), "--once"]
        assert main(arguments) == 0
        assert capsys.readouterr().out.startswith("2 files or entries taken in, 1 releases made; the last is ")
        assert main(arguments) == 0
        assert capsys.readouterr().out == "0 files or entries taken in, 0 releases made\n"
    assert len(published(to)) == 2
    assert open_release(to).manifest["counts"]["reports"] > 0
