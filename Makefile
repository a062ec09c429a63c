# make run    installs what is missing and starts everything (PORT=8000, HOST=127.0.0.1)
# make test   installs what the tests need and runs them all
# make check  lint, format, import contracts, Django's checks, migrations complete
# make soak   kills, restarts and mistimes everything 200 times on both stacks (KILLS=200 SEED=…)

SHELL := /bin/sh
.SHELLFLAGS := -ec
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export VENV

.PHONY: help run test check soak install install-dev

help:
	@sed -n 's/^# //p' Makefile | head -4

install:
	@$(PYTHON) duban/run/install.py run

install-dev:
	@$(PYTHON) duban/run/install.py test

run: install
	@exec $(BIN)/python -m duban.run

test: install-dev
	@exec $(BIN)/python -m duban.testing.suite

check: install-dev
	@exec $(BIN)/python -m duban.testing.check

soak: install-dev
	@exec $(BIN)/python -m duban.testing.soak --kills $${KILLS:-200} --seed $${SEED:-20260302}
