"""The jobs that are interrupted, and the folders that they begin with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.crash import corpus
from tests.crash.runs import ROOT, run

SEEDS = sorted((ROOT / "seeds").glob("*.txt"))


@dataclass(frozen=True)
class Job:
    """A command that publishes: its name in tables, its arguments, and how to run it once more.

    ``words`` and ``again`` hold ``DIR`` where the folder of releases goes. ``again`` is what may be run when the job
    is known to be done: the job itself, but for retracting, which rightly refuses what is no longer there.
    """

    name: str
    words: tuple[str, ...]
    again: tuple[str, ...]

    def argv(self, folder: Path, *, again: bool = False, workers: int = 1) -> list[str]:
        """Return the arguments for this folder; ``workers`` only where the command has them."""
        words = self.again if again else self.words
        more = ["--workers", str(workers)] if workers > 1 and words[0] != "retract" else []
        return [str(folder) if word == "DIR" else word for word in words] + more


def invented(place: Path) -> list[tuple[Job, Path]]:
    """Return the jobs on invented articles, each with the folder that it begins with."""
    keys = [f"a{number}" for number in range(8)]
    base = sorted(corpus.write(place / "base", keys).iterdir())
    more = corpus.write(corpus.write(place / "more", ["b1", "b2", "b3"]), ["a2"], edition=2)
    return _jobs(place, base, [more], ["a1", "a4"])


def seeds(place: Path) -> list[tuple[Job, Path]]:
    """Return the same jobs on the seed articles, for the reader proper."""
    return _jobs(place, SEEDS[:3], SEEDS[3:], [SEEDS[0].stem], cold=True)


def other_add(place: Path) -> Job:
    """Return a job that adds other articles than those of :func:`invented`, to the same folder."""
    words = ("add", str(corpus.write(place / "other", ["c1", "c2"])), "--to", "DIR")
    return Job("add others", words, words)


def taken_back() -> Job:
    """Return the job that retracts the articles that ``add`` brings."""
    words = ("retract", "b1", "b2", "b3", "--to", "DIR")
    return Job("take back", words, words)


def _jobs(
    place: Path, base: Sequence[Path], more: Sequence[Path], gone: Sequence[str], *, cold: bool = False
) -> list[tuple[Job, Path]]:
    empty, begun = (place / name for name in ("empty", "begun"))
    empty.mkdir(parents=True)
    begun.mkdir()
    first, grown = tuple(map(str, base)), tuple(map(str, more))
    ended = run(["build", *first, "--out", str(begun)], place, cold=cold)
    if ended.code:
        raise RuntimeError(f"no release to begin with: {ended.err}")
    build, add = ("build", *first, "--out", "DIR"), ("add", *grown, "--to", "DIR")
    anew = ("build", *grown, "--out", "DIR")
    retract = ("retract", *gone, "--to", "DIR")
    kept = ("add", *(word for word in first if Path(word).stem not in gone), "--to", "DIR")
    return [
        (Job("first build", build, build), empty),
        (Job("build anew", anew, anew), begun),
        (Job("add", add, add), begun),
        (Job("retract", retract, kept), begun),
    ]
