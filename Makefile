# What one does with this repository. `make` lists it; PYTHON chooses the interpreter that .venv is made with.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

# Stamps carry a checksum of what they were installed from, so that only a change of content installs anything again.
checksum = $(shell cat $(1) | cksum | cut -d ' ' -f 1)
PACKAGES := $(VENV)/.packages-$(call checksum,packages/*/pyproject.toml)
TOOLS := $(VENV)/.tools-$(call checksum,requirements-dev.txt)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup demo test test-all lint types gen bench conformance docs clean

help: ## List what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F '|' '{ printf "%-16s %s\n", $$1, $$2 }'

setup: $(PACKAGES) $(TOOLS) ## Make .venv with the packages, editable, and the tools to work on them

demo: $(PACKAGES) ## See it answer: a tour on a small model that runs on this machine
	@$(BIN)/python examples/tour.py

test: setup ## Run the fast tests
	@$(BIN)/python -m pytest -m "not heavy" -n auto

test-all: setup ## Fetch the model and run everything, the slow tests too
	@$(BIN)/genai-local pull smollm2
	@$(BIN)/python -m pytest -n auto

lint: setup ## Check style, formatting, and that generated files are up to date
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/python tools/gen.py --check

types: setup ## Check types
	@$(BIN)/pyright --pythonpath $(BIN)/python

gen: setup ## Write the generated files anew
	@$(BIN)/python tools/gen.py

bench: $(PACKAGES) ## Compare with the newest official release; about 15 minutes
	@$(BIN)/python -m benchmarks

conformance: setup ## Make every public call here and with an official release, and report each difference
	@$(BIN)/python -m tools.conformance

docs: setup ## Run every code block of the documentation, and the examples
	@$(BIN)/python -m pytest docs packages/genai-local/tests/test_readme.py

clean: ## Remove .venv, caches and whatever else was made
	rm -rf $(VENV) .bench .cache .pytest_cache .ruff_cache .hypothesis .coverage
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "Python 3.10 or newer is needed, and $(PYTHON) is: $$($(PYTHON) --version 2>&1). Name one: make PYTHON=python3.12" >&2; \
	  exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(PACKAGES): | $(BIN)/python
	@echo "Installing the packages into $(VENV) ..."
	@$(PIP) -e 'packages/google-genai[aiohttp]' -e 'packages/genai-local[llama]'
	@rm -f $(VENV)/.packages-* && touch $@

$(TOOLS): | $(BIN)/python
	@echo "Installing the tools into $(VENV) ..."
	@$(PIP) -r requirements-dev.txt
	@rm -f $(VENV)/.tools-* && touch $@
