"""The ontology and the shapes, documented for people and served to programs term by term."""
