"""``python -m kg`` is the command ``legation``."""

import sys

from kg.cli import main

sys.exit(main())
