# Every way to build, run and check the studio. `make help` lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help

PYTHON ?= python3
PY := .venv/bin/python
STACK := $(PY) -m deploy.local.stack

# What a film is made from is said on make's command line only: a shell's own LANGUAGE or NAME means something else.
define from_command_line
ifneq ($$(origin $(1)),command line)
$(1) :=
endif
endef
$(foreach variable,SCRIPT DURATION ASPECT RESOLUTION LANGUAGE NAME NAMES PUBLISH,$(eval $(call from_command_line,$(variable))))

LOCKED = --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
	--overrides requirements/overrides.txt

DEMO_ARGUMENTS = $(if $(SCRIPT),--script "$(SCRIPT)") $(if $(DURATION),--duration "$(DURATION)") \
	$(if $(ASPECT),--aspect "$(ASPECT)") $(if $(RESOLUTION),--resolution "$(RESOLUTION)") \
	$(if $(LANGUAGE),--language "$(LANGUAGE)") $(if $(NAME),--name "$(NAME)") $(if $(PORT),--port $(PORT)) \
	$(if $(PUBLISH),--publish)

.PHONY: help setup dev demo examples craft-report test up down status logs start stop reset proto lock openapi audit reconcile rotate-keys chaos bench bench-film fmt lint types ci

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install everything the studio needs to run (each target below does it by itself)
	@$(PYTHON) deploy/local/setup.py run

dev: # as setup, with what the checks need
	@$(PYTHON) deploy/local/setup.py dev

demo: setup ## make a film; SCRIPT= DURATION= ASPECT= RESOLUTION= LANGUAGE= NAME= PORT= for one of your own; PUBLISH=1
	@$(PY) -m deploy.local.demo $(DEMO_ARGUMENTS)

examples: setup ## make the films of examples/ into out/; NAMES="drama chase" for some; RESOLUTION=
	@$(PY) -m deploy.local.examples $(NAMES) $(if $(RESOLUTION),--resolution "$(RESOLUTION)")

craft-report: setup ## look closely at a film of out/, NAME=: writes out/NAME.report.html; PICTURE=1 a picture too
	@$(PY) -m deploy.local.craft_report $(NAME) $(if $(PICTURE),--picture)

up: setup ## start the studio and leave it running; PORT= WORKERS=
	@$(STACK) up $(if $(PORT),--port $(PORT)) $(if $(WORKERS),--workers $(WORKERS))

down: ## end the studio; its data stays
	@$(STACK) down

status: ## a line for each process: state, pid, address, memory
	@$(STACK) status

logs: ## the log of one process, NAME=, or of all
	@$(STACK) logs $(NAME)

start: ## start one process that was stopped, NAME=
	@$(STACK) start $(NAME)

stop: ## end one process, NAME=; it stays down until make start
	@$(STACK) stop $(NAME)

reset: ## end the studio and wipe its data, keys and logs
	@$(STACK) reset

test: lint types ## every check: formatters, linters, types, contracts, tests, a short chaos and bench
	$(PY) -m deploy.proto check
	$(PY) -m pytest -m "not chaos" -n 2 --dist loadscope tests/unit tests/contract tests/integration
	$(PY) -m pytest tests/e2e
	$(PY) -m tests.chaos --short
	$(PY) -m tests.chaos.uploads --short
	$(PY) -m tests.chaos.crm --short
	$(PY) -m tests.bench --short
	$(PY) -m tests.bench.film --short

lint: dev ## formatters, linters and the rules of who may import whom
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	.venv/bin/lint-imports

types: dev ## static types of the services and the command line
	$(PY) -m mypy services cli

fmt: dev ## format the code and fix what linters can fix
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

proto: dev ## generate the code of the contracts
	$(PY) -m deploy.proto generate

lock: dev ## write the hashed locks anew from pyproject.toml
	.venv/bootstrap/bin/uv pip compile -q pyproject.toml --extra worker --extra local --extra dev $(LOCKED) -o requirements/dev.lock
	.venv/bootstrap/bin/uv pip compile -q pyproject.toml --extra worker --extra local $(LOCKED) -c requirements/dev.lock -o requirements/run.lock

openapi: setup ## write deploy/openapi.json from the gateway's code
	@$(PY) -m services.gateway.openapi >deploy/openapi.json.new && mv deploy/openapi.json.new deploy/openapi.json

audit: setup ## check the ledger's invariants on the running studio
	@$(STACK) exec services.credits.audit

reconcile: setup ## compare Stripe's list of the last three days with ours, and fetch what is missing
	@$(STACK) exec services.credits.reconcile

rotate-keys: setup ## seal YouTube's tokens and webhook secrets with new keys
	@$(STACK) exec services.youtube.keys rotate
	@$(STACK) exec services.notifications.keys new
	@$(STACK) exec services.notifications.keys rotate

chaos: dev ## kill each process while films are made, uploaded and synced, and count what is lost
	@$(PY) -m tests.chaos
	@$(PY) -m tests.chaos.uploads
	@$(PY) -m tests.chaos.crm

bench: dev ## measure memory, latency, the speed of a film and what a dead webhook costs others, against their bars
	@$(PY) -m tests.bench

bench-film: dev ## put one film together our way, with MoviePy and with ffmpeg's zoompan, by turns, and compare
	@$(PY) -m tests.bench.film

ci: ## what a build machine runs
	@.ci/run
