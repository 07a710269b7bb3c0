"""The endpoint beside others: the same questions over the same quads, by HTTP, in one run."""
