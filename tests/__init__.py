"""The tests; ``tests/bench`` measures, ``tests/tools`` makes data files."""
