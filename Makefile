# Two commands for a newcomer: `make run` and `make test`. Each sets up what it needs in a private environment.
# Nothing but Python 3.11+ and make is expected of the machine.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
DEMO_HOME ?= .demo-home
RUN_STAMP := $(VENV)/.installed-run
DEV_STAMP := $(VENV)/.installed-dev
BENCH_STAMP := $(VENV)/.installed-bench
PEERS_STAMP := .venv-peers/.installed
# pip's cache and questions have no place in a scripted set-up.
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

# Where a container forbids it, each of a run's many processes compiles the project anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run test lint types bench accuracy fuzz soak sources dictionary ui lock print-python clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

run: $(RUN_STAMP) ## Watch the demo portal through all its editions, offline, and show what changed
	@$(BIN)/policywatch --home $(DEMO_HOME) demo $(if $(FRESH),--fresh)

test: $(DEV_STAMP) ## Run the whole test suite
	@$(BIN)/python -m pytest -n 2 --dist loadfile -q $(ARGS)

lint: $(DEV_STAMP) ## Check style and formatting
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(DEV_STAMP) ## Check types, strictly
	@$(BIN)/mypy

bench: $(DEV_STAMP) ## Measure, peers in the same run, and write docs/benchmarks.md
	@$(MAKE) -s $(BENCH_STAMP) || echo "make: the peers cannot be installed; what they are measured beside is left out" >&2
	@$(MAKE) -s $(PEERS_STAMP) || echo "make: dlt and dbt cannot be installed; the warehouse is measured without them" >&2
	@$(BIN)/python -m benchmarks --write

accuracy: $(DEV_STAMP) ## Score the reader on the saved pages in ../shared/pages, peers in the same run; ARGS=--write
	@$(MAKE) -s $(BENCH_STAMP) || echo "make: the peers cannot be installed; the reader is scored without them" >&2
	@$(BIN)/python -m benchmarks.accuracy $(ARGS)

fuzz: $(DEV_STAMP) ## Read 100,000 mutated pages; only the reader's own refusal may come back (a quarter of an hour)
	@nice -n 19 $(BIN)/python -m benchmarks.fuzz $(ARGS)

soak: $(DEV_STAMP) ## Live through a year of the demo portal on a fast clock, beside it a month of killed runs (20 minutes)
	@$(BIN)/python -m benchmarks.soak $(ARGS)

sources: $(DEV_STAMP) ## Write crawlers/sources/README.md anew from the sources, then check them
	@$(BIN)/python -m crawlers.catalogue && $(BIN)/policywatch source list --check

dictionary: $(RUN_STAMP) ## Write docs/dictionary.md anew from the comments in the published database
	@$(BIN)/python -m warehouse.publish

ui: $(RUN_STAMP) ## Open Dagster's web UI on 127.0.0.1 over the demo's home folder
	@$(BIN)/policywatch --home $(DEMO_HOME) ui --demo

lock: $(DEV_STAMP) ## Pin the dependencies anew, with hashes and no index address (needs uv on the PATH)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-strip-extras -q \
		--upgrade -c constraints.txt --extra build pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-strip-extras -q \
		-c requirements.lock --extra build --extra dev pyproject.toml -o requirements-dev.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --strip-extras -q \
		-c requirements-dev.lock --extra build --extra bench pyproject.toml -o requirements-bench.lock
	printf '%s\n' 'dlt>=1.31' 'dbt-core>=1.10,<1.11' 'dbt-duckdb>=1.11' 'duckdb==1.5.5' 'pyarrow>=26' | \
		uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-strip-extras -q - \
		-o requirements-peers.lock

print-python:
	@echo $(PYTHON)

clean: ## Remove the environment and the demo's home folder
	rm -rf .venv .venv-* .duckdb2 $(DEMO_HOME)

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11 or newer found; install one, or name it: make run PYTHON=/path/to/python3" >&2; exit 2; }
	@echo "Setting up a private environment in $(VENV) (once, a minute or two) …"
	@$(PYTHON) -m venv $(VENV) || { echo "make: Python's venv module is missing; on Debian or Ubuntu: apt-get install python3-venv" >&2; exit 2; }

# The package itself is installed in place, so that the working tree is what runs; its builder is in the lock too.
$(RUN_STAMP): requirements.lock pyproject.toml | $(BIN)/python
	@$(PIP) install -q --require-hashes -r requirements.lock
	@$(PIP) install -q --no-build-isolation --no-deps -e .
	@touch $@

$(DEV_STAMP): requirements-dev.lock $(RUN_STAMP)
	@$(PIP) install -q --require-hashes -r requirements-dev.lock
	@touch $@

# Peers that only a comparison needs; what they share with the project is pinned to the same versions.
$(BENCH_STAMP): requirements-bench.lock $(DEV_STAMP)
	@$(PIP) install -q --require-hashes -r requirements-bench.lock
	@touch $@

# dlt and dbt want other versions of what we use: an environment of their own.
$(PEERS_STAMP): requirements-peers.lock | $(BIN)/python
	@$(BIN)/python -m venv .venv-peers
	@.venv-peers/bin/python -m pip --disable-pip-version-check --no-input install -q --require-hashes -r requirements-peers.lock
	@touch $@
