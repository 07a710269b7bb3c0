"""The command ``legation``: from news articles to releases, and everything that is done with these.

SHACL, statistics and the server are imported by the commands that need them: a query does not wait for them.
It exits with 0 when all went well, 1 when some articles were refused, some files do not conform, some part
of a release is damaged or some answers cannot be used (they are listed, the rest is published), and 2 when it stopped.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import sys
import traceback
from collections.abc import Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path

from kg import arguments, checking, making, serving
from kg.errors import LegationError
from kg.making import progress
from kg.query import FORMATS, run
from kg.release import commands as release_commands
from kg.release import open_release, software_version

DEMO = Path("build/demo")
TRY = """In another terminal, try:

curl -s {address}/sparql -H 'Accept: text/csv' --data-urlencode 'query=
PREFIX leg: <https://w3id.org/legation/ontology#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?visit WHERE {{ ?event a leg:Visit ; rdfs:label ?visit }}'
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    logging.getLogger("rdflib").setLevel(logging.ERROR)  # ill-typed literals are the shapes' to report
    options = _parser().parse_args(argv)
    try:
        return int(options.run(options))
    except LegationError as error:
        print(f"legation: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("legation: stopped; the current release is as it was", file=sys.stderr)
    except BrokenPipeError:  # the reader of our output, such as head, has seen enough
        sys.stderr.close()
        return 0
    except Exception:  # or Python would exit with 1, which here means that the rest is published
        traceback.print_exc()
        print("legation: stopped by a fault of its own; please report the lines above", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="legation", description="Diplomatic news as a knowledge graph.")
    parser.add_argument("--version", action="version", version=f"legation {software_version()}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    making.add_to(commands)

    command = commands.add_parser("explain", help="show what is read in one article, and why")
    command.add_argument("article", type=Path, metavar="ARTICLE", help=".txt, .html, .json, .jsonl or .jsonl.gz file")
    command.add_argument("--id", metavar="ID", help="which article, where the file holds several")
    command.add_argument("--published", type=arguments.day, metavar="YYYY-MM-DD", help="what 'today' counts from")
    command.add_argument("--html", type=Path, metavar="FILE", help="write a web page there instead")
    least = command.add_mutually_exclusive_group()
    arguments.add_min_confidence(least)
    least.add_argument(
        "--all",
        action="store_const",
        const=0.0,
        dest="min_confidence",
        help="show also what scored too low to be reported, marked so",
    )
    command.set_defaults(run=_explain)

    command = commands.add_parser("query", help="ask the current release in SPARQL")
    command.add_argument("dir", type=Path, metavar="DIR", help="folder of the releases")
    command.add_argument("file", metavar="FILE|-", help="file with the query, or - for standard input")
    command.add_argument("--format", choices=FORMATS, help="a table, or Turtle for CONSTRUCT, unless given")
    command.set_defaults(run=_query)

    serving.add_to(commands)

    release_commands.add_to(commands)

    checking.add_to(commands)

    command = commands.add_parser("evaluate", help="score the current release against annotated articles")
    command.add_argument("gold", type=Path, metavar="GOLD", help="folder of annotations")
    command.add_argument("dir", type=Path, metavar="DIR", help="folder of the releases")
    command.add_argument(
        "--min-confidence",
        type=arguments.share,
        default=0.0,
        metavar="C",
        help="count only reports this sure, 0 to 1 (0)",
    )
    command.add_argument("--json", type=Path, metavar="FILE", help="write the scores there as well")
    command.add_argument("--details", action="store_true", help="list misses and extras, which quotes the articles")
    command.set_defaults(run=_evaluate)

    command = commands.add_parser("demo", help="build the five seed articles and serve them")
    serving.add_address(command)
    command.set_defaults(run=_demo)
    return parser


def _explain(options: argparse.Namespace) -> int:
    from kg.article.record import UnfitError
    from kg.explain import choose, explain, to_page, to_terminal
    from kg.reader import Reader

    article = choose(options.article, article_id=options.id)
    if options.published:
        article = replace(article, published=options.published, date_source="metadata")
    try:
        explanation = explain(Reader(), article, min_confidence=options.min_confidence)
    except UnfitError as unfit:
        raise LegationError(f"{options.article}: {unfit}") from unfit
    if options.html:
        _write(options.html, to_page(explanation))
        print(options.html)
        return 0
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    text = to_terminal(explanation, colour=colour, width=shutil.get_terminal_size((100, 24)).columns)
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding), end="")
    return 0


def _query(options: argparse.Namespace) -> int:
    release = open_release(options.dir)
    text = sys.stdin.read() if options.file == "-" else _text(Path(options.file))
    sys.stdout.buffer.write(run(release.store, text, form=options.format, base=str(release.manifest.get("base", ""))))
    sys.stdout.buffer.flush()
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    from kg.evaluate import evaluate, render, to_json

    scores = evaluate(options.gold, options.dir, min_confidence=options.min_confidence)
    print(render(scores, details=options.details))
    if options.json:
        options.json.write_text(to_json(scores, details=options.details) + "\n", encoding="utf-8")
    return 0


def _demo(options: argparse.Namespace) -> int:
    from kg.pipeline import build

    with resources.as_file(resources.files("seeds")) as seeds:
        code = making.report(build(sorted(Path(seeds).glob("*.txt")), DEMO, every_dump=True, tell=progress()))
    options.dir = DEMO
    return serving.start(options, hint=TRY) or code


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LegationError(
            f"{path}: cannot be read as a query ({error}); give a UTF-8 file, or - to type it"
        ) from error


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise LegationError(f"{path}: cannot be written ({error.strerror}); give --html another file") from error
