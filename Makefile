# The whole interface of this project, for people and for CI.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: run test check bench docs lock world clean

run: $(VENV)/.web             ## install into .venv and simulate the US-Mexico scenario
	$(BIN)/orepact simulate us-mexico-2026 --out out/us-mexico-2026
	@echo "Now open the pages: $(BIN)/orepact serve"

test: $(VENV)/.dev            ## every test, and the examples in the docstrings
	$(BIN)/pytest -n 2

check: $(VENV)/.dev           ## style, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev           ## side-by-side speed ratios and full-size checks, written to docs/bench.md
	$(BIN)/python scripts/bench

docs: $(VENV)/.dev            ## regenerate docs/results.md, docs/cases.md, DATA-LICENCES.md and the README picture
	$(BIN)/python scripts/docs.py

world: $(VENV)/.dev           ## recompile the package's tables; OREPACT_SOURCES names the folder of raw files
	$(BIN)/orepact world build

lock:                         ## names, versions and hashes; no host
	uv pip compile pyproject.toml --python-version 3.11 --universal --generate-hashes -q -o requirements/core.txt
	uv pip compile pyproject.toml --extra web --python-version 3.11 --universal --generate-hashes -q -o requirements/web.txt
	uv pip compile pyproject.toml --extra test --extra check --python-version 3.11 --universal --generate-hashes -q -o requirements/dev.txt

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: requirements/core.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/core.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps -e .
	touch $@

$(VENV)/.web: requirements/web.txt $(VENV)/.core
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/web.txt
	touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.web
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	touch $@

clean:
	rm -rf $(VENV) out
