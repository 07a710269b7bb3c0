"""Learns to choose one of several readings, or none: the scores of a group share the probability with "nobody".

Scoring each reading by itself would let two good ones both be likely; here they compete (multinomial logit with a
constant alternative).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def shares(scores: Sequence[float] | Numbers, sizes: Sequence[int] | None = None) -> Numbers:
    """Return the probability of each reading by its raw score; what is missing to 1 in a group is nobody's.

    ``sizes`` are the groups' lengths in order, one group of all where not given.
    """
    raw = np.asarray(scores, dtype=np.float64)
    if not raw.size:
        return raw
    lengths = np.asarray(sizes if sizes is not None else [raw.size])
    starts = np.r_[0, np.cumsum(lengths)[:-1]]
    group = np.repeat(np.arange(len(lengths)), lengths)
    top = np.maximum(np.maximum.reduceat(raw, starts), 0.0)
    power = np.exp(raw - top[group])
    whole: Numbers = np.add.reduceat(power, starts) + np.exp(-top)
    return power / whole[group]


def objective(labels: Numbers, sizes: Sequence[int]) -> Callable[[Numbers, Any], tuple[Numbers, Numbers]]:
    """Return the gradient and curvature of the choice's log loss, for LightGBM; several right readings share the 1."""
    lengths = np.asarray(sizes)
    group = np.repeat(np.arange(len(lengths)), lengths)
    right = np.add.reduceat(labels, np.r_[0, np.cumsum(lengths)[:-1]])
    wanted = labels / np.maximum(1.0, right)[group]

    def loss(raw: Numbers, _: Any) -> tuple[Numbers, Numbers]:
        share = shares(raw, sizes)
        return share - wanted, np.maximum(share * (1 - share), 1e-3)

    return loss
