"""Legation: diplomatic news as a knowledge graph. Read :mod:`kg.pipeline` first."""
