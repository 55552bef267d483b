# Everything a person or a machine does with this project. `make help` lists it.
#
#   make run     the site with demo data on this machine
#   make test    the whole suite on SQLite and PostgreSQL, with browser journeys

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Browsers and servers are waited for: with one worker for each processor, processors would have nothing to do.
JOBS ?= 3

HOST ?= 127.0.0.1
PORT ?= 8000
DATA_DIR ?= $(CURDIR)/data
EXTERNAL_URL ?= http://$(if $(filter 0.0.0.0 ::,$(HOST)),127.0.0.1,$(HOST)):$(PORT)
export HOST PORT DATA_DIR EXTERNAL_URL
export FLASK_APP := wsgi.py
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# The tests alone start hundreds of processes: without kept bytecode each of them compiles the whole site again.
unexport PYTHONDONTWRITEBYTECODE

CATALOGUES := $(wildcard gallery/translations/*/LC_MESSAGES/*.po)
COMPILED := $(CATALOGUES:.po=.mo)
FLASK := $(BIN)/flask
PYTEST := $(BIN)/python -m pytest

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# ---------------------------------------------------------------- setting up

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed: apt-get install -y python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; this is $$($(PYTHON) -V)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv is missing. Run this line first: apt-get install -y python3-venv" >&2; exit 1; }
	@echo "Creating the virtual environment $(VENV)"
	@$(PYTHON) -m venv $(VENV)

# The stamps are named after what they installed, so that an old environment catches up by itself.
BASE_STAMP := $(VENV)/.base-$(shell cksum < requirements/base.txt | cut -d' ' -f1)
DEV_STAMP := $(VENV)/.dev-$(shell cksum < requirements/dev.txt | cut -d' ' -f1)

$(BASE_STAMP): | $(BIN)/python
	@echo "Installing the locked packages (once, about half a minute)"
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/base.txt
	@rm -f $(VENV)/.base-* && touch $@

$(DEV_STAMP): | $(BIN)/python
	@echo "Installing the locked packages for development (once)"
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	@rm -f $(VENV)/.dev-* && touch $@

%.mo: %.po | $(BASE_STAMP)
	@$(BIN)/pybabel --quiet compile --use-fuzzy -i $< -o $@ # only the missing header makes it fuzzy; tests.check refuses doubtful texts

.PHONY: setup
setup: $(DEV_STAMP) $(COMPILED) ## virtual environment with everything for development

.PHONY: translations
translations: $(BASE_STAMP) $(COMPILED)

.PHONY: db
db: translations ## bring the database to the newest migration
	@mkdir -p "$$DATA_DIR"
	@$(FLASK) db upgrade

.PHONY: demo
demo: db ## fill an empty database with the demo data
	@$(FLASK) demo seed

.PHONY: run
run: demo ## the site with demo data: web server and worker, until Ctrl-C
	@exec $(FLASK) serve

.PHONY: lock
lock: $(BIN)/python ## write the lock files anew after a change in requirements/*.in (UPGRADE=1 takes newer versions)
	@test -x $(VENV)/lock/bin/uv || { $(BIN)/python -m venv $(VENV)/lock && $(VENV)/lock/bin/pip install --quiet uv; }
	@for name in base dev; do \
	    $(VENV)/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-strip-extras \
	        --no-emit-index-url --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade) \
	        requirements/$$name.in -o requirements/$$name.txt; \
	done

# ---------------------------------------------------------------- testing

.PHONY: browser
browser:
	@command -v chromium >/dev/null || { \
	    if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	        echo "Installing Chromium for the browser journeys (once)"; \
	        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	    else \
	        echo "The browser journeys need Chromium. Run this line first: sudo apt-get install -y chromium" >&2; exit 1; \
	    fi; }

TEST_FLAGS := -q -n $(JOBS) --dist worksteal --no-skips

.PHONY: test
test: setup browser test-sqlite test-postgresql ## the whole suite on SQLite, then what may differ there on PostgreSQL; browser journeys included

.PHONY: test-sqlite
test-sqlite: setup
	$(PYTEST) $(TEST_FLAGS) --database sqlite

.PHONY: test-postgresql
test-postgresql: setup
	$(PYTEST) $(TEST_FLAGS) --database postgresql --with-database-only # what says the same on both has just run

.PHONY: coverage
coverage: setup ## branch coverage of the business code, on SQLite
	$(PYTEST) -q -n $(JOBS) --cov=gallery --cov-branch --cov-report=term-missing:skip-covered -m "not journey"

.PHONY: check
check: check-source check-site ## format, lint, types, imports, migrations, translations, templates

.PHONY: check-source
check-source: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

.PHONY: check-site
check-site: setup
	$(BIN)/python -m tests.check

.PHONY: messages
messages: $(DEV_STAMP) ## bring the catalogues up to the source texts; new ones come without a translation
	@$(BIN)/pybabel -q extract -F pyproject.toml -k _l -k lazy_gettext -k lazy_ngettext:1,2 \
	    --no-location --sort-output --omit-header -o $(VENV)/messages.pot .
	@for file in $(CATALOGUES); do \
	    $(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --omit-header -i $(VENV)/messages.pot -o $$file \
	        -l "$$(basename "$$(dirname "$$(dirname "$$file")")")"; \
	done

.PHONY: screenshots
screenshots: setup browser ## pictures of every page into docs/screenshots (ONLY=staff.notes: of some)
	$(BIN)/python -m tests.screenshots $(ONLY)

.PHONY: lighthouse
lighthouse: setup browser ## Lighthouse on every public page, needs Node; writes docs/lighthouse.md
	$(BIN)/python -m tests.lighthouse

.PHONY: bench
bench: setup ## measure the pages and write docs/performance.md
	$(BIN)/python -m benchmarks

# ---------------------------------------------------------------- operating

.PHONY: backup
backup: translations ## FILE=…: encrypted backup of database and files (passphrase in BACKUP_PASSPHRASE)
	@$(FLASK) backup create "$(or $(FILE),$(DATA_DIR)/backups/$(shell date -u +%Y%m%dT%H%M%SZ).backup)"

.PHONY: restore
restore: translations ## FILE=…: restore such a backup into an empty database and folder
	@$(FLASK) backup restore "$(FILE)"
