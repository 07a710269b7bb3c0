"""Looks for unlinked actors and places in the data sets of others: all of ``kg`` that speaks over a network."""

from kg.lookup.ask import Manner, Outcome, Plan, look_up, plan
from kg.lookup.question import KINDS

__all__ = ["KINDS", "Manner", "Outcome", "Plan", "look_up", "plan"]
