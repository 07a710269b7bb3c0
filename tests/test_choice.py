"""Readings of one mention share the probability with nobody, and the loss pulls towards the right one."""

from __future__ import annotations

import numpy as np
import pytest

from kg.choice import objective, shares


def test_readings_share_the_probability_with_nobody() -> None:
    assert shares([0.0]) == pytest.approx([0.5])
    assert shares([0.0, 0.0]) == pytest.approx([1 / 3, 1 / 3])
    assert shares([]).size == 0


def test_groups_do_not_compete_with_each_other() -> None:
    both = shares([2.0, 1.0, -3.0], [2, 1])
    assert both[:2] == pytest.approx(shares([2.0, 1.0]))
    assert both[2:] == pytest.approx(shares([-3.0]))


def test_great_scores_do_not_overflow() -> None:
    assert shares([2000.0, 1990.0, -2000.0]) == pytest.approx([1.0, np.exp(-10.0), 0.0], abs=1e-4)


def test_the_loss_raises_the_right_reading_and_lowers_all_where_nobody_is_meant() -> None:
    slope, bend = objective(np.array([0.0, 1.0, 0.0]), [2, 1])(np.zeros(3), None)
    assert slope[1] < 0 < slope[0]
    assert slope[2] > 0
    assert (bend > 0).all()
