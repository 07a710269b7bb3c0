"""What makes the data files and the lock, run by hand."""
