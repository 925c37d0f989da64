# AEMulator: `make run` and `make test` are all that a newcomer needs.
#
#   make run    [PORT=8080] [HTTPS_PORT=8443] [DATA_DIR=var] [SERVE="--ephemeral --no-demo"]
#   make test   [PYTEST="tests/system -k start"]
#   make bench  NAME=pipeline
#   make corpus [SAMPLES_DIR=…]   2,000 damaged files through the renderers and through the service
#   make lint   ruff, mypy, import-linter
#   make screenshots  the pictures of the documentation
#   make lock   pin the requirements again

PORT ?=
HTTPS_PORT ?=
DATA_DIR ?=
SERVE ?=
PYTEST ?= tests
NAME ?= pipeline

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
SERVE_OPTIONS := $(if $(PORT),--port $(PORT)) $(if $(HTTPS_PORT),--https-port $(HTTPS_PORT)) $(if $(DATA_DIR),--data-dir "$(DATA_DIR)") $(SERVE)

# Compiled modules are kept, or each of a hundred servers of the tests would compile them all.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test corpus lint bench screenshots lock system-packages node-packages clean
.DELETE_ON_ERROR:

run: $(VENV)/.installed
	@exec $(BIN)/python manage.py serve $(SERVE_OPTIONS)

test: $(VENV)/.installed-dev system-packages node-packages lint
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -q $(PYTEST) || { echo "What failed, once more, one after the other:"; \
		$(BIN)/python -m pytest -q --last-failed --last-failed-no-failures none $(PYTEST); }

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports

corpus: $(VENV)/.installed-dev
	CORPUS_SIZE=2000 $(BIN)/python -m pytest -q tests/compute/test_corpus.py tests/compute/test_service_corpus.py

bench: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks.$(NAME)

# Stamp files: as long as the lock files do not change, installing again costs nothing.
$(VENV)/.installed: requirements.lock | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "AEMulator needs Python 3.11 or newer; PYTHON=/path/to/python3 names one." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# What the tests use from the system. Only what is missing is installed, and only where that can be done unasked.
system-packages:
	@tests/system-packages

node-packages: tests/npm/node_modules/.installed

tests/npm/node_modules/.installed: tests/npm/package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing: the tests with Adobe's clients will be skipped"; exit 0; }; \
	cd tests/npm && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.installed

screenshots: $(VENV)/.installed-dev
	$(BIN)/python -m docs.screenshots

lock:
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -q requirements.in -o requirements.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -q requirements-dev.in -o requirements-dev.lock

clean:
	rm -rf $(VENV) tests/npm/node_modules .mypy_cache .ruff_cache .pytest_cache
