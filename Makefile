# `make demo` and `make test` do everything on a fresh machine with Python 3.11 or newer and make.
PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2
# For `make fuzz`: how long each target runs, and which (default: all).
FUZZ_SECONDS ?= 60
TARGETS ?=
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes
SHOP := fixtures/shop

.PHONY: demo test test-all check format bench bench-all bench-references bench-minifying bench-runtime bench-serving lock audit fuzz clean

demo: .venv/installed
	$(BIN)/assetbuild build --config $(SHOP)/assetbuild.toml
	$(BIN)/assetbuild verify --config $(SHOP)/assetbuild.toml
	$(BIN)/python $(SHOP)/render.py

test: check
	$(BIN)/pytest -q -n $(WORKERS) -m "not long"

test-all: check
	$(BIN)/pytest -q -n $(WORKERS) --hypothesis-profile=search

check: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: .venv/installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Builds beside other programs, and beside what the machine can do at most, in some minutes.
bench: .venv/installed
	$(BIN)/python bench/build.py

# All of it, for a machine at rest: writes bench/results.json, the tables of docs/performance.md and docs/build-time.svg.
bench-all: .venv/installed
	$(BIN)/python bench/build.py --all --patience 60 --keep

# Speed of the finders beside others'; what it shows is in bench/README.md.
bench-references: .venv/installed
	PYTHONPATH=tests $(BIN)/python -P bench/references.py

# Speed and sizes of minifying; the files are those that a long test has fetched.
bench-minifying: .venv/installed
	PYTHONPATH=tests:bench $(BIN)/python -P bench/minifying.py

# What a run-time process pays to start and to look names up.
bench-runtime: .venv/installed
	$(BIN)/python -P bench/runtime.py

# Our WSGI and ASGI applications beside others'; needs wrk for the part through servers.
bench-serving: .venv/installed
	$(BIN)/python -P bench/serving.py

# Everything as pinned in constraints.txt, each wheel by its hash; no compiler is needed, and no build isolation fetches more.
.venv/installed: pyproject.toml requirements-dev.txt
	$(PYTHON) -m venv .venv
	$(INSTALL) --requirement requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# Looks the hashes of all that is pinned up again; after a change of pyproject.toml or constraints.txt.
lock:
	.ci/lock

# Known vulnerabilities of all that is pinned.
audit:
	.ci/audit

# Every target for so many seconds; what is in it is in fuzz/README.md.
fuzz: .venv/fuzzing
	$(BIN)/python -P fuzz/run.py $(FUZZ_SECONDS) $(TARGETS)

.venv/fuzzing: .venv/installed fuzz/requirements.txt
	$(INSTALL) --requirement fuzz/requirements.txt
	touch $@

clean:
	rm -rf .venv .venv-tools $(SHOP)/build $(SHOP)/.assetbuild fixtures/apps/*/build fixtures/apps/*/.assetbuild
