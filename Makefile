# From a bare clone with Python 3.11 and make: `make demo`, `make test`. See README.md.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
OWNER := $(BIN)/python -m sress.local --owner
SITE := $(BIN)/python -m sress.local
# The demonstration lives on a day when the target of 2021 is ahead.
DEMO := SRESS_DEMO=1 SRESS_TODAY=2019-11-15 PORT=$(PORT) STATIC_ROOT="$(CURDIR)/.local/static"

LOCK := uv pip compile --quiet --universal --generate-hashes --no-header pyproject.toml --extra build

export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test bench lint lock

help:
	@echo "make demo    the site with demonstration data on http://localhost:$(PORT)"
	@echo "make test    the whole test suite"
	@echo "make bench   what is measured against a budget"
	@echo "make lint    style, types, templates, migrations and directions of imports"
	@echo "make lock    pin the dependencies anew"

demo: .venv/local .local/static/staticfiles.json
	@$(BIN)/python -m sress.local.port $(PORT)
	@$(DEMO) $(OWNER) python manage.py migrate --verbosity 0
	@$(DEMO) $(SITE) python manage.py load_demo
	@echo "The site starts on http://localhost:$(PORT) (Ctrl-C stops everything)"
	@$(DEMO) $(SITE) honcho start

.local/static/staticfiles.json: .venv/local $(shell find static -type f)
	@$(DEMO) $(SITE) python manage.py collectstatic --no-input --verbosity 0
	@touch $@

test: .venv/dev
	@$(OWNER) pytest -n 2 $(ARGS)

bench: .venv/dev
	@SRESS_LOCAL_DIR=.local/bench $(OWNER) env DJANGO_SETTINGS_MODULE=tests.settings python -m tests.bench

lint: .venv/dev
	ruff check .
	ruff format --check .
	djlint --quiet --lint templates
	mypy sress actors proposals
	lint-imports
	check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	$(OWNER) env DJANGO_SETTINGS_MODULE=tests.settings python manage.py makemigrations --check --dry-run

lock: .venv/dev
	$(LOCK) --extra local --extra dev --output-file requirements/dev.txt
	$(LOCK) --extra local --constraint requirements/dev.txt --output-file requirements/local.txt
	$(LOCK) --constraint requirements/dev.txt --output-file requirements/site.txt

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .venv

.venv/local: requirements/local.txt pyproject.toml | .venv/bin/python
	pip install --quiet --require-hashes --requirement requirements/local.txt
	pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: requirements/dev.txt .venv/local
	pip install --quiet --require-hashes --requirement requirements/dev.txt
	@touch $@
