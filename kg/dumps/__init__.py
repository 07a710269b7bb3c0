"""The files of a release that people download."""
