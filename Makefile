# setup  a virtual environment in .venv with the locked packages (once; again when the lock changes)
# demo   the five seed articles as a release, served at an address that is printed
# check  style, types and the fast tests
# test   all tests
# train  the scoring models anew from the open half of the corpus
# bench  speed of a build against the bare language model
# lock   requirements.txt anew from pyproject.toml (asks the package index)

PYTHON ?= python3
JOBS ?= 2
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: setup demo check test train bench lock

setup: $(STAMP)

$(STAMP): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Legation needs Python 3.11 or newer, and '$(PYTHON)' is not; name one that is: make setup PYTHON=python3.11"; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
	  { echo "'$(PYTHON)' cannot make virtual environments; install its venv package (Debian: apt install python3-venv)"; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --require-hashes --no-deps --ignore-requires-python -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

demo: setup
	$(BIN)/legation demo

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -m "not slow and not browser" -n $(JOBS) --dist loadfile

test: setup
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

train: setup
	$(BIN)/python -m kg.train tests/corpus/open

bench: setup
	$(BIN)/python -m tests.bench.convert

lock: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check pip-tools
	$(BIN)/python -m tests.tools.lock
