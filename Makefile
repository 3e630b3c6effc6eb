# Barid: `make run` starts a post office to try, `make test` checks everything. `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# Every target's name is an action, not a file.
.PHONY: help run test check quick bench crash interop fuzz format docs clean

help: ## Show this list
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Install what is missing, build, and start the demo post office
	@Scripts/install-dependencies build
	@swift build -c release --product barid
	@exec "$$(swift build -c release --show-bin-path)/barid" demo

test: ## Everything that must hold: checks, unit tests, real clients, short crash rounds
	@Scripts/install-dependencies build test
	@Scripts/test-all

check: ## Imports, format, file sizes, forbidden words, door plates, every SQL statement on PostgreSQL
	@Scripts/check-imports
	@Scripts/check-sources
	@Scripts/check-sql
	@swift format lint --strict -r Sources Tests Package.swift
	@echo "check: good"

quick: ## The languages alone, with one package: seconds after the first time
	@BARID_ONLY=Mail,DNS,Phrases,SASL,SMTP,IMAP,POP3 swift test --scratch-path .build-quick

bench: ## In-process benchmarks (release build)
	@Scripts/install-dependencies build
	@Scripts/run-benchmarks

crash: ## The long loops: kill -9 under load, power cuts, failing disks, a large store
	@Scripts/install-dependencies build test
	@swift build -c release --product barid
	@python3 Tests/Crash/kill9.py --rounds 100
	@python3 Tests/Crash/kill9.py --resend --rounds 30 --senders 20
	@python3 Tests/Crash/kill9.py --mixed --rounds 60
	@python3 Tests/Crash/powercut.py --cuts 1000 --seconds 5 --compact --workers 2
	@python3 Tests/Crash/faults.py --rounds 51
	@python3 Tests/Crash/lostreply.py
	@python3 Tests/Crash/bigstore.py --gigabytes 10

interop: ## Heavy outside programs against the built server
	@Scripts/install-dependencies build test interop
	@swift build -c release --product barid
	@Scripts/test-clients --heavy
	@python3 Tests/Load/idle_connections.py
	@python3 Tests/Load/pipelined_stores.py

fuzz: ## Random input at every parser and port
	@Scripts/install-dependencies build test
	@swift build --product barid
	@python3 Tests/Crash/garbage.py --seconds 60

format: ## Rewrite the sources in the house's format
	@swift format -i -r Sources Tests Package.swift

docs: ## Write docs/configuration.md from the options
	@swift build --product barid
	@Scripts/write-docs

clean: ## Remove what builds leave behind
	@rm -rf .build .build-quick .build-only .build-bench
