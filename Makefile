# Each of these two, as the first command on a fresh machine, does everything, set-up included:
#
#   make demo    train on a grid of 25 Gaussians and leave a report to look at
#   make test    run the tests
#
# and `make check` runs everything that a change has to pass.
#
#   PYTHON       the interpreter the virtual environment is made with, 3.10 or newer
#   PIP_ARGS     passed on to `pip install`. On Linux without an NVIDIA card, give PyTorch's index of
#                CPU builds here (its own installation page shows the address), so that the small
#                build is taken and not several gigabytes:  make test PIP_ARGS="--extra-index-url ..."
#   DEMO         what the demonstration trains: data and options of `saddle train`
#   TESTS        passed on to pytest:  make test TESTS="tests/games -k cycle"

PYTHON ?= python3
PIP_ARGS ?=
DEMO ?= grid
TESTS ?=

.PHONY: help demo test check clean

help:
	@awk '!/^#/ { exit } { sub(/^# ?/, ""); print }' Makefile

demo: .venv/.ok
	.venv/bin/saddle train $(DEMO) --out runs
	@echo "Open $(CURDIR)/$$(ls -d runs/[0-9]*/report.html | sort | tail -n 1) in a browser."

test: .venv/.ok
	@scripts/check --tests $(TESTS)

check: .venv/.ok
	@scripts/check

# The stamp is written last: what was interrupted is done again.
.venv/.ok: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "saddle needs Python 3.10 or newer, and '$(PYTHON)' is not:" \
	    "name another with  make PYTHON=python3.12 ..." >&2; exit 1; }
	@.venv/bin/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv || { \
	  echo "the virtual environment could not be made: does '$(PYTHON)' have its venv module?" \
	    "(Debian and Ubuntu: apt install python3-venv)" >&2; exit 1; }
	.venv/bin/python -m pip install $(PIP_ARGS) -c constraints.txt -e '.[dev]'
	@touch $@

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist src/*.egg-info
