# serve and test are all that is needed; both set up, build and run.
BUILD = swift build -c release
SERVE =

.PHONY: serve test build setup test-setup units clients deployments bench fuzz leaks image \
  check-image release check-release format lint

serve: build
	@.build/release/lakehouse serve --ducklake-data-path data/lake/ $(SERVE)

test: units clients deployments

build: setup
	@$(BUILD) --product lakehouse

setup:
	@scripts/setup

test-setup:
	@scripts/setup --tests

# One build for everything: the tests run against the release code.
units: setup
	@$(BUILD) --build-tests
	@swift test -c release --skip-build --quiet

clients: test-setup
	@$(BUILD)
	@.venv/bin/python -m pytest -q Tests/Clients
	@.venv-old-driver/bin/python -m pytest -q Tests/Clients/old_driver

# The files of deployments: the chart, and azd's hook on a PostgreSQL.
deployments: test-setup build
	@scripts/setup --infra
	@.venv-infra/bin/python -m pytest -q Tests/Deploy

bench: test-setup build
	@.venv/bin/python -m Benchmarks

# A minute on each of what reads clients' bytes; FuzzTesting/run SECONDS TARGET for more.
fuzz: setup
	@FuzzTesting/run 60

# Statements that end in every way, under valgrind.
leaks: setup
	@scripts/check-leaks

# The container image; docs/deploy/containers.md tells more. The check builds it first.
image:
	@scripts/image

check-image:
	@scripts/check-image

# An archive for Debian 12, without Swift; docs/deploy/debian.md tells more.
release:
	@scripts/release

check-release:
	@scripts/check-release

format:
	@swift format --in-place --parallel $$(git ls-files '*.swift' | grep -v /Generated/)
	@scripts/check-infra --format

lint:
	@scripts/lint
	@scripts/check-infra
