# Two commands matter: `make demo` and `make test`. Everything runs from .venv in this folder.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest

.PHONY: help venv demo test check bench soak dying wirelab prove screenshots docs messages clean

help:
	@echo "make demo         open the console on the built-in lab"
	@echo "make test         install what is needed and run every check and test"
	@echo "make check        format, lint, types, import contracts (no tests)"
	@echo "make bench        measure: ratios of one run (PARTS=frame for one of them)"
	@echo "make soak         the console for SOAK_SECONDS=3600 against a pair that never rests"
	@echo "make fuzz         fuzz every parser, FUZZ_SECONDS=20 each (installs atheris)"
	@echo "make dying        kill firewalls in many ways over real wires, and time it (as root)"
	@echo "make wirelab      real CARP between two firewalls in network namespaces (as root)"
	@echo "make prove        the long series of it: power cuts, switchovers, under load (as root)"
	@echo "make screenshots  make the pictures of the README anew"
	@echo "make docs         write the manual page to build/pfha-tui.1"
	@echo "make messages     bring the catalogues of texts up to the code, compile them"
	@echo "make venv         only make .venv with everything installed"
	@echo "make clean        remove .venv and caches"

.venv/run: pyproject.toml
	@test -n "$(PYTHON)" || { echo "pfha-tui needs Python 3.11 or newer; set PYTHON=/path/to/python3.11" >&2; exit 2; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv || { echo "python's venv module is missing (on Debian: the package python3-venv)" >&2; exit 2; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

.venv/dev: pyproject.toml .venv/run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

venv: .venv/dev

demo: .venv/run
	@$(BIN)/pfha-tui demo

test: .venv/dev check
	$(PYTEST) -n auto --dist loadfile

check: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: .venv/dev
	$(BIN)/python -m tests.bench $(PARTS)

soak: .venv/dev
	$(BIN)/python -m tests.soak

fuzz: .venv/dev
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'atheris>=2.3,<4' || { \
		echo "atheris, which guides the fuzzing, has no build for this Python and machine; Python 3.11 to 3.13 on x86-64 Linux has one" >&2; exit 2; }
	$(BIN)/python -m tests.fuzz

dying: .venv/dev
	$(BIN)/python -m tests.dying --rounds $(or $(ROUNDS),1)

wirelab: .venv/dev
	$(BIN)/python -m tests.wirelab $(DRILLS)

prove: .venv/dev
	$(BIN)/python -m tests.wirelab --prove

screenshots: .venv/dev
	$(BIN)/python -m tests.screenshots

docs: .venv/run
	@mkdir -p build
	@$(BIN)/pfha-tui --lang en man > build/pfha-tui.1
	@echo build/pfha-tui.1

messages: .venv/dev
	$(BIN)/python -m tests.messages

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
