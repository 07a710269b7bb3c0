"""What does a crash cost? Kills, full disks, two writers, readers and power loss: nothing may be lost.

    python -m tests.bench.crash [--kills 300] [--seed N] [--only PART,…] [--json FILE]

The real commands run as child processes and are killed with SIGKILL: at a moment within a stage that is seen from
outside, just before one of the calls that they consist of, or together with their workers; most with a reader of
invented articles, since loading the language model would take nine tenths of the time, one in ten as users run them.
After each kill the current release must be whole and the one before or the one being made, with all that was
acknowledged; the next run must succeed, clear away all that is left, and make the bytes of an undisturbed run. Full
disks and power loss need root, who may mount small file systems; without, files are bounded in size instead and the
power stays on, which the output says. Exits with 1 where anything is lost.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.crash import full, jobs
from tests.crash.disks import small, why_not
from tests.crash.kills import Kill, Scene, copied, kill, rounds, scene, table
from tests.crash.power import cut, forgetful
from tests.crash.together import at_once, readers, turned_away

PARTS = ("kills", "full", "writers", "readers", "power")
COLD, GROUP = 10, 20
"""One kill in so many is of the command as users run it; of one with workers, workers killed with it or not."""
DISK_MB = 32
FINER = 8
"""More sizes of a full disk at most, between those at which a stage was passed over."""
STAGES_CUT = ("dump", "store", "state", "sync", "rename", "cleaning", None, None)


def killed(number: int, draw: random.Random, place: Path, say: Callable[[str], None]) -> list[Kill]:
    """Kill so many runs; one that had ended before its kill counts for nothing."""
    cold, group = max(1, number // COLD), max(1, number // GROUP)
    warm = [scene(job, template, place) for job, template in jobs.invented(place / "invented")]
    real = [scene(job, template, place, cold=True) for job, template in jobs.seeds(place / "seeds")]
    kills: list[Kill] = []
    for scenes, how, wanted in ((real, "cold", cold), (warm, "group", group), (warm, None, number - cold - group)):
        begun = len(kills)
        for one, way, aim in rounds(scenes, wanted * 4, draw):
            if len(kills) - begun == wanted:
                break
            if how is None:
                found = kill(one, way, draw, place, aim=aim)
            else:
                found = kill(one, how, draw, place, aim=aim if way == "moment" else None)  # type: ignore[arg-type]
            if found:
                kills.append(found)
                for loss in found.losses:
                    say(f"LOST: {found.job}, {found.how} in {found.stage}: {loss}")
                if len(kills) % 25 == 0:
                    say(f"{len(kills)} kills")
    return kills


def disks_full(place: Path, say: Callable[[str], None]) -> list[full.Full]:
    """Run each job with too little room, at sizes at which each stage meets it."""
    scenes = [scene(job, template, place) for job, template in jobs.invented(place / "invented")]
    found = []
    reason = why_not()
    if reason:
        say(f"{reason}: instead of a small disk, a limit on the size of files (RLIMIT_FSIZE)")
        limited = place / "limited"
        limited.mkdir()
        bounds = [(one, free) for one in scenes for free in range(2_000, 400_000, 16_000)]
        found = [full.without_room(one, limited, place, free=free, limit=True) for one, free in bounds]
    else:
        with small(place, megabytes=DISK_MB) as disk:
            for one in scenes:
                sizes = full.sizes(one, disk, place, 24)
                runs = [full.without_room(one, disk, place, free=free) for free in sizes]
                for _ in range(FINER):
                    if (free := full.skipped(runs)) is not None:
                        runs.append(full.without_room(one, disk, place, free=free))
                found += runs
    for run in found:
        for loss in run.losses:
            say(f"LOST: {run.job} with {run.free} bytes free, in {run.stage}: {loss}")
    return found


def writers(place: Path, say: Callable[[str], None]) -> list[str]:
    """Let writers meet; return what is wrong."""
    known = {job.name: (job, template) for job, template in jobs.invented(place / "invented")}
    (anew, begun), (add, _), (retract, _) = (known[name] for name in ("build anew", "add", "retract"))
    other = jobs.other_add(place / "invented")
    pairs = [at_once(one, two, begun, place) for one, two in ((add, other), (anew, add), (add, retract)) * 4]
    for aim in ("dump", "store", "sync"):
        for fatal in (False, True):
            pairs.append(turned_away(add, other, begun, place, aim=aim, kill=fatal))
    say(f"{'writers':<44}{'times':>6}{'turned away':>13}{'losses':>8}")
    for name in dict.fromkeys(pair.name for pair in pairs):
        these = [pair for pair in pairs if pair.name == name]
        away, lost = sum(pair.refused for pair in these), sum(bool(pair.losses) for pair in these)
        say(f"{name:<44}{len(these):>6}{away:>13}{lost:>8}")
    return [f"{pair.name}: {loss}" for pair in pairs for loss in pair.losses]


def read(place: Path, say: Callable[[str], None]) -> list[str]:
    """Read through twenty switches or more; return what is wrong."""
    known = {job.name: (job, template) for job, template in jobs.invented(place / "invented")}
    (anew, begun), (first, _), (add, _) = (known[name] for name in ("build anew", "first build", "add"))
    back = jobs.taken_back()
    with copied(begun, place) as folder:
        found = readers(folder, [add, back, anew, first], place, switches=20)
    say(
        f"{found.switches} switches: {found.answers} answers of the server and {found.queries} of legation query, of"
        f" {len(found.versions)} releases; {len(found.wrong)} errors or mixed answers"
    )
    return found.wrong


def powerless(draw: random.Random, place: Path, say: Callable[[str], None]) -> list[Kill]:
    """Cut the power in every stage of every job; the disk keeps only what was synced."""
    if reason := why_not():
        say(f"SKIPPED: power loss cannot be shown here, since {reason}")
        return []
    if not forgetful(place):
        raise RuntimeError("the file system keeps what was not synced: it cannot show what power loss costs")
    scenes = [scene(job, template, place) for job, template in jobs.invented(place / "invented")]
    cuts = [cut(one, draw, place, aim=aim) for one in scenes for aim in STAGES_CUT if aim is None or _reaches(one, aim)]
    for one in cuts:
        for loss in one.losses:
            say(f"LOST: {one.job}, power cut in {one.stage}: {loss}")
    lost = sum(bool(one.losses) for one in cuts)
    say(f"{'power cut in':<14}{'times':>6}{'old':>6}{'new':>6}")
    for stage, number in Counter(one.stage for one in cuts).items():
        results = Counter(one.result for one in cuts if one.stage == stage)
        say(f"{stage:<14}{number:>6}{results['old']:>6}{results['new']:>6}")
    say(f"{len(cuts)} power cuts, {lost} losses")
    return cuts


def measure(parts: tuple[str, ...], *, kills: int, seed: int, say: Callable[[str], None]) -> tuple[dict[str, Any], int]:
    """Run the parts; return their figures and the number of losses."""
    figures: dict[str, Any] = {"seed": seed}
    losses = 0
    for part in parts:
        started = time.monotonic()
        with _place() as place:
            draw = random.Random(f"{seed}/{part}")
            if part == "kills":
                found = killed(kills, draw, place, say)
                say(table(found))
                lost = [loss for one in found for loss in one.losses]
                lost += [f"only {len(found)} of {kills} kills hit"] if len(found) < kills else []
                figures[part] = [asdict(one) for one in found]
            elif part == "full":
                runs = disks_full(place, say)
                say(full.table(runs))
                lost = [loss for one in runs for loss in one.losses]
                figures[part] = [asdict(one) for one in runs]
            elif part == "power":
                lost = [loss for one in powerless(draw, place, say) for loss in one.losses]
                figures[part] = lost
            else:
                lost = figures[part] = (writers if part == "writers" else read)(place, say)
                for loss in lost:
                    say(f"LOST: {loss}")
        losses += len(lost)
        say(f"{part}: {len(lost)} losses, {time.monotonic() - started:.0f} s\n")
    return figures, losses


def _reaches(one: Scene, stage: str) -> bool:
    return any(known == stage for known, _ in one.moments)


@contextmanager
def _place() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="crash-") as name:
        yield Path(name)


def main() -> int:
    """Print the tables; exit with 1 where anything is lost."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=300, metavar="N", help="how many runs are killed (300)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="where and when (0)")
    parser.add_argument("--only", default=",".join(PARTS), metavar="PART,…", help=f"of {', '.join(PARTS)} (all)")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    parts = tuple(options.only.split(","))
    if not set(parts) <= set(PARTS):
        parser.error(f"--only takes some of {', '.join(PARTS)}")
    figures, losses = measure(parts, kills=options.kills, seed=options.seed, say=lambda line: print(line, flush=True))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(f"{losses} losses")
    return 1 if losses else 0


if __name__ == "__main__":
    sys.exit(main())
