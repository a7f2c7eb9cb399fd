# `make help` lists the targets. Each sets up what it needs; a second call costs nothing.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

# pyenv puts a stand-in for python3.13 on PATH that fails unless 3.13 is the chosen version, and uv stops at it: so the
# real interpreters go first.
PYENV_ROOT ?= $(HOME)/.pyenv
SPACE := $(subst ,, )
REAL_PYTHONS := $(subst $(SPACE),,$(addsuffix :,$(wildcard $(PYENV_ROOT)/versions/3.13*/bin)))
export PATH := $(CURDIR)/.venv/bin:$(REAL_PYTHONS)$(PATH)
export SAM_CLI_TELEMETRY := 0
# The machine's own certificates: behind a company's proxy no others will do.
export UV_SYSTEM_CERTS := 1

PYTHON := .venv/bin/python
UV := build/tools/bin/uv
SCENARIO ?=
PORT ?= 4566
MODULES ?=
MUTATED := build/mutation/work
SEEDS ?= 50
FROM ?= 0

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

.PHONY: demo
demo: bootstrap ## Rehearse a reserved week: timeline here, report in build/demo/report.html (SCENARIO=name for another)
	@$(PYTHON) -m rehearsal demo $(SCENARIO)

.PHONY: test
test: bootstrap ## Run all checks and tests, as CI does
	@$(PYTHON) .ci/check.py

.PHONY: coverage
coverage: bootstrap ## Run tests/unit and see that it takes every branch of the decision core
	@mkdir -p build
	@coverage run --data-file=build/coverage --branch --source=layers/core/berth_core/decide -m pytest -p no:xdist tests/unit
	@coverage report --data-file=build/coverage --include='layers/core/berth_core/decide/*' --fail-under=100

.PHONY: mutation
mutation: bootstrap build/mutation/.tools ## Change the decision core in small ways, one by one: what do its tables notice (MODULES="ladder window")
	@# Of a copy, so that who edits meanwhile disturbs nothing.
	@rm -rf $(MUTATED) && mkdir -p $(MUTATED)/layers $(MUTATED)/tests $(MUTATED)/build/mutation
	@cp -r layers/core $(MUTATED)/layers && cp -r tests/*.py tests/unit tests/mutation $(MUTATED)/tests && cp -r events pyproject.toml $(MUTATED)
	@ln -s $(CURDIR)/build/mutation/tools $(MUTATED)/build/mutation/tools
	@cd $(MUTATED) && PYTHONPATH=layers/core:. $(CURDIR)/$(PYTHON) -m tests.mutation $(MODULES) \
		--found $(CURDIR)/build/mutation/found.json --page $(CURDIR)/docs/mutations.md

.PHONY: up
up: bootstrap ## Serve the local AWS on http://127.0.0.1:4566 with the stack deployed (PORT=n for another)
	@$(PYTHON) -m rehearsal up --port $(PORT)

.PHONY: cloud
cloud: bootstrap ## Ask a deployed stack's AWS what was assumed of it, at no cost (STACK=name, DRY_RUN=1 to see the calls alone)
	@$(if $(DRY_RUN),PYTHONPATH=layers/core:. $(PYTHON) -m tests.cloud --stack $(STACK),\
		BERTH_CLOUD_STACK=$(STACK) $(PYTHON) -m pytest -p no:xdist -m cloud -rs tests/cloud)

.PHONY: simulate
simulate: bootstrap ## Play drawn worlds with drawn trouble (SEEDS=n FROM=k SCENARIO=name), and hold them to the rules
	@$(PYTHON) -m rehearsal simulate --seeds $(SEEDS) --from $(FROM) $(if $(SCENARIO),--scenario $(SCENARIO))

.PHONY: bench
bench: bootstrap ## Measure cold starts, the replay of 14 days, the simulation and SageMaker calls, as ratios
	@$(PYTHON) -m rehearsal.bench

.PHONY: timings
timings: bootstrap ## Play AWS's published times of scale to zero, and write docs/timings.md
	@$(PYTHON) -m rehearsal timings

.PHONY: costs
costs: bootstrap ## Count the examples of docs/costs.md with the service's own functions, and write the page
	@$(PYTHON) -m rehearsal costs

.PHONY: idle-costs
idle-costs: bootstrap ## Park published and drawn idle times by the service's own rule, and write docs/idle-costs.md
	@$(PYTHON) -m rehearsal idle-costs

.PHONY: build
build: bootstrap ## Build what is deployed, into .aws-sam (no Docker)
	@sam build

.PHONY: schema
schema: bootstrap ## Write docs/manifest.schema.json from the models
	@PYTHONPATH=layers/core $(PYTHON) -m berth_core.schema > docs/manifest.schema.json

.PHONY: scenarios
scenarios: bootstrap ## Rehearse all scenarios and write docs/scenarios.md
	@$(PYTHON) -m rehearsal scenarios

.PHONY: golden
golden: bootstrap ## Rewrite the golden files; the diff then shows what changed in behaviour
	@BERTH_REWRITE_GOLDEN=1 $(PYTHON) -m pytest -n 2 tests

.PHONY: format
format: bootstrap ## Format the code and repair what ruff can
	@ruff check --fix --quiet
	@ruff format

.PHONY: lock
lock: COMPILE = $(CURDIR)/$(UV) pip compile --quiet --upgrade --universal --python-version 3.13 --generate-hashes \
	--no-header --no-annotate
lock: bootstrap ## Compile requirements/*.in anew, with hashes
	@cd requirements && $(COMPILE) uv.in --output-file uv.txt
	@cd requirements && $(COMPILE) dev.in --output-file dev.txt
	@cd requirements && $(COMPILE) mutation.in --output-file mutation.txt
	@# What runs on Lambda has the versions that were tested; SAM CLI has a say in pydantic's.
	@cd requirements && $(COMPILE) --constraint dev.txt runtime.in --output-file ../layers/dependencies/requirements.txt

.PHONY: clean
clean: ## Delete everything that was built or installed here
	@rm -rf .venv .aws-sam build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -prune -exec rm -r {} +

.PHONY: bootstrap
bootstrap: .venv/.synced ## Install the pinned tools and packages (first time only)

.venv/.synced: requirements/dev.txt $(UV)
	@$(UV) python find --quiet 3.13 > /dev/null 2>&1 || $(UV) python install --quiet 3.13 || { \
		echo "Berth needs Python 3.13, because its functions run on it. None was found on PATH or under $(PYENV_ROOT)." >&2; \
		echo "Install one (pyenv install 3.13; apt install python3.13; brew install python@3.13) and try again." >&2; \
		exit 1; }
	@[ -x .venv/bin/python3.13 ] || $(UV) venv --quiet --clear --python 3.13 .venv
	@echo "Installing the pinned packages into .venv ..."
	@VIRTUAL_ENV=.venv $(UV) pip sync --quiet --require-hashes --compile-bytecode requirements/dev.txt
	@touch $@

build/mutation/.tools: requirements/mutation.txt $(UV)
	@$(UV) pip install --quiet --require-hashes --no-deps --python $(PYTHON) --target build/mutation/tools \
		--requirement requirements/mutation.txt
	@touch $@

$(UV): requirements/uv.txt
	@python3 -m pip --version > /dev/null || { \
		echo "python3 has no pip. Install it (apt install python3-pip) and try again." >&2; exit 1; }
	@python3 -m pip install --quiet --quiet --disable-pip-version-check --no-input --upgrade --no-deps --require-hashes \
		--requirement requirements/uv.txt --target build/tools
	@touch $@
