"""Articles taken in as they appear, in a folder or a feed, and published in batches, each of them once.

What a feed delivers lies safely in ``DIR/inbox`` before it is marked as seen in ``DIR/watch.sqlite``, and waits there
until a release holds it: a run that is killed at any moment goes on where it was.
"""

from kg.watch.rounds import Manner, Outcome, watch

__all__ = ["Manner", "Outcome", "watch"]
