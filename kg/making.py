"""The commands that make releases and what they take in: ``build``, ``add``, ``retract``, ``watch`` and ``link``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from kg import arguments
from kg.iri import DEFAULT_BASE

if TYPE_CHECKING:
    from kg.pipeline import BuildResult
    from kg.workers import Tell


def add_to(commands: Any) -> None:
    """Add these commands to the parsers of ``legation``."""
    command = commands.add_parser("build", help="make a release from news articles")
    command.add_argument(
        "input", nargs="+", type=Path, help=".txt, .html, .json, .jsonl, .jsonl.gz, or a folder of them"
    )
    command.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder of the releases")
    _add_workers(command)
    command.add_argument(
        "--base", type=arguments.base, default=DEFAULT_BASE, metavar="IRI", help="start of the data's IRIs"
    )
    arguments.add_min_confidence(command)
    _add_links(command)
    _add_dumps(command, default="all")
    _add_issued(command)
    command.set_defaults(run=_build)

    command = commands.add_parser("add", help="make the next release: the current one with more or corrected articles")
    command.add_argument("input", nargs="+", type=Path, help="as for build; what is published is not read again")
    command.add_argument("--to", required=True, type=Path, metavar="DIR", help="folder of the releases")
    _add_workers(command)
    _add_links(command)
    _add_issued(command)
    command.set_defaults(run=_add)

    command = commands.add_parser("retract", help="make the next release: the current one without some articles")
    command.add_argument("id", nargs="+", metavar="ID", help="an article's id, as manifest.json lists it")
    command.add_argument("--to", required=True, type=Path, metavar="DIR", help="folder of the releases")
    _add_issued(command)
    command.set_defaults(run=_retract)

    command = commands.add_parser(
        "watch",
        help="publish articles as they appear in a folder or a feed",
        description="Publish articles as they appear in folders and RSS or Atom feeds, until stopped by a signal; what"
        " was there before counts as new. Changed files and entries are corrections; files that are removed are not"
        " retracted (legation retract does that). Killed at any moment, the next run goes on where this one was.",
    )
    command.add_argument("source", nargs="+", metavar="FOLDER|URL", help="folder of articles, or address of a feed")
    command.add_argument("--to", required=True, type=Path, metavar="DIR", help="folder of the releases")
    command.add_argument("--once", action="store_true", help="look once and stop, as for cron")
    command.add_argument(
        "--every", type=arguments.pause, metavar="S", help="seconds from one look to the next (folders 10, feeds 900)"
    )
    command.add_argument(
        "--batch", type=arguments.positive, default=500, metavar="N", help="most files or entries in a release (500)"
    )
    command.add_argument(
        "--full-text", action="store_true", help="also read the pages that feeds link to, where robots.txt lets us"
    )
    _add_workers(command)
    _add_dumps(command, default="nquads")
    command.set_defaults(run=_watch)

    command = commands.add_parser("link", help="look for unlinked actors and places in another data set")
    command.add_argument("dir", type=Path, metavar="DIR", help="folder of the releases")
    command.add_argument(
        "--endpoint",
        required=True,
        type=arguments.address,
        metavar="URL",
        help="SPARQL endpoint or reconciliation service",
    )
    command.add_argument(
        "--kind", type=arguments.kinds, metavar="KIND,…", help="person, state, organization, place (all)"
    )
    command.add_argument("--limit", type=arguments.positive, metavar="N", help="most questions to ask in this run")
    command.add_argument(
        "--accept", type=arguments.share, default=0.9, metavar="C", help="how sure an exact match is (0.9)"
    )
    command.add_argument(
        "--batch", type=arguments.positive, default=20, metavar="N", help="questions in one request (20)"
    )
    command.add_argument("--rate", type=arguments.rate, default=1.0, metavar="R", help="most requests a second (1)")
    command.add_argument("--out", type=Path, metavar="FILE", help="where the links go (DIR/links.sssom.tsv)")
    command.add_argument("--dry-run", action="store_true", help="say what would be asked; ask nothing")
    command.set_defaults(run=_link)


def _add_workers(command: Any) -> None:
    command.add_argument(
        "--workers", type=arguments.positive, default=1, metavar="N", help="processes to read with (1)"
    )


def _add_dumps(command: Any, *, default: str) -> None:
    command.add_argument(
        "--dumps",
        choices=("all", "nquads"),
        default=default,
        help=f"files of a first release and those grown from it: all, or only the N-Quads and the links ({default})",
    )


def _add_issued(command: Any) -> None:
    command.add_argument(
        "--issued", type=arguments.day, metavar="YYYY-MM-DD", help="the day of publication, for citations (none)"
    )


def _add_links(command: Any) -> None:
    command.add_argument("--links", type=Path, metavar="FILE", help="accepted links (DIR/links.sssom.tsv, if there)")


def _build(options: argparse.Namespace) -> int:
    from kg.pipeline import build

    result = build(
        options.input,
        options.out,
        workers=options.workers,
        base=options.base,
        min_confidence=options.min_confidence,
        links=options.links,
        every_dump=options.dumps == "all",
        issued=options.issued,
        tell=progress(),
    )
    return report(result)


def _add(options: argparse.Namespace) -> int:
    from kg.pipeline import add

    result = add(
        options.input,
        options.to,
        workers=options.workers,
        links=options.links,
        issued=options.issued,
        tell=progress(),
    )
    return report(result, growing=True)


def _retract(options: argparse.Namespace) -> int:
    from kg.pipeline import retract

    return report(retract(options.id, options.to, issued=options.issued), growing=True)


def _watch(options: argparse.Namespace) -> int:
    from kg.pipeline import add, build
    from kg.watch import watch

    outcome = watch(
        options.source,
        options.to,
        build=lambda inputs, out: build(
            inputs, out, workers=options.workers, every_dump=options.dumps == "all", tell=progress()
        ),
        add=lambda inputs, to: add(inputs, to, workers=options.workers, tell=progress()),
        batch=options.batch,
        every_s=options.every,
        once=options.once,
        full_text=options.full_text,
        say=lambda line: print(line, file=sys.stderr, flush=True),
    )
    release = f"; the last is {outcome.version}" if outcome.version else ""
    print(f"{outcome.taken} files or entries taken in, {outcome.releases} releases made{release}")
    return 1 if options.once and (outcome.refused or outcome.failed) else 0


def _link(options: argparse.Namespace) -> int:
    from kg.lookup import KINDS, Manner, look_up, plan

    kinds, manner = options.kind or KINDS, Manner(batch=options.batch, rate=options.rate)
    if options.dry_run:
        found = plan(options.dir, options.endpoint, kinds=kinds, limit=options.limit, path=options.out, manner=manner)
        print(f"{found.questions} unlinked; {found.open} questions would be asked in {found.requests} requests")
        if found.first:
            print(f"the first:\n{found.first}")
        return 0
    outcome = look_up(
        options.dir,
        options.endpoint,
        kinds=kinds,
        limit=options.limit,
        accept=options.accept,
        path=options.out,
        manner=manner,
        tell=progress("asked {done} of {of} questions", unit="question"),
    )
    for reason in outcome.unusable:
        print(f"not usable: {reason}", file=sys.stderr)
    print(
        f"{outcome.answered} answers ({outcome.requests} requests): {outcome.exact} exact and {outcome.close} close"
        f" matches added\n{outcome.path}"
    )
    return 1 if outcome.unusable else 0


def report(result: BuildResult, *, growing: bool = False) -> int:
    """Print what a release came to, and return the exit code: 1 where something was refused."""
    for refusal in result.refused:
        print(f"refused {refusal.source}: {refusal.reason}; {refusal.remedy}", file=sys.stderr)
    refused = f", {len(result.refused)} refused" if result.refused else ""
    if growing:
        changes = {"added": result.added, "corrected": result.corrected, "retracted": result.retracted}
        told = ", ".join(f"{number} {what}" for what, number in changes.items() if number) or "no article changed"
        refused = f" ({told}){refused}"
    print(f"release {result.version}: {result.published} articles published{refused}\n{result.path}")
    if number := len(result.contradictions):
        noun = "contradiction" if number == 1 else "contradictions"
        print(f"{number} {noun} with other sources; see {result.path / 'manifest.json'}")
    return 1 if result.refused else 0


def progress(line: str = "read {done} of {of} articles", *, unit: str = "article") -> Tell:
    """Return what shows the progress: a bar on a terminal, else a line at every tenth of the way."""
    if sys.stderr.isatty():
        bar = tqdm(unit=unit)

        def show(done: int, of: int) -> None:
            bar.total = of
            bar.update(done - bar.n)
            if done == of:
                bar.close()

        return show
    tenths = 0

    def say(done: int, of: int) -> None:
        nonlocal tenths
        if done == of or done * 10 // of > tenths:
            tenths = done * 10 // of
            print(line.format(done=done, of=of), file=sys.stderr, flush=True)

    return say
