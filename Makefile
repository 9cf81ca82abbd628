# What a person types. Nothing here that the README does not tell.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run build web test browser databases bench clean-demo

SAUDA := $(or $(CARGO_TARGET_DIR),target)/release/sauda
# The synthetic market of `make run` lies here and nowhere else.
DEMO ?= .demo
# The page of reports, and what npm leaves behind when its packages are there.
REPORT := web/report
APP := web/app
PACKAGES := $(REPORT)/node_modules/.package-lock.json $(APP)/node_modules/.package-lock.json
# Python, if there is any with numpy: tests compare our figures with an independent model.
REFERENCE := $(abspath $(or $(CARGO_TARGET_DIR),target))/reference-python

help:
	@echo "make run     build and serve: a demo that trades on paper in a simulated market"
	@echo "make test    formatting, lints, the promises of ARCHITECTURE.md, all tests"
	@echo "make bench   how fast it is"
	@echo "make build   the release binary alone: $(SAUDA)"
	@echo "make web     check, test and build the web application and the page of reports alone"

# Build scripts of crates/report and crates/sauda build both pages into the binary, whoever calls cargo; packages come
# once from here.
build: $(PACKAGES)
	cargo build --release --locked --workspace

web: $(PACKAGES)
	cd $(REPORT) && npm run --silent check && npm run --silent test && npm run --silent build
	cd $(APP) && npm run --silent check && npm run --silent test && npm run --silent build

web/%/node_modules/.package-lock.json: web/%/package-lock.json
	cd web/$* && npm ci --include=dev --prefer-offline
	@touch $@

run: build
	$(SAUDA) serve --demo --data-dir $(DEMO)

# Lints and formatting are checked where the toolchain has them; tests run everywhere.
test: $(REFERENCE) $(PACKAGES) browser databases
	@if cargo fmt --version >/dev/null 2>&1; then cargo fmt --all --check; \
	 else echo "skipped: formatting; rustup component add rustfmt"; fi
	@# Before anything is compiled: the types of the API are written among the sources that the binary is made of.
	@cd $(REPORT) && npm run --silent check && npm run --silent test
	@cd $(APP) && npm run --silent check && npm run --silent test
	@if cargo clippy --version >/dev/null 2>&1; then cargo clippy --workspace --all-targets --locked -- -D warnings; \
	 else echo "skipped: lints; rustup component add clippy"; fi
	@cargo xtask tidy
	@cargo test --workspace --locked --doc --quiet
	@export SAUDA_PYTHON="$$(cat $(REFERENCE))"; \
	 if cargo nextest --version >/dev/null 2>&1; then cargo nextest run --workspace --locked; \
	 else cargo test --workspace --locked --lib --bins --tests; fi

# Holds the path of a Python with numpy, or nothing. Delete it to look again.
$(REFERENCE):
	@mkdir -p $(@D)
	@if python3 -c "import numpy" 2>/dev/null; then echo python3 >$@; \
	 elif python3 -m venv $@.venv >/dev/null 2>&1 \
	   && $@.venv/bin/pip install --quiet --retries 1 --timeout 20 numpy >/dev/null 2>&1; then echo $@.venv/bin/python >$@; \
	 else echo "no Python with numpy: the tests that compare with it will say skipped"; : >$@; fi

# Some tests read a report, or trade at the page, in Chromium, and say skipped without one.
browser:
	@if [ -n "$${CHROMIUM:-}" ] || command -v chromium chromium-browser google-chrome google-chrome-stable >/dev/null; then :; \
	 elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	   echo "installing Chromium, for the tests in a browser"; \
	   { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1 \
	     || echo "Chromium could not be installed: the tests in a browser will say skipped"; \
	 else echo "no Chromium: the tests in a browser will say skipped; install it, or set CHROMIUM to its path"; fi

# The suite of the database runs on private PostgreSQL and MariaDB servers too, and says skipped without them.
databases:
	@want=""; \
	 ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null || want="$$want postgresql"; \
	 command -v mariadbd mysqld /usr/sbin/mariadbd >/dev/null || want="$$want mariadb-server"; \
	 if [ -z "$$want" ]; then :; \
	 elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	   echo "installing$$want, for the tests of the database"; \
	   { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$want; } \
	     >/dev/null 2>&1 || echo "$$want could not be installed: the tests of the database will say skipped"; \
	 else echo "no$$want: the tests of the database will say skipped"; fi

bench:
	cargo bench --workspace --locked --bench '*'

clean-demo:
	rm -rf $(DEMO)
