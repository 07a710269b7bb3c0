"""``python -m kg`` is the command ``legation``; processes that it starts load this file without running it."""

import sys

from kg.cli import main

if __name__ == "__main__":
    sys.exit(main())
