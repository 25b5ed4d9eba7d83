# The Debian packages that a command needs are installed where they are missing.
SWIFT ?= swift
BUILD_PACKAGES := libsqlite3-dev libmariadb-dev libzookeeper-mt-dev
# The servers that the tests start; each test has its own.
TEST_PACKAGES := mariadb-server-core mariadb-client-core redis-server etcd-server etcd-client openssl zookeeper \
    default-jdk-headless nginx varnish curl python3-venv mariadb-client bindfs chromium
# Each file is followed by the folder of its generated code.
PROTOS := Protos/etcd/kv.proto Sources/FrondEtcd/Generated Protos/etcd/rpc.proto Sources/FrondEtcd/Generated
API_PROTOS := Protos/frond/v1/ids.proto Sources/FrondAPI/Generated \
    Protos/grpc/health/v1/health.proto Sources/FrondAPI/Generated \
    Protos/grpc/reflection/v1/reflection.proto Sources/FrondAPI/Generated
# Generated code keeps the format of its generator.
SOURCES := $(filter-out %.pb.swift %.grpc.swift,$(shell git ls-files --cached --others --exclude-standard '*.swift'))

.PHONY: help run build test test-core bench lint format proto setup test-setup clean

help: ## List the commands.
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

run: build ## Build for release and serve on the embedded store. More options in ARGS, such as ARGS="--port 9000".
	.build/release/frond serve $(ARGS)

build: setup ## Build the command for release: .build/release/frond
	$(SWIFT) build -c release --product frond

test: setup test-setup ## Run every test, real servers and the data-race check included.
	$(SWIFT) build --build-tests
	SWIFT=$(SWIFT) scripts/run-tests

test-core: setup ## Run the lock-free code on all cores under ThreadSanitizer.
	FROND_CORE_ONLY=1 TSAN_OPTIONS="halt_on_error=1 suppressions=$(CURDIR)/scripts/thread-sanitizer-suppressions" \
	    $(SWIFT) test --sanitize=thread --scratch-path .build-tsan --filter Stress --no-parallel

bench: build ## Measure over HTTP and in process, beside nginx if it is installed.
	$(SWIFT) build -c release --product generator-benchmarks
	scripts/bench

lint: ## Check the format of every Swift file, and the language of comments and messages; fails on any difference.
	@$(SWIFT) format lint --strict --parallel $(SOURCES)
	@scripts/lint-english

format: ## Format every Swift file.
	@$(SWIFT) format --in-place --parallel $(SOURCES)

proto: ## Write the code of the gRPC services again, after a change of a .proto file.
	scripts/generate-protos $(PROTOS)
	VISIBILITY=Package SERVER=true scripts/generate-protos $(API_PROTOS)
	scripts/generate-descriptors Sources/FrondAPI/Generated/descriptors.pb.swift $(filter %.proto,$(API_PROTOS))

setup: ## Install what the build needs and is missing.
	@scripts/install-missing $(BUILD_PACKAGES)

test-setup:
	@scripts/install-missing $(TEST_PACKAGES)
	@scripts/python-environment .build/python Tests/IntegrationTests/Python/requirements.txt

clean: ## Remove what was built.
	rm -rf .build .build-*
