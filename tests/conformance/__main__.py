"""Runs the suite against a real server, and prints what holds and what does not."""
