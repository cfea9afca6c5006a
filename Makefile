# The four commands: demo, test, check, bench. Each sets up what it needs, once, and can be run again and again.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
PEERS ?= .venv-peers
HOSTS ?= .venv-hosts
# A file a worker, in the order of their names: the long files of the browser come first, the short ones fill the end.
# One thread each: torch's threads wait for each other where another process has their core, ten times as long.
TWO_AT_A_TIME = OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not alone"
CONTRACT = $(BIN)/python -c "from collabwidgets.widgets.protocol import contract; print(contract())"
BENCHMARKS := $(filter-out benchmarks/lab.py benchmarks/peers.py, $(sort $(wildcard benchmarks/*.py)))
BUNDLE := collabwidgets/widgets/static/store.js
JS_SOURCES := js/package.json js/package-lock.json js/tsconfig.json js/build.mjs $(shell find js/src -type f 2>/dev/null)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help protocol demo test test-fast test-hosts check bench bench-peers parity screenshots dist movielens chromium node python clean

help:
	@echo "make demo         open the MovieLens dashboard in a browser"
	@echo "make test         run every test"
	@echo "make test-fast    run those that need no browser and build no package"
	@echo "make test-hosts   try Panel, Shiny for Python and Solara with two visitors"
	@echo "make check        lint and types"
	@echo "make protocol     write js/src/protocol.ts anew from widgets/protocol.py"
	@echo "make bench        measure what the README claims"
	@echo "make bench-peers  measure fastai, Surprise, LensKit, cornac and myFM beside us"
	@echo "make parity       train every row of the chapter and compare the losses"
	@echo "make screenshots  take the README's pictures anew"
	@echo "make dist         build the wheel and the sdist"
	@echo "make movielens    fill the cache with MovieLens 100K; those above that need it do"
	@echo "make clean        remove what was built"

demo: $(VENV)/.ready movielens
	$(BIN)/collabwidgets demo

test: $(VENV)/.ready movielens chromium
	$(TWO_AT_A_TIME)
	$(BIN)/python -m pytest -m alone
	cd js && npm test --silent

test-fast: $(VENV)/.ready movielens
	$(TWO_AT_A_TIME) --ignore tests/browser --ignore tests/packaging
	cd js && npm test --silent

test-hosts: $(HOSTS)/.installed chromium
	OMP_NUM_THREADS=1 $(HOSTS)/bin/python -m pytest tests/hosts

check: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	cd js && npm run check --silent
	$(CONTRACT) | node js/protocol.mjs --check

protocol: $(VENV)/.ready
	$(CONTRACT) | node js/protocol.mjs

bench: $(VENV)/.ready movielens
	@set -e; for script in $(BENCHMARKS); do echo "== $$script"; $(BIN)/python -m benchmarks.$$(basename $$script .py); done

bench-peers: $(VENV)/.ready movielens $(PEERS)/.installed
	@$(BIN)/python -m benchmarks.peers --peers $(PEERS)/bin/python
	@$(BIN)/python -m benchmarks.accuracy --peers $(PEERS)/bin/python

parity: $(VENV)/.ready movielens
	$(BIN)/python -m benchmarks.parity

screenshots: $(VENV)/.ready movielens chromium
	$(BIN)/python -m tests.browser.screenshots examples

dist: $(VENV)/.ready
	$(BIN)/python -m build --outdir dist .

clean:
	rm -rf build dist collabwidgets/widgets/static js/node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis

# ---- set-up: an environment with the package in it, and the front end that it serves

$(VENV)/.ready: $(VENV)/.installed $(BUNDLE)
	@touch $@

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python $(BUNDLE)
	@$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[app,dev]" \
	  || { echo "The packages could not be installed: this step needs the network and a Python from 3.11 (see above)." >&2; exit 1; }
	@touch $@

$(VENV)/bin/python: | python
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "The virtual environment could not be made: install Python's venv module (python3-venv)." >&2; exit 1; }

# What cannot be installed is tried again by the next make; until then its row of the benchmark says that it is missing.
$(PEERS)/.installed: benchmarks/peers.txt | python
	@$(PYTHON) -m venv $(PEERS)
	@missing=; for package in $$(grep -v '^#' $<); do \
	  $(PEERS)/bin/python -m pip install --quiet -c $< $$package || { missing=1; echo "$$package could not be installed (see above)." >&2; }; \
	done; test "$$missing" || touch $@

$(HOSTS)/.installed: tests/hosts/hosts.txt pyproject.toml constraints.txt $(BUNDLE) | python
	@$(PYTHON) -m venv $(HOSTS)
	@$(HOSTS)/bin/python -m pip install --quiet -c constraints.txt -e ".[dev]" -r $< \
	  || { echo "The servers could not be installed: this step needs the network (see above)." >&2; exit 1; }
	@touch $@

# One run of the bundler writes all of static/; store.js stands for it.
$(BUNDLE): $(JS_SOURCES) js/node_modules/.package-lock.json
	@cd js && npm run build --silent
	@touch $@

js/node_modules/.package-lock.json: js/package.json js/package-lock.json | node
	@cd js && npm ci --silent --no-progress \
	  || { echo "The front end's packages could not be installed: this step needs the network (see above)." >&2; exit 1; }
	@touch $@

node:
	@command -v npm >/dev/null 2>&1 && node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' \
	  || { echo "The front end is built with Node.js 20 or later and its npm, which are not here: install them first." >&2; exit 1; }

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo "Python 3.11 or later is needed; $(PYTHON) is not: set PYTHON=/path/to/python3.11." >&2; exit 1; }

# At once where the cache is filled. The package asks GroupLens alone; where that is out of reach, this has another source.
movielens: $(VENV)/.ready
	@$(BIN)/python .ci/movielens.py

chromium:
	@.ci/chromium
