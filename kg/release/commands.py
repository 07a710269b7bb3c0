"""The commands ``legation dump``, ``legation diff`` and ``legation verify``."""

from __future__ import annotations

import argparse
import sys
from collections import deque
from pathlib import Path
from typing import Any

from kg.dumps import write_dumps
from kg.dumps.files import FORMS
from kg.dumps.forms import write_text
from kg.errors import LegationError
from kg.iri import DEFAULT_BASE, Names
from kg.rdf.partitions import PARTS
from kg.release.changelog import gathered, gatherer, in_words, write_changes
from kg.release.difference import ADDED, PATCH, REMOVED, diff, find_release, patch, write_diff
from kg.release.opened import dump_of, open_release
from kg.release.verify import verify

DUMPED = {form.name.lower().replace("-", ""): form for form in FORMS}
"""What a dump can be printed as."""


def add_to(commands: Any) -> None:
    """Add these commands to the parsers of ``legation``."""
    command = commands.add_parser(
        "dump",
        help="write the current release as one text, or as all files to download",
        description="Write the current release to standard output, or all files that it can be downloaded as to a"
        " folder; the server offers the latter by itself when the release was made with --dumps all.",
    )
    command.add_argument("dir", type=Path, metavar="DIR", help="folder of the releases, or of one release")
    command.add_argument("--format", choices=DUMPED, default="nquads", help="what to print (nquads, sorted)")
    command.add_argument("--part", choices=PARTS, help="print only this part")
    command.add_argument("--out", type=Path, metavar="FOLDER", help="write all files there instead")
    command.set_defaults(run=_dump)

    command = commands.add_parser("diff", help="tell what quads one release has and another has not")
    for name, words in (("a", "the release before"), ("b", "the release after")):
        command.add_argument(
            name, metavar=name.upper(), help=f"{words}: its folder, DIR for its current one, or a version (with --dir)"
        )
    command.add_argument("--dir", type=Path, metavar="DIR", help="folder of the releases in which to look for versions")
    command.add_argument(
        "--format", choices=("nquads", "patch"), help="two files of N-Quads, or an RDF Patch (the one that is printed)"
    )
    command.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        help="write added.nq.gz, removed.nq.gz, patch.rdfp.gz, changes.md and changes.json there instead",
    )
    command.add_argument("--words", action="store_true", help="tell in words what changed, in Markdown")
    command.set_defaults(run=_diff)

    command = commands.add_parser("verify", help="prove that a release is whole")
    command.add_argument("dir", type=Path, metavar="DIR", help="folder of the releases, or of one release")
    command.add_argument("--all", action="store_true", help="every release in DIR, and the differences between them")
    command.set_defaults(run=_verify)


def _dump(options: argparse.Namespace) -> int:
    release = open_release(options.dir)
    lines = dump_of(release.path).lines()
    if options.out:
        names = Names(str(release.manifest.get("base", DEFAULT_BASE)))
        try:
            options.out.mkdir(parents=True, exist_ok=True)
            written = write_dumps(options.out, lines, release.store, names=names, version=release.version)
        except OSError as error:
            raise LegationError(f"{options.out}: cannot be written ({error}); give another --out") from error
        print(f"{len(written)} files\n{options.out}")
        return 0
    write_text(lines, DUMPED[options.format], sys.stdout.buffer.write, part=options.part or "")
    sys.stdout.buffer.flush()
    return 0


def _diff(options: argparse.Namespace) -> int:
    a, b = find_release(options.a, options.dir), find_release(options.b, options.dir)
    told = gatherer(b)
    if options.words and (options.out or options.format):
        raise LegationError("--words is printed by itself: leave --out and --format away")
    if options.words:
        deque(told.follow(diff(a, b)), maxlen=0)
        try:
            print(in_words(gathered(told, a, b)), end="")
        except OSError as error:
            raise LegationError(f"{b}: its store cannot be read ({error}); see: legation verify {b}") from error
    elif options.out:
        names = {"nquads": (ADDED, REMOVED), "patch": (PATCH,)}.get(options.format, ())
        try:
            options.out.mkdir(parents=True, exist_ok=True)
            written = write_diff(options.out, told.follow(diff(a, b)), a.name, b.name, names=names)
            if not names:
                write_changes(options.out, gathered(told, a, b))
        except OSError as error:
            raise LegationError(f"{options.out}: cannot be written ({error}); give another --out") from error
        print(f"{written.added} quads added, {written.removed} removed\n{options.out}")
    elif options.format == "nquads":
        raise LegationError("quads added and removed are two files in N-Quads: give --out FOLDER, or --format patch")
    else:
        for row in patch(diff(a, b), a.name, b.name):
            sys.stdout.buffer.write(row)
        sys.stdout.buffer.flush()
    return 0


def _verify(options: argparse.Namespace) -> int:
    verdicts = verify(options.dir, every=options.all)
    for verdict in verdicts:
        quads = f" ({verdict.quads} quads)" if verdict.quads else ""
        print(f"{verdict.what}: {'damaged' if verdict.problems else 'whole'}{quads}")
        for problem in verdict.problems:
            print(f"  {problem}")
    return 1 if any(verdict.problems for verdict in verdicts) else 0
