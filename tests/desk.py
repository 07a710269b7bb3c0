"""What a watch hands its batches to in tests, and one look of it: no pipeline, no waiting, a clock that obeys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kg.article import read_inputs
from kg.pipeline import BuildResult
from kg.records import Article, Refusal
from kg.watch import Manner, Outcome, watch
from kg.watch.pace import DAY_S

QUICK = Manner(quiet_s=0.05, pause_s=0.0, timeout_s=2.0)
LONG = "\n".join(
    f"Foreign Minister Ana Petrova {did} on Tuesday for talks about the bridge to Norland, her office said."
    for did in ("arrived in Harbour", "met Jon Linden in the town hall", "will stay in the city")
)


@dataclass
class Desk:
    """Stands in for the pipeline: keeps what each batch says, and makes no release."""

    batches: list[dict[str, Article]] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    def publish(self, inputs: Sequence[Path], to: Path) -> BuildResult:
        """Take in a batch."""
        found = list(read_inputs(inputs))
        self.batches.append({one.id: one for one in found if isinstance(one, Article)})
        refused = tuple(one for one in found if isinstance(one, Refusal))
        self.refused += refused
        return BuildResult("1", to, 1, refused)

    @property
    def texts(self) -> list[str]:
        """All texts taken in, in order."""
        return [article.text for batch in self.batches for article in batch.values()]


@dataclass
class Clock:
    """A clock that tests move on."""

    time: float = 1_000_000.0

    def __call__(self) -> float:
        """Return the time in seconds since 1970."""
        return self.time


def look(
    sources: Sequence[str | Path],
    to: Path,
    desk: Desk,
    *,
    said: list[str] | None = None,
    full_text: bool = False,
    batch: int = 500,
    clock: Clock | None = None,
) -> Outcome:
    """Look once."""
    clock = clock or Clock()
    clock.time += 31 * DAY_S  # whatever was wanted of us, it is time to ask again
    return watch(
        [str(source) for source in sources],
        to,
        build=desk.publish,
        add=desk.publish,
        once=True,
        batch=batch,
        full_text=full_text,
        say=(said if said is not None else []).append,
        now=clock,
        manner=QUICK,
    )
