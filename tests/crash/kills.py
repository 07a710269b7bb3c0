"""One kill: where it is aimed, where it hit, and what it cost."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from tests.crash.jobs import Job
from tests.crash.observe import DRAFT, STAGES, Observer, Progress, Seen
from tests.crash.runs import Run, run, start
from tests.crash.whole import Tree, compared, current, fingerprint, tree, unsound

How = Literal["moment", "call", "group", "cold"]
"""From outside at a moment; by itself just before a call; with its workers; the real command, from outside."""

PAUSE_S = 0.02
"""The longest that is waited after what a kill is aimed at was seen: nothing that a run does takes longer."""


@dataclass(frozen=True)
class Scene:
    """A job, the folder as it is before, and what an undisturbed run makes of it.

    ``moments`` are the stages in the order of what is seen of an undisturbed run, with how long each lasts until the
    next is seen, in seconds; ``calls`` are the stages in which the calls are made that a kill may precede.
    """

    job: Job
    template: Path
    before: str | None
    after: str
    expected: Tree
    moments: tuple[tuple[str, float], ...]
    calls: tuple[str, ...]


@dataclass(frozen=True)
class Kill:
    """What came of one kill.

    ``result`` is the release that was current afterwards. ``left`` are paths that belong to neither release and were
    gone after the next run; ``losses`` is all that should not be, in words.
    """

    job: str
    how: How
    stage: str
    result: Literal["old", "new"]
    left: int
    losses: tuple[str, ...]


def scene(job: Job, template: Path, place: Path, *, cold: bool = False) -> Scene:
    """Run the job undisturbed in copies of the template, and note what is seen of it."""
    listing = place / "calls"
    listing.write_bytes(b"")
    with copied(template, place) as folder:
        observer, started = Observer(folder), time.monotonic()
        running = start(job.argv(folder), place, cold=cold, calls=listing)
        seen = [one for batch in watch(observer, running) for one in batch]
        observer.close()
        ended = running.ended()
        if ended.code != 0 or ended.acknowledged is None:
            raise RuntimeError(f"{job.name} fails undisturbed: {ended}")
        if wrong := unsound(folder):
            raise RuntimeError(f"{job.name} undisturbed is not whole: {wrong}")
        expected = tree(folder)
    progress = Progress()
    times = [started, *(one.at for one in seen)]
    stages = ["reading", *(progress.after(one) for one in seen)]
    lasting = [later - earlier for earlier, later in zip(times, [*times[1:], times[-1]], strict=True)]
    called = _called(listing.read_text(encoding="utf-8").splitlines(), times, stages, folder)
    return Scene(
        job,
        template,
        current(template),
        ended.acknowledged,
        expected,
        tuple(zip(stages, lasting, strict=True)),
        called,
    )


def kill(one: Scene, how: How, draw: random.Random, place: Path, *, aim: str | None = None) -> Kill | None:
    """Kill a run in a copy of the template and look what is there, then run it again; None if it had ended before.

    ``aim`` is the stage to kill in; without it any moment of the run, or any call, is as likely as another.
    """
    return next(iter(row(one, [(how, aim)], draw, place)), None)


def row(one: Scene, aims: Sequence[tuple[How, str | None]], draw: random.Random, place: Path) -> list[Kill]:
    """Kill one run after the other in the same folder, until one has come to its release; then run undisturbed.

    What the last run finds wrong is counted with the last kill.
    """
    kills: list[Kill] = []
    known = {*one.expected.files, *one.expected.others, *tree(one.template).files, *tree(one.template).others}
    with copied(one.template, place) as folder:
        for how, aim in aims:
            killed = _killed(one, how, draw, place, folder, aim)
            if killed is None:
                break
            stage, acknowledged = killed
            left, result = len({*tree(folder).files, *tree(folder).others} - known), _result(one, folder)
            kills.append(Kill(one.job.name, how, stage, result, left, tuple(lost(one, folder, acknowledged))))
            if result == "new" or kills[-1].losses:
                break
        if kills:
            cold = any(how == "cold" for how, _ in aims)
            after = repeated(one, folder, place, done=_result(one, folder) == "new", cold=cold)
            kills[-1] = replace(kills[-1], losses=(*kills[-1].losses, *after))
    return kills


def rounds(scenes: Sequence[Scene], number: int, draw: random.Random) -> Iterator[tuple[Scene, How, str | None]]:
    """Yield so many aims, fairly over jobs and stages; of three, two at a moment and one at a call."""
    for index in range(number):
        one = scenes[index % len(scenes)]
        reached = [stage for stage in STAGES if any(stage == known for known, _ in one.moments)]
        if one.calls and index // len(scenes) % 3 == 2:
            yield one, "call", draw.choice(sorted(set(one.calls)))
        else:
            yield one, "moment", reached[index // len(scenes) % len(reached)] if draw.random() < 0.9 else None


def table(kills: Sequence[Kill]) -> str:
    """Return the kills by stage and job, for people to read."""
    lines = [f"{'job':<14}{'stage':<11}{'kills':>6}{'old':>6}{'new':>6}{'leftovers cleaned':>19}{'losses':>8}"]
    rows = Counter((one.job, one.stage) for one in kills)
    for job in dict.fromkeys(one.job for one in kills):
        for stage in STAGES:
            if rows[job, stage]:
                these = [one for one in kills if (one.job, one.stage) == (job, stage)]
                lines.append(_row(job, stage, these))
    lines.append(_row("all", "", kills))
    ways = Counter(one.how for one in kills)
    lines.append(", ".join(f"{ways[how]} by {how}" for how in ("moment", "call", "group", "cold")))
    return "\n".join(lines)


@contextmanager
def copied(template: Path, place: Path) -> Iterator[Path]:
    """Give a copy of the folder, hard links among its files kept, and remove it afterwards."""
    folder = place / "work" / "DIR"
    shutil.rmtree(folder.parent, ignore_errors=True)
    folder.parent.mkdir()
    subprocess.run(["cp", "-a", str(template), str(folder)], check=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder.parent)


def _result(one: Scene, folder: Path) -> Literal["old", "new"]:
    return "new" if current(folder) == one.after else "old"


def _killed(
    one: Scene, how: How, draw: random.Random, place: Path, folder: Path, aim: str | None
) -> tuple[str, str | None] | None:
    """Return the stage in which the run was killed and the version that it had acknowledged; None if it ended."""
    observer, progress = Observer(folder), Progress()
    workers = 2 if how == "group" else 1
    try:
        if how == "call":
            calls = [number for number, stage in enumerate(one.calls, 1) if aim in (None, stage)]
            number = draw.choice(calls)
            running = start(one.job.argv(folder), place, kill_at=number)
            for batch in watch(observer, running):
                progress.through(batch)
        else:
            running = start(one.job.argv(folder, workers=workers), place, cold=how == "cold")
            strike(one, running, observer, progress, draw, aim, group=how == "group" or draw.random() < 0.5)
        ended = running.ended()
        while batch := observer.read(0):
            progress.through(batch)
    finally:
        observer.close()
    stage = one.calls[number - 1] if how == "call" else progress.stage
    return (stage, ended.acknowledged) if ended.code == -9 else None


def strike(
    one: Scene,
    running: Run,
    observer: Observer,
    progress: Progress,
    draw: random.Random,
    aim: str | None,
    *,
    group: bool,
) -> None:
    """Kill the run a random while after something that is seen of it in the stage aimed at."""
    choices = [index for index, (stage, _) in enumerate(one.moments) if aim in (None, stage)]
    index = draw.choice(choices)
    stage, lasts = one.moments[index]
    if index == 0:
        time.sleep(draw.uniform(0, lasts))
        running.kill(group=group)
        return
    nth = sum(known == stage for known, _ in one.moments[1 : index + 1])
    pause = draw.uniform(0, min(lasts, PAUSE_S))
    count = 0
    for batch in watch(observer, running):
        count += sum(known == stage for known in progress.through(batch))
        if count >= nth:
            until = time.perf_counter() + pause
            while time.perf_counter() < until:
                pass  # sleeping would overshoot what lasts microseconds
            running.kill(group=group)
            return


def watch(observer: Observer, running: Run) -> Iterator[list[Seen]]:
    """Yield what is seen of the run as it happens, until it ends."""
    going = True
    while going:
        going = running.running
        while batch := observer.read(0.005 if going else 0):
            yield batch


def lost(one: Scene, folder: Path, acknowledged: str | None) -> list[str]:
    """Return what a kill has cost: all that must hold before anything else is run."""
    version = current(folder)
    if acknowledged is not None and version != one.after:
        return [f"{acknowledged} was acknowledged, but {version} is current"]
    if version is None and one.before is None:
        return ["current is no link"] if (folder / "current").exists() else []
    if version not in (one.before, one.after):
        return [f"{version} is current, neither {one.before} nor {one.after}"]
    wrong = unsound(folder)
    if one.before is not None:
        was, now = (fingerprint(where / "releases" / one.before) for where in (one.template, folder))
        wrong += [f"{name} of the release before was changed" for name in sorted(was.items() ^ now.items())]
    return wrong


def repeated(one: Scene, folder: Path, place: Path, *, done: bool, cold: bool) -> list[str]:
    """Return what is wrong after the next run, which must do the job and clear away all that was left."""
    ended = run(one.job.argv(folder, again=done), place, cold=cold)
    if ended.code != 0:
        return [f"the next run fails with {ended.code}: {ended.err.strip()}"]
    wrong = unsound(folder)
    if current(folder) != one.after:
        wrong.append(f"the next run makes {current(folder)}, not {one.after}")
    return wrong + compared(tree(folder), one.expected)


def _called(lines: Sequence[str], times: Sequence[float], stages: Sequence[str], folder: Path) -> tuple[str, ...]:
    """Return the stages in which the calls of a listing are made; the last ones as the calls themselves tell them."""
    called: list[str] = []
    late = None
    for line in lines:
        at, what = line.split(" ", 1)
        switch = what.startswith("os.rename") and f"'{folder}/current'" in what
        called.append("switch" if switch else late or stages[bisect_right(times, float(at)) - 1])
        if switch:
            late = "cleaning"
        elif late is None and what.startswith("os.rename") and f", '{folder}/releases/" in what and DRAFT in what:
            late = "rename" if f", '{folder}/releases/{DRAFT}" not in what else None
    return tuple(called)


def _row(job: str, stage: str, kills: Sequence[Kill]) -> str:
    results = Counter(one.result for one in kills)
    left, losses = sum(one.left > 0 for one in kills), sum(bool(one.losses) for one in kills)
    return f"{job:<14}{stage:<11}{len(kills):>6}{results['old']:>6}{results['new']:>6}{left:>19}{losses:>8}"
