.DEFAULT_GOAL := help
SOURCES := Package.swift Platform Services Shared Tools Tests Benchmarks/Package.swift Benchmarks/Sources

# Tests that wait for other processes, and so must not share one with tests that compute: those leave them no turn.
WITH_PROCESSES := ^(SystemTests|ChaosTests|RabbitMQTests|ConformanceTests)\.

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: dependencies ## build, open the mart of Flores Timur on a fresh stack, show the result and an audit (stays in var/demo)
	@scripts/demo

demo-up: ## start the stack of the last demo again, to look around in
	@scripts/demo up

demo-down: ## stop it
	@scripts/demo down

up: build ## start the broker and the four services, or what of them is not running; data stays in var/stack
	@scripts/stack up var/stack

down: ## stop that stack; its data stays
	@scripts/stack down var/stack

status: ## is that stack running and ready?
	@scripts/stack status var/stack

build: dependencies ## build the programs (release)
	@scripts/build-release

test: dependencies ## every test: rules, units, RabbitMQ for real, the whole system, a peer in Python
	@scripts/mutants --check
	timeout 2400 swift build --build-tests
	timeout 1200 swift test --skip-build --disable-xctest --skip '$(WITH_PROCESSES)'
	timeout 1200 swift test --skip-build --disable-xctest --filter '$(WITH_PROCESSES)'
	@scripts/test-peer

chaos: build ## break a running mart in every way that could be thought of; writes the table of docs/reliability.md (as root: it mounts)
	timeout 1800 swift build --build-tests
	BIN_DIR=$(CURDIR)/.build/release CHAOS=all CHAOS_SCALE=$${CHAOS_SCALE:-5} CHAOS_REPORT=docs/reliability.md \
	timeout 7200 swift test --skip-build --disable-xctest --filter 'ChaosTests\.ChaosTests'

compose-test: ## where there is a Docker engine: both compose stacks, the demo in them, stop and start; images are built
	@scripts/compose-test
	@scripts/compose-test secured

soak: build ## a million messages, a thousand reconnects and a backlog of a million rows (SOAK_MESSAGES, SOAK_RECONNECTS, SOAK_BACKLOG)
	timeout 1800 swift build --build-tests
	@mkdir -p var && rm -f var/soak.txt
	BIN_DIR=$(CURDIR)/.build/release SOAK_MESSAGES=$${SOAK_MESSAGES:-1000000} SOAK_RECONNECTS=$${SOAK_RECONNECTS:-1000} \
	SOAK_BACKLOG=$${SOAK_BACKLOG:-1000000} SOAK_REPORT=$(CURDIR)/var/soak.txt \
	timeout 7200 swift test --skip-build --disable-xctest --filter SoakTests
	@cat var/soak.txt

mutants: dependencies ## break the rules that keep the books right, one by one, in a copy of the tree; each must be caught
	@scripts/mutants

mutants-simulated: ## the same for the simulator: each break must be seen by the seed that its patch names
	@scripts/mutants --simulated

simulate: ## the whole platform with simulated faults: a thousand seeds, or one again (SEED=… STEPS=… WITHOUT=…)
	@timeout 2400 swift build -c release --quiet --product Simulate
	@.build/release/Simulate $(if $(SEED),--seed $(SEED)) $(if $(STEPS),--steps $(STEPS)) $(if $(SEEDS),--seeds $(SEEDS)) $(if $(WITHOUT),--without $(WITHOUT))

record: ## forty runs with fixed seeds and clocks, written down row by row (INTO=folder): diff -r shows what a change changes
	@timeout 2400 swift build -c release --quiet --product Simulate
	@.build/release/Simulate --seeds 40 --record $(or $(INTO),var/record)

lint: ## is every Swift file formatted as .swift-format says?
	swift format lint --strict --parallel --recursive $(SOURCES)

format: ## format every Swift file
	swift format --in-place --parallel --recursive $(SOURCES)

build-date: ## when a version is made: sets the day before which no clock is believed (Shared/Primitives/BuildDate.swift)
	@sed -i -e "s|/// [0-9-]*$$|/// $$(date -u +%F)|" -e "s|year: [0-9]*, month: [0-9]*, dayOfMonth: [0-9]*|$$(date -u '+year: %Y, month: %-m, dayOfMonth: %-d')|" Shared/Primitives/BuildDate.swift

generate: ## write the documents that follow from the services' indexes
	@swift run Generate
	@# Once more: pages that describe programs follow from what was just generated and compiled into them.
	@swift run Generate

documents-check: dependencies ## have the published documents judged by validators that are not ours
	@scripts/validate-documents

bench: build ## ours beside the C limit, Go and Python, on one broker, with tables; half an hour (ROUNDS, SALES, PERIOD, SIZES, BACKLOG)
	@scripts/install-dependencies benchmarks && Benchmarks/build && Benchmarks/run

bench-check: dependencies ## counts per sale that do not depend on the machine, against Benchmarks/thresholds.json
	@scripts/install-dependencies benchmarks && Benchmarks/build && Benchmarks/.build/release/bench check

clean: ## remove build results and the demo's leftovers (the data in var/stack stays)
	@swift package clean && rm -rf var/demo

dependencies:
	@scripts/install-dependencies

.PHONY: help demo demo-up demo-down up down status build test compose-test chaos soak mutants mutants-simulated simulate record lint format build-date generate documents-check bench bench-check clean dependencies
