# make setup | reports | test | check | lab      (the last four do the first where it is needed)
# Needs Python 3.11 or newer with venv, and make. Without make or on Windows: python -m pip install . and efficacy run.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
JOBS ?= 2
CODE := src tests data $(wildcard benchmarks)
# what a notebook run by hand or by nbval needs to come out as the runner made it
export PYTHONHASHSEED := 0
export OPENBLAS_NUM_THREADS := 1
export IPYKERNEL_CELL_NAME := <cell>

.PHONY: setup reports test check lab calibrate sentinels format format-check lint types layers notebooks clean

setup: $(INSTALLED)

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(INSTALLED)

reports: setup
	$(BIN)/efficacy run

test: setup
	$(BIN)/python -m pytest -n $(JOBS) --dist loadscope
	@$(MAKE) --no-print-directory notebooks

# the executed notebooks under reports/ come out the same when they are run again
notebooks: setup
	@files=$$(find reports -name '*.ipynb' -not -name '.*' -not -path '*/internal/*' | sort); \
	if [ -n "$$files" ]; then $(BIN)/python -m pytest -n $(JOBS) --dist loadfile --nbval --nbval-current-env $$files; fi

check: setup format-check lint types layers test

format: setup
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

format-check: setup
	$(BIN)/ruff format --check $(CODE)

lint: setup
	$(BIN)/ruff check $(CODE)

types: setup
	$(BIN)/mypy

layers: setup
	$(BIN)/lint-imports

# every procedure in simulated studies with known truth: hours, in pieces; the table ships with the package
calibrate: setup
	$(BIN)/python -m benchmarks.calibration --jobs $(JOBS)

# a dozen cells of it again, in three minutes
sentinels: setup
	EFFICACY_SENTINEL_REPLICATIONS=2000 $(BIN)/python -m pytest -n $(JOBS) tests/test_calibration_sentinels.py

lab: setup
	$(BIN)/jupyter lab notebooks

clean:
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -type d -prune -exec rm -rf {} +
