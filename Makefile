# What there is to do here. Everything but Go itself is found, installed by 'make deps' where
# that is possible, or named loudly and left out.

GO ?= go
BIN := bin/shadowrun
export PATH := $(PATH):/usr/local/go/bin

.PHONY: build test check gate certify deps axe demo causes bench fuzz mutants clean

build:
	$(GO) build -o $(BIN) ./cmd/shadowrun

# Packages whose tests are about timing: experiments, and programs that race. They want no company.
TIMED := cmd harness/experiment replay/lab
# Packages that start no goroutine: the race detector has nothing to look at.
PURE := cmd/shadowrun harness/reference replay replay/explain
# Of the timed packages, what runs at once in one process: soaks, replays, and the tracer beside its helpers.
RACED := TestScripts/^(run|replay|stop|status)|^TestListen|^TestServed|^TestManySideBySide$$|^TestProbe|^TestConnections|^TestWatchdog|^TestSignal|^TestNamespace|^TestStreams|^TestDevices

# The whole of what has to hold: .ci/run calls it. All is tested once as it is. Under the race detector, which
# makes some of it ten times slower and sees nothing of other processes, -short leaves out what repeats
# or is in such processes.
test: deps check
	@$(MAKE) -s gate
	$(GO) test $(call packages_but,$(TIMED))
	$(GO) test -run '^$$' $(addprefix ./,$(TIMED)) >/dev/null
	$(GO) test -p 1 $(addprefix ./,$(TIMED))
	$(GO) test -race -short $(call packages_but,$(PURE) $(TIMED))
	$(GO) test -race -short -run '$(RACED)' $(addprefix ./,$(TIMED))

packages_but = $(filter-out $(addprefix github.com/shadowrun/shadowrun/,$(1)),$(shell $(GO) list ./...))

check:
	@unformatted=$$(gofmt -l cmd golden harness replay runbook scenarios testdata); \
	if [ -n "$$unformatted" ]; then echo "gofmt would change: $$unformatted" >&2; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

# The gate that this repository holds itself by: the goldens in testdata/goldens, against this build.
gate: build
	@names=compute,io,llm,shell-report; \
	for p in python3:py-orders,py-agent,py-warehouse node:node-etl; do \
		if command -v $${p%%:*} >/dev/null 2>&1; then names=$$names,$${p#*:}; \
		else echo "gate: $${p%%:*} is missing: $${p#*:} left out" >&2; fi; done; \
	$(BIN) gate --config testdata/workflows/gate.yaml --workflow $$names

# The certification: the runbooks' procedures, carried out as they are written. A cached result would certify yesterday.
certify: deps
	$(GO) test ./scenarios -count=1

# The programs that tests run real workflows with. Where CI is set they are installed, as root on
# Debian; elsewhere a missing one is a loud skip.
DEPS := python3:python3 node:nodejs gcc:gcc strace:strace make:make curl:curl wget:wget git:git perl:perl javac:default-jdk-headless setpriv:util-linux chromium:chromium npm:npm prometheus:prometheus amtool:prometheus-alertmanager logrotate:logrotate systemd-analyze:systemd sqlite3:sqlite3 jq:jq zstd:zstd ssh-keygen:openssh-client openssl:openssl psql:postgresql redis-server:redis-server redis-cli:redis-tools
deps:
	@for d in $(DEPS); do command -v $${d%:*} >/dev/null 2>&1 || missing="$$missing $${d#*:}"; done; \
	for p in python3 /usr/bin/python3; do $$p -c 'import requests' 2>/dev/null && requests=1; done; \
	[ -n "$$requests" ] || missing="$$missing python3-requests"; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ -n "$$CI" ] && command -v apt-get >/dev/null 2>&1; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$missing; \
	else echo "missing, so tests that need them are skipped:$$missing" >&2; fi

# The rules that the page's accessibility is checked by, as a script; says where it is.
AXE_VERSION := 4.14.1
AXE := $(CURDIR)/bin/axe-core-$(AXE_VERSION).js
axe: $(AXE)
	@echo $(AXE)
$(AXE):
	@mkdir -p bin && rm -rf $@.new && mkdir $@.new && cd $@.new && \
	npm pack --silent axe-core@$(AXE_VERSION) >/dev/null && tar -xzf axe-core-$(AXE_VERSION).tgz package/axe.min.js && \
	mv package/axe.min.js $@; status=$$?; rm -rf $@.new; exit $$status

# A shadow run of the built-in workflows, which passes, and one of the example programs, which
# must fail: most of those have a fault each.
DEMO_STATE := bin/demo
demo: build
	@rm -rf $(DEMO_STATE)
	@echo '$$ shadowrun --quick'
	@$(BIN) --quick --state $(DEMO_STATE)/reference
	@$(MAKE) -s -C testdata/workflows
	@echo; echo '$$ shadowrun --quick --config testdata/workflows/demo.yaml'
	@names=$$($(MAKE) -s -C testdata/workflows list | paste -sd, -); \
	$(BIN) --quick --config testdata/workflows/demo.yaml --workflow $$names --state $(DEMO_STATE)/examples; \
	status=$$?; if [ $$status -ne 1 ]; then echo "the examples have faults: exit status 1 was due, not $$status" >&2; exit 1; fi

# The programs with known causes, explained and held to their labels: by half, per cause, with all
# misses. A quarter of an hour on two quiet cores.
CAUSES ?= all
causes:
	$(GO) test ./cmd -v -run '^TestCauses$$' -count=1 -timeout 3h -causes $(CAUSES)

# Side by side, in one run: figures for the README.
bench:
	$(GO) test -run '^$$' -bench . -benchmem -timeout 60m ./golden ./replay ./harness/...

# Every parser for a minute each.
FUZZTIME ?= 1m
fuzz:
	@for p in $$($(GO) list ./...); do \
		for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
			echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$p || exit 1; \
		done; done

# The pipeline of the last commit, broken in every small way, one at a time: prints those that neither tests nor
# scenarios notice. Each takes seconds, all of them hours; what is known of the commit is not tried again.
MUTANTS ?= 100
mutants:
	@mkdir -p bin
	$(GO) test ./harness/pipeline/internal/mutant -v -run '^TestMutants$$' -count=1 -timeout 48h \
		-mutants $(MUTANTS) -mutants.jobs 2 -mutants.record $(CURDIR)/bin/mutants.jsonl

clean:
	rm -rf bin
	$(MAKE) -s -C testdata/workflows clean
	$(MAKE) -s -C testdata/causes clean
