# Four commands are enough: make run, make test, make check, make sample.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev

.PHONY: run test check sample clean

run: $(STAMP)  ## set up, then find the overlaps of the sample corpus
	$(BIN)/overlap run corpus/sample

test: $(DEV_STAMP)  ## set up, then run all tests and checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest

check: $(DEV_STAMP)  ## the quick part of the tests
	$(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/pytest -m "not slow" -n 2

sample: $(DEV_STAMP)  ## lay out the sample corpus anew and rebuild what is derived from it
	$(BIN)/python tools/build_sample.py
	$(BIN)/python tools/build_gold.py
	$(BIN)/python tools/build_background.py

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Overlap needs Python 3.11 or later; set PYTHON=...")'
	@$(PYTHON) -m venv $(VENV)

$(STAMP): $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Setting up in $(VENV), about two minutes on a first run ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@
	@echo "Set up."

$(DEV_STAMP): $(STAMP)
	@echo "Setting up the tools for tests and checks ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@
	@echo "Set up for tests and checks."

clean:
	rm -rf $(VENV) outputs/runs outputs/cache .pytest_cache .mypy_cache .ruff_cache
