"""Queries in processes of their own: lent in turn, killed at the deadline, their answers brought to slow clients."""
