"""The way of ``legation watch``: look at each source, let what is new wait, publish what waits in batches, and again.

source (folder or feed) → seen, waiting → batch → build the first release, or add to it → no longer waiting
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from kg.errors import BusyError, InputError, NothingError
from kg.pipeline import BuildResult
from kg.watch import folder, inbox
from kg.watch.seen import FILE, Seen
from kg.watch.subscription import Round, take_in, words

FOLDER_EVERY_S = 10.0
FEED_EVERY_S = 900.0
FEED_ONCE_S = 60.0
"""Who looks once decides how often that is, by a clock of their own that need not agree with ours to the second."""

Publish = Callable[[Sequence[Path], Path], BuildResult]
"""Makes a release of these files in this folder: ``build`` and ``add`` with their other arguments given."""


@dataclass(frozen=True)
class Manner:
    """How to look: pauses and limits in seconds.

    A file is left alone until it has been the same for ``quiet_s``. ``pause_s`` lies between two requests to a site,
    each of which may take ``timeout_s``.
    """

    quiet_s: float = 2.0
    pause_s: float = 1.0
    timeout_s: float = 60.0


@dataclass(frozen=True)
class Outcome:
    """What came of it: releases, the version of the last, files and entries taken in, and how many were refused.

    ``failed`` counts how often a feed could not be had, or a batch had to wait because somebody else was publishing.
    """

    releases: int = 0
    version: str | None = None
    taken: int = 0
    refused: int = 0
    failed: int = 0


def watch(
    sources: Sequence[str],
    to: Path,
    *,
    build: Publish,
    add: Publish,
    batch: int = 500,
    every_s: float | None = None,
    once: bool = False,
    full_text: bool = False,
    say: Callable[[str], None] = lambda line: None,
    now: Callable[[], float] = time.time,
    manner: Manner | None = None,
) -> Outcome:
    """Publish what appears in folders and feeds (http addresses) as releases of ``to``, until told to stop or ``once``.

    A release takes in at most ``batch`` files or entries; the first is made by ``build``, the others by ``add``. What
    was there before the watch counts as new. What went away is not retracted. SIGTERM and SIGINT end it: a batch under
    way is then left for the next run, as it is when the power fails.

    Raises:
        InputError: A source is no folder or address, lies in ``to``, or another watch is at work.
        LegationError: A release cannot be made; what waits for it still does.
    """
    manner = manner or Manner()
    folders = {source: Path(source) for source in sources if not is_address(source)}
    for one in folders.values():
        _check_place(one, to)
    outcome, told = Outcome(), set[str]()

    def say_once(line: str) -> None:
        if line not in told:
            told.add(line)
            say(line)

    with Seen(to / FILE) as seen, _stopping() as stopping:
        inbox.clean(to / inbox.FOLDER)
        this = Round(
            seen=seen, inbox=to / inbox.FOLDER, every_s=every_s or (FEED_ONCE_S if once else FEED_EVERY_S),
            full_text=full_text, pause_s=manner.pause_s, timeout_s=manner.timeout_s, now=now, say=say,
        )  # fmt: skip
        try:
            while not stopping.is_set():
                outcome = _publish(seen, to, build, add, batch, say, outcome)  # what an earlier run left
                failed = 0
                for source in sources:
                    if source in folders:
                        marks = seen.marks(str(folders[source]))
                        found = folder.changes(
                            folders[source], marks, pause=lambda: time.sleep(manner.quiet_s), say=say_once
                        )
                        seen.wait_for(found)
                    elif (rest := seen.asked(source).after - now()) <= 0:
                        failed += not take_in(source, this)
                    elif once:
                        say(f"{source}: it is not to be asked for another {words(rest)}")
                outcome = _publish(seen, to, build, add, batch, say, _plus(outcome, failed=failed))
                if once:
                    break
                looks = [every_s or FOLDER_EVERY_S] if folders else []
                due = [seen.asked(source).after - now() for source in sources if source not in folders]
                stopping.wait(max(0.1, min([*looks, *due])))
        except KeyboardInterrupt:
            say(f"stopped; {seen.count_waiting()} files or entries wait for the next run")
    return outcome


def is_address(source: str) -> bool:
    """Tell whether a source is a feed, not a folder."""
    return source.startswith(("http://", "https://"))


def _check_place(source: Path, to: Path) -> None:
    if not source.is_dir():
        raise InputError(f"{source}: there is no such folder; make it, or give another, or a feed's http(s) address")
    inside, outside = to.resolve(), source.resolve()
    if inside.is_relative_to(outside) or outside.is_relative_to(inside):
        raise InputError(f"{source}: it holds {to} or lies in it, so releases would be read as news; keep them apart")


def _publish(
    seen: Seen, to: Path, build: Publish, add: Publish, batch: int, say: Callable[[str], None], outcome: Outcome
) -> Outcome:
    """Publish what waits; each batch is let go when its release is the current one."""
    while items := seen.waiting(batch):
        gone = [item for item in items if not any(path.exists() for path in item.paths)]
        for item in gone:
            say(f"{item.key}: it went away before it was read")
        seen.forget(gone)
        items = tuple(item for item in items if item not in gone)
        if not items:
            continue
        paths = [path for item in items for path in item.paths if path.exists()]
        before = (to / "current").resolve().name
        try:
            result = (add if (to / "current").exists() else build)(paths, to)
        except NothingError as error:  # as there is no release yet, none can list them
            seen.published(items)
            say(str(error))
            outcome = _plus(outcome, taken=len(items), refused=len(items))
            continue
        except BusyError as error:
            say(f"{error}; {seen.count_waiting()} files or entries wait for the next look")
            return _plus(outcome, failed=1)
        seen.published(items)
        for refusal in result.refused:
            say(f"refused {refusal.source}: {refusal.reason}; {refusal.remedy}")
        say(f"release {result.version}: {len(items)} files or entries taken in, {result.published} articles in all")
        outcome = _plus(
            outcome, releases=int(result.version != before), version=result.version, taken=len(items),
            refused=len(result.refused),
        )  # fmt: skip
    return outcome


def _plus(
    one: Outcome, *, releases: int = 0, version: str | None = None, taken: int = 0, refused: int = 0, failed: int = 0
) -> Outcome:
    return Outcome(
        one.releases + releases, version or one.version, one.taken + taken, one.refused + refused, one.failed + failed
    )


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """Give what SIGTERM and SIGINT set; both also raise KeyboardInterrupt, which Python loses at rare moments."""
    stopping = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stopping
        return

    def stop(signum: int, frame: FrameType | None) -> None:
        stopping.set()
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
