# Everything a fresh machine with Python 3.11+ and make needs: each target sets up what it uses.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SETUP  := $(VENV)/.ready

.PHONY: help demo serve-demo screenshots test conformance matrix storm bench lint format wheels clean

ADAPTERS := sage300 cmic spectrum procore files acme
CERTIFICATES := $(CURDIR)/build/certificates

help:
	@echo "make demo    set up, then carry a real budget into three simulated ERPs and prove it is there"
	@echo "make serve-demo  set up, then show ten projects at every stage on pages, with their simulated ERPs"
	@echo "make test    set up, then run the tests: core on both databases, plugins, pages in a browser, lint, types, wheels; the suite's own are in matrix"
	@echo "make conformance  set up, then run the whole conformance suite per adapter and budget source; certificates in build/certificates"
	@echo "make matrix  set up, then test the suite itself: its parts, every planted defect, the vendors' tutorial on fresh wheels"
	@echo "make storm   set up, then let 300 exports meet 100 kills per database and engine, and count the others' own books"
	@echo "make screenshots  set up, then make pictures of the main pages in build/screenshots and docs/images"
	@echo "make bench   set up, then measure speed and memory beside floors, on SQLite and PostgreSQL"
	@echo "make format  format the code"
	@echo "make clean   remove all that these targets made"

$(SETUP): pyproject.toml $(wildcard plugins/*/pyproject.toml)
	$(PYTHON) -c 'import sys; sys.exit("ERP Bridge needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "uv>=0.5"
	$(BIN)/uv pip install --quiet --python $(BIN)/python -e '.[web,oidc]' $(foreach plugin,$(wildcard plugins/*),-e $(plugin)) \
	  "tox>=4.20" "tox-uv>=1.20" "ruff>=0.8"
	@touch $(SETUP)

demo: $(SETUP)
	$(BIN)/erp-bridge demo --home .demo

serve-demo: $(SETUP)
	$(BIN)/erp-bridge demo --home .demo-served --serve

screenshots: $(SETUP)
	sh tools/install-browser.sh
	$(BIN)/uv pip install --quiet --python $(BIN)/python --group browser
	$(BIN)/python tools/screenshots.py

test: $(SETUP)
	$(BIN)/tox run

conformance: $(SETUP)
	for adapter in $(ADAPTERS); do \
	  $(BIN)/tox run -e conformance-$$adapter -- --certificate $(CERTIFICATES)/$$adapter.json || exit 1; \
	done

matrix: $(SETUP)
	$(BIN)/tox run -e suite,matrix,vendor

# BENCH="--only a,c" measures some; BENCH=--quick only tries all of them.
bench: $(SETUP)
	$(BIN)/uv pip install --quiet --python $(BIN)/python -e '.[web,oidc,postgres]' --group postgres-server
	$(BIN)/python benchmarks/bench.py $(BENCH)

# STORM="--exports 24 --kills 12 --companies 1" is a short one.
STORM ?= --exports 300 --kills 100

storm: $(SETUP)
	mkdir -p build
	$(BIN)/uv pip install --quiet --python $(BIN)/python -e '.[web,oidc,dbos,postgres]' --group postgres-server
	$(BIN)/python benchmarks/crash_storm.py $(STORM) --json build/storm-sqlite.json
	$(BIN)/python benchmarks/crash_storm.py $(STORM) --engine dbos --json build/storm-sqlite-dbos.json
	$(BIN)/python benchmarks/crash_storm.py $(STORM) --database postgresql --engine dbos --json build/storm-postgresql.json

lint: $(SETUP)
	$(BIN)/tox run -e lint,types

format: $(SETUP)
	$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

wheels: $(SETUP)
	for project in . plugins/*; do $(BIN)/uv build --wheel --out-dir dist $$project; done

clean:
	rm -rf $(VENV) .tox .demo .demo-served build dist
