# Everything a newcomer needs: `make run` and `make test`. Nothing but Python 3.11+, git and make is taken for granted.
PYTHON ?= python3
PORT ?= 8000
TESTS ?= -n auto
VENV := .venv
BIN := $(VENV)/bin
SOURCES := src tests bench script

.PHONY: run test quick check bench soak mutants lock clean setup setup-dev

run: setup
	@mkdir -p run
	@$(BIN)/lightship --config run/lightship.toml init --port $(PORT) --name "Lumen Mail" >run/init.log || (cat run/init.log; exit 1)
	@$(BIN)/python script/sample.py run/lightship.toml
	@exec $(BIN)/lightship --config run/lightship.toml up

test: setup-dev
	@$(BIN)/pytest $(TESTS)

# The inner loop: what asks for a server, a browser, a network or a process of its own is left out by itself.
# Bytecode is kept, whatever the shell says: without it every run compiles every test anew.
quick: export PYTHONDONTWRITEBYTECODE =
quick: setup-dev
	@$(BIN)/pytest --quick $(TESTS)

check: setup-dev
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python script/ceilings.py
	$(BIN)/python script/vocabulary.py

bench: setup-dev
	@$(BIN)/python -m bench

soak: setup-dev
	@LIGHTSHIP_ROUNDS=200 $(BIN)/pytest -m long $(TESTS)

# What of core/ could be otherwise without any test that fails: `make mutants OF=history`, or of all of it (half an hour).
mutants: setup-dev
	@$(BIN)/mutmut run "lightship.core.$(OF)*"
	@$(BIN)/mutmut results

setup: $(VENV)/.run
setup-dev: $(VENV)/.dev

$(VENV)/.run: requirements/base.txt pyproject.toml
	@echo "Installing what it needs into $(VENV) (about a minute, only the first time)…"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/base.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml
	@echo "Installing what the tests need into $(VENV) (about two minutes, only the first time)…"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.run

lock:
	$(PYTHON) -m venv $(VENV)-lock && $(VENV)-lock/bin/pip install --quiet uv
	$(VENV)-lock/bin/uv pip compile pyproject.toml requirements/build.in --extra all $(LOCK) -o requirements/base.txt
	$(VENV)-lock/bin/uv pip compile pyproject.toml requirements/build.in --extra dev $(LOCK) -o requirements/dev.txt
	rm -r $(VENV)-lock
LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url

clean:
	rm -rf $(VENV) run build dist mutants .pytest_cache .mypy_cache .ruff_cache
