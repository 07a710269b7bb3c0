"""The five seed articles of the demo, unchanged."""
