# Every target does its own set-up: Python 3.11 or newer is all that must be there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
WEB := clients/web
MODULES := $(WEB)/node_modules/.ready
PAGES := gameserver/_pages/.ready
NPM := $(BIN)/python $(WEB)/npm.py
# A wheel, unpacked: with the hot path compiled, where there is a C compiler. It comes before the
# checkout, whose benchmarks and tests then measure and try what would be installed.
UNPACKED := dist/unpacked/.ready
INSTALLED := PYTHONSAFEPATH=1 PYTHONPATH=$(CURDIR)/dist/unpacked

.PHONY: run serve test check pages wheel check-pages format docs bench bench-check fairness faults stampede conformance \
	fuzz lock clean

run: $(READY) $(PAGES) ## the game with a real city's stores and bots that play it
	$(BIN)/catcat demo

serve: $(READY) $(PAGES) ## the game alone
	$(BIN)/catcat serve

pages: $(PAGES) ## builds the pages of clients/web

wheel: $(UNPACKED) ## a wheel with the pages in it, compiled where there is a compiler, in dist/
	cp dist/unpacked/*.whl dist/

check-pages: $(READY) $(MODULES) ## types, linter and tests of the pages alone
	$(NPM) run check

test: $(READY) $(PAGES) $(UNPACKED) ## linters, types and all tests; those of the hot path compiled, too
	$(NPM) run check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n auto --dist worksteal
	$(INSTALLED) $(BIN)/python -m pytest -n auto --dist worksteal $(HOT)

check: $(READY) ## linters and types only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(READY) ## writes the generated parts of docs/ anew
	$(BIN)/python -m gameserver.docs

HOT := tests/test_compiled.py tests/test_protocol.py tests/test_protocol_codes.py tests/gateway \
	tests/game/test_track.py tests/game/test_clock.py tests/game/test_catching.py tests/e2e/test_command.py

BENCH ?= --json var/bench.json

bench: $(UNPACKED) ## what a fix, a catch and a player cost here: a table, and var/bench.json
	$(INSTALLED) $(BIN)/python -m benchmarks $(BENCH)

bench-check: $(UNPACKED) ## fails where a fix or a catch has become more than a quarter dearer
	$(INSTALLED) $(BIN)/python -m benchmarks.check

SEED ?= 1
TRACKS ?=

fairness: $(READY) ## how many cheating catches are refused, and how many honest ones
	$(BIN)/python -m benchmarks.fairness --seed $(SEED) $(if $(TRACKS),--tracks "$(TRACKS)")

faults: $(READY) ## kills everything a hundred times under load, cuts the power, takes coupons away
	$(BIN)/python -m tests.faults.kills --seed $(SEED) --kills 100
	$(BIN)/python -m tests.faults.kills --seed $(SEED) --kills 20 --workers 2
	$(BIN)/python -m tests.faults.kills --seed $(SEED) --kills 20 --embedded
	$(BIN)/python -m tests.faults.kills --seed $(SEED) --kills 20 --only redis --power-loss 1
	$(BIN)/python -m tests.faults.outage --seed $(SEED)
	$(BIN)/python -m tests.faults.outage --seed $(SEED) --freeze

# The suite runs on Python 2.7 only: pyenv's, if there is one, or name yours.
CONFORMANCE_PYTHON ?= $(or $(shell PYENV_VERSION=2.7.18 pyenv which python2.7 2>/dev/null),python2.7)

conformance: $(READY) ## the WebSocket end point against the Autobahn test suite
	$(BIN)/python -m tests.conformance.run --python $(CONFORMANCE_PYTHON)

stampede: $(UNPACKED) ## frozen readers, flooders, dawdlers and 5,000 who come back at once: what others notice
	$(INSTALLED) $(BIN)/python -m tests.faults.stampede

fuzz: $(UNPACKED) ## a hundred thousand spoilt frames of both encodings against a server
	$(INSTALLED) $(BIN)/python -m tests.faults.fuzz --seed $(SEED) --frames 100000

lock: $(READY) ## pins the newest versions that fit, with hashes
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-emit-index-url --no-annotate --no-header --quiet --group dev pyproject.toml \
		--output-file requirements.lock

$(READY): pyproject.toml requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --editable .
	touch $@

$(MODULES): $(READY) $(WEB)/package.json $(WEB)/package-lock.json
	$(NPM) ci --no-fund --no-audit --loglevel=error
	touch $@

$(PAGES): $(MODULES) $(wildcard $(WEB)/*.html $(WEB)/*.ts) \
		$(shell find $(WEB)/src $(WEB)/public assets/art -type f)
	$(NPM) run build
	touch $@

$(UNPACKED): $(READY) $(PAGES) hatch_build.py \
		$(shell find gameserver clients/bot assets -type f -not -name '*.pyc' -not -path '*/_pages/*')
	rm -rf dist/unpacked
	CATCAT_COMPILE=auto $(BIN)/python -m hatchling build --target wheel --directory dist/unpacked
	$(BIN)/python -m zipfile -e dist/unpacked/*.whl dist/unpacked
	touch $@

clean:
	rm -rf dist $(VENV) $(WEB)/node_modules gameserver/_pages .conformance .mypy_cache .ruff_cache .pytest_cache .hypothesis
