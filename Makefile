# Every command of the course. `make` alone lists them.
# PYTHON names the Python that .venv is made with:  make book PYTHON=python3.12

PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
# TensorFlow's start-up lines; the kernels of .venv set the same for themselves.
export TF_CPP_MIN_LOG_LEVEL = 3

.DEFAULT_GOAL := help
.PHONY: help environment book watch test pytest quick corpora lab exercises released kit weights results diagrams grade bench lock lint system clean

help: ## list these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20

# First in every recipe chain: makes .venv, or finds in a moment that it is current.
environment:
	@$(PYTHON) tools/environment.py

book: environment ## build the HTML book: _build/html/index.html (RNN_DATA=real for the real data)
	@$(BIN)/python -m tools.build_book

pdf: book system ## print the whole book: _build/networks-that-remember.pdf
	@$(BIN)/python -m tools.print_book

test: environment system ## prove everything: the book, lint, and all tests
	@$(BIN)/python -m tools.build_book --fresh
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory pytest

watch: environment ## serve the book, and build it again whenever a file is saved
	@$(BIN)/python -m tools.watch_book

# Three at a time on two cores: many tests wait for a clock, a kernel or a browser.
# The last line of `make test` is pytest's own closing line.
pytest:
	@$(BIN)/python -m pytest -n 3 --dist loadfile -q -rs

quick: lint ## lint, types, and the quick tests that the last change can affect
	@tests=$$($(BIN)/python -m tools.affected_tests) && \
	    $(BIN)/python -m pytest -n 2 --dist loadfile -q $$tests

corpora: released system ## grade every answer of tests/exercises/, or A=NAME's; write its verdicts anew
	@$(BIN)/python -m tests.exercises.corpora $(A)

lab: environment ## open the exercises in JupyterLab, with nbgrader and warm kernels
	@$(BIN)/python -m helpers.kernels.warm
	@$(BIN)/jupyter lab --notebook-dir=. --LabApp.default_url=/lab/tree/exercises \
	    --LabApp.news_url=None \
	    --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate $(ARGS)

exercises: environment ## release the learners' notebooks; what somebody wrote there stays
	@$(BIN)/python -m tools.release_exercises

# What a command needs that works with the assignments: nothing, if the last release is current.
released: environment
	@$(BIN)/python -m tools.release_exercises --if-needed

kit: released ## pack what learners get, without solutions and hidden tests
	@$(BIN)/course kit

weights: environment ## train again the weights that the assignment `vanishing` ships
	@$(BIN)/python -m tools.pretrain_vanishing

diagrams: environment ## draw the drawings of the book again: book/diagrams/
	@$(BIN)/python -m tools.diagrams

results: environment ## run the long experiments again and record them in results/
	@$(BIN)/python -m tools.record_results

grade: released ## grade submitted/*/NAME and write feedback:  make grade A=exploding
	@test -n "$(A)" || { echo "Which assignment?  make grade A=exploding"; exit 2; }
	@$(BIN)/course grade "$(A)" && code=0 || code=$$?; \
	    test $$code -gt 1 || $(BIN)/course feedback "$(A)" || code=$$?; exit $$code

bench: environment ## run every benchmark
	@set -e; for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python "$$script"; done

# Works without a sound lock too: it is what mends one.
lock: ## compile requirements.txt again from pyproject.toml (newest of all: U=--upgrade)
	@test -x $(BIN)/uv || { $(PYTHON) -m venv .venv && $(BIN)/python -m pip install --quiet uv; }
	@$(BIN)/uv pip compile --quiet $(U) --universal --group dev --python-version 3.11 \
	    --custom-compile-command "make lock" pyproject.toml -o requirements.txt
	@$(PYTHON) tools/environment.py

lint: environment ## check style and types: ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

# Debian's browser, sandbox and database server, for the tests that need them; those skip without.
system: ## install chromium, bubblewrap and postgresql, or say how
	@sh tools/system_packages.sh

# Not what people wrote: exercises/, submitted/, exchange/ and the gradebook, gradebook.db.
clean: ## remove everything that can be made again
	rm -rf _build .venv autograded feedback .pytest_cache .hypothesis .mypy_cache .ruff_cache
	rm -f .nbgrader.log
	find $(wildcard helpers tools tests benchmarks) -name __pycache__ -type d -prune -exec rm -rf {} +
