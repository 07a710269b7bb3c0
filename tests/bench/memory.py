"""Does memory stay flat over many articles? What one process holds, in MiB, with and without forgetting, side by side.

    python -m tests.bench.memory [--articles 10000] [--without 3000] [--json FILE]

Each of two child processes reads articles one after the other, the way a worker does, and tells what it holds at every
thousandth. The second does not let the language model forget the words of the articles that it has read: its run may
be shorter, and its slope says what forgetting is worth. The articles are those of the open corpus, in which half of the
capitalised words within sentences and a tenth of the longer others are replaced by words never seen before: news
brings ever new names. They are made from the article's number, the same in every run. The slope is that of a straight
line through the second half of the figures, in MiB a thousand articles; the exit code is 1 where it is above the limit
with forgetting. Ten thousand articles take some forty minutes.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from kg.article.record import Record, to_article
from kg.records import Article

CORPUS = Path(__file__).parents[1] / "corpus" / "open"
EVERY = 1000
LIMIT = 2.0
"""MiB a thousand articles that the figures may rise with forgetting."""

_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}")
_WORD = re.compile(r"\b[a-z]{7,}\b")
_SYLLABLES = [a + b for a in ("b", "d", "f", "g", "k", "l", "m", "n", "r", "s", "t", "v", "z") for b in "aeiou"]


def article(number: int, texts: Sequence[str]) -> Article:
    """Return the article of that number, whose names and one in ten of whose longer words are in no other."""
    chance = random.Random(number)
    coined: dict[str, str] = {}

    def coin(word: str) -> str:
        if word not in coined:
            made = "".join(chance.choices(_SYLLABLES, k=4))
            coined[word] = made.capitalize() if word[0].isupper() else made
        return coined[word]

    text = _NAME.sub(lambda m: coin(m.group()) if chance.random() < 0.5 else m.group(), texts[number % len(texts)])
    text = _WORD.sub(lambda m: coin(m.group()) if chance.random() < 0.1 else m.group(), text)
    day = date(1995, 1, 1) + timedelta(days=number)
    return to_article(Record(f"a{number}", {"text": text, "lang": "en", "published": day.isoformat()}, f"a{number}"))


def held() -> float:
    """Return the memory that this process holds now, in MiB (``VmRSS``; Linux)."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


def read(articles: int, *, every: int, forget: bool) -> Iterator[dict[str, float]]:
    """Yield, at the start and after every so many articles read, what this process holds and how long it has taken."""
    from kg.iri import Names
    from kg.records import Account
    from kg.workers import read_articles, spacy_reader

    def remembering(*_: object, **__: object) -> AbstractContextManager[None]:
        return nullcontext()

    texts = [path.read_text("utf-8") for path in sorted(CORPUS.glob("*.txt"))]
    started = time.monotonic()
    with nullcontext() if forget else patch("kg.reader.forgetting", remembering):
        for first in range(0, articles + 1, every):
            reports = 0
            if first:
                told = read_articles(
                    [article(number, texts) for number in range(first - every, first)],
                    names=Names("https://example.org/id/"),
                    workers=1,
                    make_reader=spacy_reader,
                    tell=lambda done, of: None,
                )
                reports = sum(len(account.reports) for account in told.accounts if isinstance(account, Account))
                del told
            yield {"articles": first, "mib": held(), "s": time.monotonic() - started, "reports": reports}


def slope(figures: Sequence[dict[str, float]]) -> float:
    """Return by how many MiB a thousand articles the second half of the figures rises, by least squares."""
    late = figures[len(figures) // 2 :]
    x, y = [f["articles"] / 1000 for f in late], [f["mib"] for f in late]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    spread = sum((a - mean_x) ** 2 for a in x)
    return sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / spread if spread else 0.0


def table(runs: dict[str, list[dict[str, float]]]) -> str:
    """Return the figures side by side."""
    lines = [f"{'articles':>10}{'forgetting':>14}{'remembering':>14}   (MiB held)"]
    held_at = {name: {int(f["articles"]): f["mib"] for f in figures} for name, figures in runs.items()}
    for count in sorted({count for of_run in held_at.values() for count in of_run}):
        cells = [held_at.get(name, {}).get(count) for name in ("forgetting", "remembering")]
        lines.append(f"{count:>10}" + "".join(f"{cell:>14.1f}" if cell is not None else f"{'':>14}" for cell in cells))
    cells = [slope(runs[name]) if runs.get(name) else None for name in ("forgetting", "remembering")]
    lines.append(f"{'slope':>10}" + "".join(f"{cell:>+14.2f}" if cell is not None else f"{'':>14}" for cell in cells))
    return "\n".join([*lines, "slope: MiB a thousand articles, second half"])


def main() -> int:
    """Print the table; exit with 1 where memory grows although words are forgotten."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--articles", type=int, default=10_000, metavar="N")
    parser.add_argument("--without", type=int, default=3_000, metavar="N", help="articles read without forgetting")
    parser.add_argument("--every", type=int, default=EVERY, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--child", choices=("forgetting", "remembering"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        for figures in read(options.articles, every=options.every, forget=options.child == "forgetting"):
            print(json.dumps(figures), flush=True)
        return 0
    runs: dict[str, list[dict[str, float]]] = {}
    for name, count in (("forgetting", options.articles), ("remembering", options.without)):
        command = [sys.executable, "-m", "tests.bench.memory", "--child", name]
        command += ["--articles", str(count), "--every", str(options.every)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            runs[name] = []
            for line in child.stdout or ():
                at: dict[str, Any] = json.loads(line)
                runs[name].append(at)
                print(f"{name}: {at['articles']} articles, {at['mib']:.1f} MiB, {at['s']:.0f} s",
                      file=sys.stderr, flush=True)  # fmt: skip
        if child.returncode:
            return child.returncode
    rise = slope(runs["forgetting"])
    print(table(runs))
    print(
        f"with forgetting {rise:+.2f} MiB a thousand articles (limit {LIMIT}: {'kept' if rise <= LIMIT else 'BROKEN'})"
    )
    if options.json:
        options.json.write_text(json.dumps(runs, indent=1) + "\n", "utf-8")
    return 0 if rise <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
