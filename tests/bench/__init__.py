"""Measurements: quality and speed, run by hand or by `make bench`, each against a baseline in the same run."""
