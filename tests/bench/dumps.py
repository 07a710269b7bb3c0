"""How fast a release is written as a dump, beside Oxigraph's own, and how long publication takes.

    python -m tests.bench.dumps [DIR] [--cache FOLDER] [--quads N] [--rounds N] [--json FILE]

A release of N quads (a million; kept in the cache folder, made by the pipeline from synthetic accounts, or one given as
DIR) is written to a file in each form, unpacked: by ``legation dump``'s own code from the release's dump, and by
Oxigraph's ``Store.dump`` from the store on disk and from the same quads in memory, in turn. Told are seconds, quads a
second, and how many times as fast ours is as each. The target is 0.9 for N-Quads, which is what a plain dump is; the
other forms are grouped by part and sorted, which Oxigraph's are not. Then all files of that release are written, and
the seeds are built with all files: what comes after the reading is their publication, to take less than five seconds.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast

import pyoxigraph as ox
from pyoxigraph import RdfFormat, Store

from kg.dumps import write_dumps
from kg.dumps.files import FORMS, Form
from kg.dumps.forms import write_text
from kg.iri import Names
from kg.pipeline import build
from kg.release import open_release
from kg.release.opened import dump_of
from tests.bench.endpoint.release import release as synthetic

SEEDS = Path(__file__).parents[2] / "seeds"
TARGET, PUBLICATION_S = 0.9, 5.0
COMPARED = ("nq", "trig", "jsonld")
"""Turtle has no graphs, so that a store must choose one."""


def measure(folder: Path, *, rounds: int) -> dict[str, dict[str, float]]:
    """Return the median seconds to write a release, by form and by who writes."""
    path = open_release(folder).path
    dump, on_disk, in_memory = dump_of(path), Store.read_only(str(path / "store")), Store()
    with gzip.open(dump.path, "rb") as lines:
        in_memory.bulk_load(BufferedReader(cast("BinaryIO", lines), 1 << 20), RdfFormat.N_QUADS)
    figures = {}
    for form in (form for form in FORMS if form.ending in COMPARED):
        writers = {
            "ours": _ours(path, form),
            "oxigraph on disk": _oxigraph(on_disk, form),
            "oxigraph in memory": _oxigraph(in_memory, form),
        }
        found: dict[str, list[float]] = {name: [] for name in writers}
        for turn in range(rounds):
            names = list(writers)
            for name in names if turn % 2 else reversed(names):
                found[name].append(_timed(writers[name]))
        figures[form.name] = {name: statistics.median(times) for name, times in found.items()}
    return figures


def _ours(path: Path, form: Form) -> Callable[[BinaryIO], object]:
    return lambda out: write_text(dump_of(path).lines(), form, out.write)


def _oxigraph(store: Store, form: Form) -> Callable[[BinaryIO], object]:
    return lambda out: store.dump(out, form.syntax)


def _timed(write: Callable[[BinaryIO], object]) -> float:
    with tempfile.TemporaryFile() as out:
        begin = time.perf_counter()
        write(cast("BinaryIO", out))
        out.flush()
        return time.perf_counter() - begin


def all_files(folder: Path) -> tuple[int, float]:
    """Return how many files a release is written as, and in how many seconds."""
    release = open_release(folder)
    with tempfile.TemporaryDirectory() as out:
        begin = time.perf_counter()
        lines, names = dump_of(release.path).lines(), Names(str(release.manifest["base"]))
        files = write_dumps(Path(out), lines, release.store, names=names, version=release.version)
        return len(files), time.perf_counter() - begin


def publication(rounds: int) -> float:
    """Return the median seconds from the last article read to the release that has all its files, for the seeds."""
    found = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as out:
            read = 0.0

            def note(done: int, of: int) -> None:
                nonlocal read
                read = time.perf_counter()

            build(sorted(SEEDS.glob("*.txt")), Path(out), every_dump=True, tell=note)
            found.append(time.perf_counter() - read)
    return statistics.median(found)


def table(figures: Mapping[str, Mapping[str, float]], quads: int) -> str:
    """Return the figures for reading: a line a form and writer."""
    rows = []
    for form, times in figures.items():
        for name, seconds in times.items():
            rows.append(f"{form:<9} {name:<19} {seconds:7.2f} s {quads / seconds:>12,.0f} quads/s")
        ratios = ", ".join(f"{factor:.2f} × {name}" for name, factor in as_fast_as(times).items())
        rows.append(f"{form:<9} ours is as fast as {ratios}")
    return "\n".join(rows)


def as_fast_as(times: Mapping[str, float]) -> dict[str, float]:
    """Return how many times as fast ours is as each of the others."""
    return {name: seconds / times["ours"] for name, seconds in times.items() if name != "ours"}


def main() -> int:
    """Measure and tell; the exit code is 1 where a target is missed."""
    parser = argparse.ArgumentParser(description="Dumps beside Oxigraph's own.")
    parser.add_argument("dir", type=Path, nargs="?", metavar="DIR")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "legation-bench", metavar="FOLDER")
    parser.add_argument("--quads", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    folder = options.dir or synthetic(options.cache, options.quads).folder
    quads = len(open_release(folder).store)
    figures = measure(folder, rounds=options.rounds)
    print(f"{quads:,} quads, {os.cpu_count()} cores, pyoxigraph {ox.__version__}")
    print(table(figures, quads))
    number, seconds = all_files(folder)
    print(f"all {number} files: {seconds:.1f} s")
    published = publication(options.rounds)
    print(f"publication of the seeds with all files: {published:.2f} s")
    if options.json:
        told = {"dump_s": figures, "all_files_s": seconds, "publication_s": published, "quads": quads}
        options.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return 1 if published >= PUBLICATION_S or min(as_fast_as(figures["N-Quads"]).values()) < TARGET else 0


if __name__ == "__main__":
    sys.exit(main())
