# `make demo` and `make test` need Python >= 3.11 with its venv module, nothing else.
PYTHON ?= python3
BIN := .venv/bin
TESTS := -q -n 4 --dist loadscope --no-loadscope-reorder

.PHONY: demo test test-all test-compiled wheel bench lint format clean

# Made again only when what is to be installed changes.
.venv/installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "actionsd needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "setting up .venv, once (about half a minute)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: .venv/installed
	@$(BIN)/python examples/demo.py

lint: .venv/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

test: lint
	$(BIN)/pytest $(TESTS) -m 'not slow'

test-all: lint
	$(BIN)/pytest $(TESTS)

# A wheel whose hot path is compiled (hatch_build.py), for the Python that builds it: some
# two minutes, and a C compiler with the headers of that Python.
wheel: .venv/installed
	@command -v cc >/dev/null || { echo "make wheel needs a C compiler: apt-get install gcc libc6-dev python3-dev, or the like" >&2; exit 1; }
	@rm -rf dist
	@HATCH_BUILD_HOOK_ENABLE_CUSTOM=true $(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .
	@ls dist/*.whl

# The same tests, of what the wheel installs.
test-compiled: wheel
	@rm -rf .venv-compiled
	@$(PYTHON) -m venv .venv-compiled
	@.venv-compiled/bin/python -m pip install --quiet --disable-pip-version-check "$$(ls $(CURDIR)/dist/*.whl)[dev]"
	.venv-compiled/bin/pytest $(TESTS) -m 'not slow'

# All of it, about a quarter of an hour: on a machine that does nothing else.
bench: .venv/installed
	@$(BIN)/python -m benchmarks --json bench.json

format: .venv/installed
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format .

clean:
	rm -rf .venv .venv-compiled dist
