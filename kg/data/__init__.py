"""What the program knows beforehand, as data: word lists, grammars, the authority, the scoring models."""
