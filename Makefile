# The commands of this repository. `make` lists them; PYTHON is the interpreter that creates .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

# The name of a stamp contains a checksum of its requirements, so that only a change of content installs anything again.
checksum = $(shell cat $(1) | cksum | cut -d ' ' -f 1)
PACKAGES := $(VENV)/.packages-$(call checksum,packages/*/pyproject.toml)
TOOLS := $(VENV)/.tools-$(call checksum,requirements-dev.txt requirements-gen.txt)
OLDEST := .venv-oldest
DISTRIBUTIONS := -e 'packages/google-genai[aiohttp,cli,local-tokenizer-huggingface,otel]' \
  -e packages/google-ai-generativelanguage \
  -e 'packages/genai-local[grpc,llama,voice]' \
  -e 'packages/genai-bulk[plot,prices]'
OLDEST_PACKAGES := $(OLDEST)/.installed-$(call checksum,packages/*/pyproject.toml requirements-dev.txt)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup demo bulk-demo test test-oldest test-all lint types gen bench conformance docs clean

help: ## List the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F '|' '{ printf "%-18s %s\n", $$1, $$2 }'

setup: $(PACKAGES) $(TOOLS) ## Create .venv with the packages (editable) and the development tools

demo: $(PACKAGES) ## Run a tour of the SDK against a local server with two small models
	@$(BIN)/python examples/tour.py

bulk-demo: $(PACKAGES) ## Label 2,000 texts with a small model on a local server that limits the rate, and draw the rate
	@$(BIN)/python examples/bulk_labels.py

test: setup ## Run the fast tests on all cores
	@$(BIN)/python -m pytest -m "not heavy" -n auto --dist worksteal

test-oldest: $(OLDEST_PACKAGES) ## Run the fast tests with the oldest declared release of every dependency
	@$(OLDEST)/bin/python -m pytest -m "not heavy" -n auto

test-all: setup test-oldest ## Download the models and run all tests, including the slow ones, with the newest and the oldest dependencies
	@$(BIN)/genai-local pull smollm2
	@$(BIN)/genai-local pull minilm
	@$(BIN)/genai-local pull e5
	@$(BIN)/python -m pytest -n auto

lint: setup ## Check style, formatting, and that generated files are up to date
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/python tools/gen.py --check
	@$(BIN)/python -m tools.generativelanguage --check

types: setup ## Check types with pyright
	@$(BIN)/pyright --pythonpath $(BIN)/python

gen: setup ## Regenerate the generated files
	@$(BIN)/python tools/gen.py
	@$(BIN)/python -m tools.generativelanguage

bench: $(PACKAGES) ## Compare the speed with the newest official release; about 15 minutes
	@$(BIN)/python -m benchmarks

conformance: setup ## Compare the behaviour of every public method with an official release
	@$(BIN)/python -m tools.conformance

docs: setup ## Run every code block of the documentation, and the examples
	@$(BIN)/python -m pytest docs packages/genai-local/tests/test_readme.py

clean: ## Remove .venv, caches and all other created files
	rm -rf $(VENV) $(OLDEST) .bench .cache .pytest_cache .ruff_cache .hypothesis .coverage
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "Python 3.10 or newer is required, but $(PYTHON) is $$($(PYTHON) --version 2>&1). Choose another interpreter: make PYTHON=python3.12" >&2; \
	  exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(PACKAGES): | $(BIN)/python
	@echo "Installing the packages into $(VENV) ..."
	@$(PIP) $(DISTRIBUTIONS)
	@rm -f $(VENV)/.packages-* && touch $@

$(TOOLS): | $(BIN)/python
	@echo "Installing the tools into $(VENV) ..."
	@$(PIP) -r requirements-dev.txt -r requirements-gen.txt
	@rm -f $(VENV)/.tools-* && touch $@

$(OLDEST_PACKAGES): tools/oldest.py | $(PACKAGES) $(TOOLS)
	@echo "Installing the packages with their oldest dependencies into $(OLDEST) ..."
	@$(BIN)/python -m venv --clear $(OLDEST)
	@$(BIN)/python tools/oldest.py > $(OLDEST)/constraints.txt
	@$(OLDEST)/bin/python -m pip --disable-pip-version-check install --quiet -c $(OLDEST)/constraints.txt \
	  $(DISTRIBUTIONS) -r requirements-dev.txt
	@touch $@
