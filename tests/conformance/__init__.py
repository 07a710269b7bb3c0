"""Conformance by HTTP to the SPARQL 1.1 family and RFC 9110, each case citing what it is drawn from.

    python -m tests.conformance

serves a small release with ``legation serve`` and prints how many cases hold, by section, and every one that does not.
"""
