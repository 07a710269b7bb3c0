"""Score the merging of reports into events, on stories that several articles tell.

    python -m tests.bench.merging                                  # the open half, annotated reports as input
    python -m tests.bench.merging --input extracted --details      # what the reader makes of the texts
    python -m tests.bench.merging --half all --stories tests/data/stories
    python -m tests.bench.merging --seeds                          # the five seeds against what they should give

All chosen articles are merged together, so that look-alikes of other stories count too. With annotated reports every
telling is judged; of extracted ones those that are tellings of an annotated occasion. Pairs of reports in one
article are left out of "across". Reports of borderline occasions are merged as well and judged in the last table only.
The texts of the even stories stay unread: details are refused for them.
"""

from __future__ import annotations

import argparse
import pickle
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.authority import Authority
from kg.evaluate.gold import KINDS
from kg.merge import Merged, merge
from kg.records import Account
from tests.bench import consolidated, recount
from tests.bench.clusters import Mention, coreference, pairs, split, violations, wrong_joins
from tests.bench.matched import by_agreement, in_order, mentions
from tests.bench.stories import Half, Stories, chosen


@dataclass(frozen=True)
class Outcome:
    """The stories, their accounts, what merging made of them, and the reports that are judged."""

    stories: Stories
    accounts: tuple[Account, ...]
    merged: Merged
    mentions: tuple[Mention, ...]


def annotated(stories: Stories, *, offices: bool = False) -> Outcome:
    """Return what merging makes of the annotated reports; ``offices`` as in :mod:`tests.bench.recount`."""
    accounts = recount.accounts(stories, Authority.load(), offices=offices)
    merged = merge(accounts)
    return Outcome(
        stories, tuple(accounts), merged, tuple(mentions(stories, accounts, merged.events, in_order(stories)))
    )


def extracted(stories: Stories, kept: Path | None = None) -> Outcome:
    """Return what merging makes of the reader's accounts; ``kept`` is a file that saves reading them again."""
    accounts = [account for account in _read(stories, kept) if account.article.id in stories.articles]
    merged = merge(accounts)
    matching = by_agreement(stories, accounts, Authority.load())
    return Outcome(stories, tuple(accounts), merged, tuple(mentions(stories, accounts, merged.events, matching)))


def _read(stories: Stories, kept: Path | None) -> list[Account]:
    known: dict[str, Account] = {}
    if kept and kept.is_file():
        known = {account.article.id: account for account in pickle.loads(kept.read_bytes())}
    missing = [a for key, a in stories.articles.items() if key not in known or known[key].article != a]
    if missing:
        from kg.reader import Reader

        reader = Reader()
        known |= {article.id: reader.read(article) for article in missing}
        if kept:
            kept.write_bytes(pickle.dumps(list(known.values())))
    return [known[key] for key in stories.articles]


def table(outcome: Outcome) -> str:
    """Return the scores of required reports by kind, what went wrong, and the scores with the borderline ones."""
    judged = outcome.mentions
    required = [m for m in judged if m.required]
    sought = sum(t.required for t in outcome.stories.told)
    apart = violations(judged, outcome.stories.apart)
    torn = split(required)
    told = {m.occasion for m in required}
    return "\n".join(
        [
            f"{len(outcome.accounts)} articles, {len(required)} of {sought} reports of {len(told)} required occasions",
            _rows(required),
            f"look-alikes joined: {len(apart)} of {len(outcome.stories.apart)}; required occasions split: {len(torn)}",
            f"with borderline occasions, {len(judged)} of {len(outcome.stories.told)} reports",
            _rows(judged),
        ]
    )


def _rows(judged: Sequence[Mention]) -> str:
    lines = ["              across articles      all pairs            MUC    B³     CEAF-e CoNLL"]
    lines += ["kind  reports precis recall F1     precis recall F1     F1     F1     F1     F1"]
    for kind in (*KINDS, "all"):
        some = [m for m in judged if kind in {m.kind, "all"}]
        if not some:
            continue
        across, every = pairs(some, across=True), pairs(some, across=False)
        figures = [across.precision, across.recall, across.f1, every.precision, every.recall, every.f1]
        figures += [f1 for *_, f1 in coreference(some).values()]
        lines.append(f"{kind:9} {len(some):3} " + " ".join("  –   " if f is None else f"{f:.4f}" for f in figures))
    return "\n".join(lines)


def details(outcome: Outcome) -> str:
    """Return each wrong join, each split occasion and each pair of look-alikes joined, with what the reports say."""
    lines = []
    for one, other in wrong_joins(outcome.mentions):
        lines += [f"JOINED {one.occasion} and {other.occasion} in {one.event}{_why(outcome.merged, one.event)}"]
        lines += [f"    {_line(outcome, mention)}" for mention in (one, other)]
    for occasion, torn in split(outcome.mentions).items():
        lines += [f"SPLIT {occasion}" + ("" if torn[0].required else " (borderline)")]
        lines += [f"    {m.event}  {_line(outcome, m)}" for m in sorted(torn, key=lambda m: m.event)]
    for one, other in violations(outcome.mentions, outcome.stories.apart):
        lines.append(f"LOOK-ALIKES {one} {other}")
    return "\n".join(lines)


def _line(outcome: Outcome, mention: Mention) -> str:
    account = next(a for a in outcome.accounts if a.article.id == mention.article)
    report = account.reports[mention.number]
    what: Any = report.event
    who = getattr(what, "visitors", None) or getattr(what, "participants", None) or (what.speaker,)
    where = getattr(what, "destination", None) or getattr(what, "place", None) or "–"
    told = " ".join(report.evidence.of(account.article.text).split())
    keys = ", ".join(key.partition("/")[2] for key in who)
    return f"{mention.article} {mention.occasion} [{keys}; {where}; {report.edtf}; {report.status}] “{told}”"


def _why(merged: Merged, key: str) -> str:
    """Return the merger's reasons for an event, where it gives any."""
    event = next(event for event in merged.events if event.key == key)
    return "".join(f"\n      {join}" for join in getattr(event, "joins", ()))


def main() -> int:
    """Print the table; with details what went wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--half", choices=["open", "blind", "all", "none"], default="open")
    parser.add_argument("--input", choices=["gold", "extracted"], default="gold")
    parser.add_argument("--stories", type=Path, metavar="FOLDER", help="these stories too (tests/data/stories)")
    parser.add_argument("--offices", action="store_true", help="leave whom an article denotes by an office unnamed")
    parser.add_argument("--accounts", type=Path, metavar="FILE", help="keep what the reader says, to merge it again")
    parser.add_argument("--details", action="store_true", help="list what was joined or split wrongly")
    parser.add_argument("--seeds", action="store_true", help="judge the five seeds instead")
    options = parser.parse_args()
    half: Half = options.half
    if options.seeds:
        verdicts = consolidated.judge(consolidated.seeds())
        print("\n".join(map(str, verdicts)))
        print(f"{sum(v.right for v in verdicts)} of {len(verdicts)} right")
        return 0
    if options.details and half in {"blind", "all"}:
        parser.error("the even stories stay unread: leave out --details, or take --half open")
    if half == "none" and not options.stories:
        parser.error("nothing to score: name --stories FOLDER, or another --half")
    stories = chosen(half, options.stories)
    if options.input == "gold":
        outcome = annotated(stories, offices=options.offices)
    else:
        outcome = extracted(stories, options.accounts)
    print(table(outcome))
    if options.details:
        print(details(outcome))
    return 0


if __name__ == "__main__":
    sys.exit(main())
