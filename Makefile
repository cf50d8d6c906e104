# Every target sets up what it needs; all that is asked of the machine is Python 3.11 or newer with pip.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
DIR ?= build/rehearsal
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PROGRAM := build/program
# pip works on another Python's environment: so neither ensurepip nor a system's own packages matter
PIP := $(PYTHON) -m pip --quiet --disable-pip-version-check --no-input
LOCKED := --require-hashes --no-deps --root-user-action=ignore
OWN := --no-deps --no-build-isolation --root-user-action=ignore
CHECKS := check-format check-lint check-types check-imports
# a test of a screen waits as long as it computes
WORKERS := $(shell echo $$((2 * $$(nproc))))
SOURCES = $(shell find phases tui themes -type f -not -name '*.pyc' 2>/dev/null)
# no address of a registry gets into a lock, whatever this machine is set up with
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header pyproject.toml

.PHONY: help rehearse test check $(CHECKS) lab bench bench-screens pictures docs dist lock clean
.DEFAULT_GOAL := help

help: ## what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 18

rehearse: $(READY) ## walk the whole way in a folder (DIR=..., CONFIG=...), without root
	$(BIN)/kubeboot-tui init --rehearse $(DIR) $(if $(CONFIG),--config $(CONFIG))

test: $(READY) ## the fast tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not lab"

check: ## format, lint, types and the import law
	@$(MAKE) --no-print-directory --keep-going $(CHECKS)

check-format: $(READY)
	$(BIN)/ruff format --check .

check-lint: $(READY)
	$(BIN)/ruff check .

check-types: $(READY)
	$(BIN)/mypy

# what import-linter can't say of modules that nobody lists, a test of the house does
check-imports: $(READY)
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -k imports tests/test_house.py

lab: $(READY) dist/kubeboot-tui ## boot real fresh masters on this machine (root; builds and keeps what it needs)
	@test "$$(id -u)" = 0 || { echo "error: the lab needs root: sudo make lab" >&2; exit 2; }
	$(BIN)/python -m tests.lab setup
	KUBEBOOT_LAB_REQUIRED=1 PYTHONPATH=.ci $(BIN)/python -m pytest -p no_skips -m lab \
		-n 4 --dist loadscope --durations 12 tests/lab

bench: bench-screens dist/kubeboot-tui ## how quick it is: start and screens here, init against kubeadm in the lab (root)
	$(BIN)/python -m tests.bench.start_time
	$(BIN)/python -m tests.bench.configurations
	$(BIN)/python -m tests.bench.init_time

bench-screens: $(READY)
	$(BIN)/python -m tests.tui.bench

pictures: $(READY) ## draw the README's pictures anew, from the recordings
	$(BIN)/python -m tests.tui.gallery

docs: $(READY) ## write the table of checks anew, from the registry
	$(BIN)/python -m tests.checks.page

dist: dist/kubeboot-tui ## one file to copy to a master that has only Python

dist/kubeboot-tui: $(READY) requirements.lock $(wildcard .ci/*.py .ci/*.sh) $(SOURCES)
	rm -rf $(PROGRAM)
	$(PIP) --python $(BIN)/python install $(OWN) --no-compile --target $(PROGRAM) .
	$(BIN)/python .ci/dist.py requirements.lock $(PROGRAM) $@
	@ls -l $@ && cat $@.sha256

lock: $(READY) ## choose the newest dependencies anew
	$(COMPILE) --upgrade -o requirements.lock
	$(COMPILE) --upgrade --group dev --constraint requirements.lock -o requirements-dev.lock
	@! grep -nE 'https?:|file:|--(extra-)?index-url|--find-links' requirements*.lock

clean: ## remove everything that was made here
	rm -rf build dist $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(READY): requirements-dev.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv --without-pip $(VENV)
	$(PIP) --python $(BIN)/python install $(LOCKED) -r requirements-dev.lock
	$(PIP) --python $(BIN)/python install $(OWN) --editable .
	@touch $@
