# Two commands to know: make report, make test. Both set up .venv by themselves; make help lists the rest.

PYTHON ?= python3
REGION ?= 320804
YEAR ?= 2023

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up
# Later ones need Python 3.11.5, and Debian 12 has 3.11.2.
BOUNDS := 'soupsieve<3'
# JupyterLab must be told that being root is meant, as it is inside containers.
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

.DEFAULT_GOAL := help
.PHONY: setup report test check browser lab corpus dataset accuracy figures bench lock help

setup: $(STAMP)  ## set up .venv from requirements.lock; does nothing when up to date

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo 'error: policylab needs Python 3.11 or newer; name one: make setup PYTHON=python3.12' >&2; exit 2; }
	@$(BIN)/pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || { rm -rf $(VENV); \
	    echo 'error: no virtual environment could be made; on Debian and Ubuntu: apt-get install python3-venv' >&2; exit 2; }
	@echo 'Setting up .venv with the versions of requirements.lock; the first time takes a minute or two …'
	@$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

report: setup  ## make the report of a district: REGION=320804 YEAR=2023
	@$(BIN)/policylab report $(REGION) --year $(YEAR)

test: setup  ## run the tests, all but the slow ones and those in a browser
	$(BIN)/pytest -q -n auto -m 'not slow and not browser'

check: setup  ## what CI and pre-commit call: format, lint, types, all tests but those in a browser
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -q -n auto -m 'not browser'

browser: setup  ## try notebooks and pages as a reader does: JupyterLab in a real browser; needs chromium
	$(BIN)/pytest -q -n 0 -m browser -rs tests/browser
	$(BIN)/pytest -q -n 0 -m browser -rs --ignore=tests/browser tests

lab: setup  ## open JupyterLab in notebooks/
	$(BIN)/jupyter lab --notebook-dir=notebooks $(AS_ROOT)

corpus: setup  ## fetch the 2,953 reports that data/corpus_manifest.csv names, for: make dataset CORPUS=corpus.parquet
	$(BIN)/policylab corpus fetch data/corpus_manifest.csv --to corpus.parquet

dataset: setup  ## build data/ from a corpus of reports: CORPUS=reports.parquet
	@test -n '$(CORPUS)' || { echo 'error: say which corpus: make dataset CORPUS=reports.parquet' >&2; exit 2; }
	$(BIN)/policylab dataset '$(CORPUS)' --to data

accuracy: setup  ## measure accuracy and write it into data/ and the READMEs: SHARED=folder with gold, tools and corpus
	@test -n '$(SHARED)' || { echo 'error: say where gold, tools and corpus lie: make accuracy SHARED=FOLDER' >&2; exit 2; }
	$(BIN)/python bench/accuracy.py --gold '$(SHARED)/gold/dev.jsonl' --score '$(SHARED)/tools/score.py' \
	    --corpus '$(SHARED)/corpus/reports.parquet'

figures: setup  ## make the figures of the README
	$(BIN)/python figures/make_figures.py

bench: setup  ## measure speed and weight: CORPUS=reports.parquet, STEP=1 for all of it, PARTS=annotating,import for some
	$(BIN)/python bench/bench.py $(if $(CORPUS),--corpus '$(CORPUS)') $(if $(STEP),--step $(STEP)) $(if $(PARTS),--parts '$(PARTS)')

lock:  ## write requirements.lock anew from pyproject.toml; take the oldest Python at hand: PYTHON=python3.11
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && $(PYTHON) -m venv "$$folder" && \
	    "$$folder/bin/pip" install --quiet --disable-pip-version-check '.[dev]' $(BOUNDS) && \
	    { echo '# Exact versions of everything that make setup installs. Written by make lock; edit pyproject.toml instead.'; \
	      "$$folder/bin/pip" freeze --exclude policylab; } > "$$folder/lock" && \
	    cp "$$folder/lock" requirements.lock && grep -c == requirements.lock

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
