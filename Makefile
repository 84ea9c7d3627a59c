# What CI runs and what people type is the same. The home folder is private: nothing outside this checkout is touched.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

export HOME := $(CURDIR)/.build/home
export SOLCX_BINARY_PATH := $(CURDIR)/tools/solc
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)
unexport PYTHONDONTWRITEBYTECODE PYTHONPATH VIRTUAL_ENV

PYTHON ?= python3
VENV := .venv/package.stamp
NODE := node_modules/.package-lock.json
SOURCES := $(shell find contracts -name '*.sol' 2>/dev/null)
ARTIFACTS := .build/artifacts.stamp
PYTEST := python -m pytest --numprocesses 2 --dist worksteal

.PHONY: help setup compile demo readme test test-python test-brownie check check-python check-solidity slither bench devnet wheel lock clean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16

setup: $(VENV) $(NODE)  ## install the locked Python and npm dependencies

compile: $(ARTIFACTS)  ## compile the contracts into the package

demo: $(ARTIFACTS)  ## a real treasury-bill auction from issue to redemption, then pledge, mint, fall and liquidation
	rwa run scripts/scenarios/auction-574.toml --out out/demo
	rwa run scripts/scenarios/credit/liquidation.toml --out out/demo-credit

readme:  ## the README shows what the last demo printed
	python tools/readme.py

test: test-python test-brownie  ## every test, on anvil and on ganache

test-python: $(ARTIFACTS)
	$(PYTEST) tests/unit tests/contracts tests/flow

test-brownie: $(ARTIFACTS)
	./brownie test tests/brownie --network rwa-anvil
	./brownie test tests/brownie --network rwa-ganache
	./brownie run scripts/issue.py --network rwa-anvil

check: check-python check-solidity  ## formatting, types, layers, Solidity rules, compiler warnings, contract sizes

check-python: $(VENV)
	ruff check .
	ruff format --check .
	mypy
	lint-imports --cache-dir .build/import-linter

check-solidity: $(VENV) $(NODE)
	rwa compile --check
	python tools/docs.py --check
	solhint --disc --noPoster --max-warnings 0 'contracts/**/*.sol'

slither: $(NODE) .build/slither/venv.stamp  ## static analysis of all contracts; each finding is explained in tools/slither.toml
	python tools/slither.py

bench: $(ARTIFACTS)  ## the gas table, side by side with the peers, and its gate
	python -m tests.bench --out out/bench

devnet: $(VENV) $(NODE)  ## a chain on a free port of the loopback interface, until Ctrl-C
	rwa devnet

wheel: $(ARTIFACTS)  ## the installable package in dist/, with the compiled contracts
	uv build --quiet --wheel --no-build-isolation --out-dir dist

clean:  ## remove everything that was made, but the installed dependencies
	rm -rf .build dist out src/rwa_deploy/artifacts

# ── installed once per lock ──────────────────────────────────────────────────────────────────────────────────────────

# uv installs the lock in 10 s, pip takes two minutes; pip's only part is to fetch uv by its hash.
.venv/lock.stamp: locks/bootstrap.txt locks/dev.txt
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or later is needed; this is " + sys.version)'
	mkdir -p $(HOME)
	rm -rf .venv
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r locks/bootstrap.txt
	.venv/bin/uv pip install --quiet --compile-bytecode --python .venv/bin/python --require-hashes \
	  --build-constraints locks/bootstrap.txt -r locks/dev.txt
	touch $@

$(VENV): .venv/lock.stamp pyproject.toml
	uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
	touch $@

$(NODE): package-lock.json package.json .npmrc
	mkdir -p $(HOME)
	npm ci --ignore-scripts --no-progress
	touch $@

# Slither's dependencies cannot join ours.
.build/slither/venv.stamp: $(VENV) locks/slither.txt
	rm -rf .build/slither/venv
	uv venv --quiet --python .venv/bin/python .build/slither/venv
	uv pip install --quiet --python .build/slither/venv/bin/python --require-hashes -r locks/slither.txt
	touch $@

$(ARTIFACTS): $(VENV) $(NODE) brownie-config.yaml $(SOURCES)
	rwa compile
	touch $@

# ── refreshed by hand: newest versions inside the ranges, hashes of every file ───────────────────────────────────────

PIN := uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
  --no-annotate --python-version 3.11 --python-platform x86_64-manylinux_2_28

lock: $(VENV)  ## refresh every lock (Python and npm)
	for name in bootstrap slither halmos wake; do $(PIN) locks/$$name.in -o locks/$$name.txt; done
	$(PIN) pyproject.toml --extra brownie --group dev -o locks/dev.txt
	npm install --ignore-scripts --package-lock-only --no-progress
	! grep -nE 'https?://|file:|"resolved"|@ /' locks/*.txt || { echo 'a lock names an address or a path' >&2; exit 1; }
