"""Reading many articles, in this process or in several; what goes wrong with one article stays with it."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from types import FrameType
from typing import Any, Protocol

from kg.article.record import UnfitError
from kg.errors import LegationError, ModelError, NonConformingError, ReleaseError
from kg.iri import Names
from kg.merge import merge
from kg.rdf import graph_quads
from kg.records import Account, Article, Refusal
from kg.validate import Validator, describe

CHUNK = 16
"""Articles that a worker is given at once, at most: fewer round trips, yet an even load."""

SECONDS = 300.0
"""Processor time that an article may take, ten times what the longest that are read do."""

Tell = Callable[[int, int], None]
"""Called after each article with (done, of)."""


class ArticleReader(Protocol):
    """Turns the text of one article into what it says; ``model_name`` is "package version"."""

    @property
    def model_name(self) -> str:
        """The language model used, for the manifest."""
        ...

    def read(self, article: Article, *, min_confidence: float | None = None) -> Account:
        """Return what the article says: what the reader holds for likely, or all of at least a confidence."""
        ...


MakeReader = Callable[[], ArticleReader]
"""Loads a reader, once in every process; a function at the top of a module, so that it travels there by name."""


@dataclass(frozen=True)
class Readings:
    """What came of all articles, in their order, and the model that read them."""

    accounts: tuple[Account, ...]
    refused: tuple[Refusal, ...]
    model: str


def spacy_reader() -> ArticleReader:
    """Return the reader proper. It is imported here because loading the language model takes seconds."""
    from kg.reader import Reader

    return Reader()


def read_articles(
    articles: Sequence[Article],
    *,
    names: Names,
    workers: int,
    make_reader: MakeReader,
    tell: Tell,
    min_confidence: float | None = None,
    model: str | None = None,
) -> Readings:
    """Return the accounts of the articles whose triples conform, and a refusal for each of the others.

    ``min_confidence`` is the readers' to keep. ``model`` is the only one that may read them, if one is named; where
    there are no articles it need not be loaded.

    Raises:
        ModelError: The language model is missing, or another one than ``model``.
        ReleaseError: A worker process died; nothing is published.
    """
    if model is not None and not articles:
        return Readings((), (), model)
    accounts, refused, done = [], [], 0
    size = max(1, min(CHUNK, len(articles) // (4 * workers) if workers > 1 else CHUNK))
    chunks = [articles[first : first + size] for first in range(0, len(articles), size)]
    with _processes(workers) as run:
        (found,) = run(_model, [make_reader])
        if model not in (None, found):
            raise ModelError(
                f"the release was read by the language model {model}, and the one here is {found}; install that one, "
                "or make the release anew with legation build, from all articles"
            )
        for told in run(_read_all, chunks, repeat(make_reader), repeat(names), repeat(min_confidence)):
            accounts += [account for account in told if isinstance(account, Account)]
            refused += [refusal for refusal in told if isinstance(refusal, Refusal)]
            done += len(told)
            tell(done, len(articles))
    return Readings(tuple(accounts), tuple(refused), found)


@contextmanager
def _processes(workers: int) -> Iterator[Callable[..., Iterator[Any]]]:
    """Give a ``map`` that works in this process, or in spawned ones: forking a process with threads may hang."""
    if workers == 1:
        yield map
        return
    try:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, mp_context=context, initializer=_end_with_parent) as pool:
            yield pool.map
    except BrokenProcessPool as error:
        raise ReleaseError("a worker process died, perhaps for lack of memory; give fewer --workers") from error


def _end_with_parent() -> None:
    """Let this worker end with the process that it works for, also where that is killed.

    It would wait for more articles for ever, holding a language model in memory.
    """
    if (parent := multiprocessing.parent_process()) is None:
        return

    def end() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=end, daemon=True).start()


@cache
def _reader(make_reader: MakeReader) -> ArticleReader:
    """Load the reader once a process. A pool's initializer would hide why it failed: the pool calls itself broken.

    What is loaded by then stays to the end, so the garbage collector need not look through it again and again.
    """
    reader = make_reader()
    gc.collect()
    gc.freeze()
    return reader


@cache
def _validator() -> Validator:
    return Validator()


def _model(make_reader: MakeReader) -> str:
    return _reader(make_reader).model_name


def _read_all(
    articles: Sequence[Article], make_reader: MakeReader, names: Names, min_confidence: float | None
) -> list[Account | Refusal]:
    """Return what came of each article, in order."""
    return [_read_or_refuse(article, make_reader, names, min_confidence) for article in articles]


def _read_or_refuse(
    article: Article, make_reader: MakeReader, names: Names, min_confidence: float | None
) -> Account | Refusal:
    """Return what the article says, or why it is refused: the one place where any failure is caught.

    ``SECONDS`` of processor time are the last resort where the limits on a text's size leave something unbounded.
    """
    try:
        _reader(make_reader), _validator()  # what is loaded once is not the article's time
        with _deadline(SECONDS):
            return _read(article, make_reader, names, min_confidence)
    except ModelError:
        raise
    except UnfitError as unfit:
        return unfit.refusal(article.id)
    except LegationError as error:
        return Refusal(
            article.id, str(error), "correct the article where the message says so; else report it as a fault"
        )
    except Exception as error:
        reason = f"reading it failed ({type(error).__name__}: {error})"
        return Refusal(
            article.id, reason, "report the article and this message as a fault; the others are not affected"
        )


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """Stop what runs inside after so many seconds of this process's processor time, waiting not counted.

    It stops at the next step of Python, not within compiled code, and only in a process's main thread, since no other
    gets signals; elsewhere there is no deadline.

    Raises:
        UnfitError: time is up.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(signum: int, frame: FrameType | None) -> None:
        raise UnfitError(f"reading it takes more than {seconds:g} s of processor time", "split it, or leave it out")

    before = signal.signal(signal.SIGPROF, stop)
    # Again each second: Python drops what is raised while it collects garbage or finalises an object.
    signal.setitimer(signal.ITIMER_PROF, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)


def _read(article: Article, make_reader: MakeReader, names: Names, min_confidence: float | None) -> Account:
    """Return what the article says, if all triples that follow from it alone conform."""
    account = _reader(make_reader).read(article, min_confidence=min_confidence)
    violations = _validator().judge(list(graph_quads(names, (account,), merge((account,)))))
    if violations:
        raise NonConformingError(f"its triples do not conform to the shapes:\n{describe(violations)}")
    return account
