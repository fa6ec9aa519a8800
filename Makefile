# The project's commands. `make help` lists them from their own comments.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
# Each with the Debian package that it is in.
PROGRAMS := chromium:chromium curl:curl fc-list:fontconfig go:golang-go jq:jq nginx:nginx-light node:nodejs openssl:openssl ruby:ruby systemd-analyze:systemd wrk:wrk
# A font is no program: fontconfig is asked for one that has Japanese.
FONTS := ja:fonts-noto-cjk

.DEFAULT_GOAL := help
.PHONY: help system install demo test check lint types layers format bench proof reference messages screenshots requirements migration dist audit clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  \033[36m%-13s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

system: ## install the Debian packages that tests and the bench use (needs root), if they are missing
	@missing=$$(for each in $(PROGRAMS); do command -v $${each%:*} >/dev/null || echo $${each#*:}; done; \
		for each in $(FONTS); do fc-list ":lang=$${each%:*}" 2>/dev/null | grep -q . || echo $${each#*:}; done); \
	[ -z "$$missing" ] || { apt-get update -q && apt-get install -y -q $$missing; }

install: $(STAMP) ## make .venv from the hashed requirement files (nothing when that is done)

$(STAMP): requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: install ## run the vendor page's own sample against a fresh server, then serve (ARGS="--once")
	$(BIN)/unyo demo $(ARGS)

test: install check ## everything that must pass: format, lint, types, layers, tests on both databases
	$(BIN)/python -m pytest -n 2 --cov --cov-report=term:skip-covered

check: lint types layers ## format, lint, types, layers

lint: install ## ruff: format and lint
	$(BIN)/ruff format --check -q src tests bench proof reference release
	$(BIN)/ruff check -q src tests bench proof reference release

types: install ## mypy strict
	$(BIN)/mypy

layers: install ## imports point one way (import-linter)
	$(BIN)/lint-imports --no-cache

format: install ## write the formatting and the safe lint fixes
	$(BIN)/ruff check -q --fix src tests bench proof reference release
	$(BIN)/ruff format -q src tests bench proof reference release

bench: install ## unyo against the bare database, in one run (needs wrk; ARGS="--quick")
	$(BIN)/python -m bench $(ARGS)

proof: install ## nothing is lost by a crash, a race or a fault (ARGS="--part 0.1 --seed 7"; names choose proofs)
	PYTHONPATH=.:tests $(BIN)/python -m proof $(ARGS)

reference: install ## generate docs/reference from the code
	$(BIN)/python -m reference

messages: install ## bring the portal's catalogues up to what it says, and name what is to be translated
	$(BIN)/python -m reference.messages

screenshots: install ## take the pictures of docs/images in Debian's Chromium (names choose some: ARGS="ticket list")
	PYTHONPATH=.:tests $(BIN)/python -m reference.pictures $(ARGS)

requirements: ## compile the hashed requirement files anew (needs uv)
	uv pip compile pyproject.toml --extra server --universal --generate-hashes --no-strip-extras -q -o requirements/server.txt
	uv pip compile pyproject.toml --extra server --extra otel --group dev --universal --generate-hashes --no-strip-extras -q -o requirements/dev.txt

migration: install ## generate a migration from the tables: make migration m="add a field"
	$(BIN)/python -m unyo.storage.migrations "$(m)"

dist: install ## the release of the last commit in dist/: wheel, sdist, hashed requirements, SBOM, licences, checksums
	$(BIN)/python -m release dist

audit: install ## look up known vulnerabilities of the server's packages (needs a network)
	@$(BIN)/python -m release audit

clean: ## remove what the other targets made
	rm -rf $(VENV) dist .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis
