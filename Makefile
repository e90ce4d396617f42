# make run      opens the phone; make test runs every test. Both fetch what they need first.
# make fuzz     SECONDS=10
# make install  PREFIX=/usr/local DESTDIR= BUILD=release

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.SILENT:
MAKEFLAGS += --no-print-directory
.NOTPARALLEL:

PREFIX ?= /usr/local
DESTDIR ?=
BUILD ?= release

program := .build/$(BUILD)/tipring
share := $(DESTDIR)$(PREFIX)/share

# What the program is built from and runs with.
libraries := pkg-config libglib2.0-dev libsoup-3.0-dev glib-networking libnice-dev libsrtp2-dev \
  libssl-dev libopus-dev libasound2-dev libasound2-plugins libpulse-dev libsndfile1-dev libspeexdsp-dev \
  libwebrtc-audio-processing-dev libncurses-dev libsqlite3-dev
# What its tests and the manual's check need beside.
tools := curl pulseaudio pulseaudio-utils tmux espeak-ng sox mandoc python3-venv prosody lua-unbound \
  coturn janus ejabberd iproute2 nftables chromium stress-ng pipewire wireplumber dbus-daemon

# The package manager warns about each flag of pkg-config that it leaves out, and the linker about a
# function of the static Swift library; neither does harm. Tests tell what came of them, not that they
# began.
quietly := 2>&1 | sed -u '/prohibited flag(s)/d; /the use of .mktemp. is dangerous/d; /^◇/d'

# An installed program must not depend on the compiler's own libraries.
flags.release := -c release --static-swift-stdlib
flags.debug := -c debug

.PHONY: run test fuzz build install lint clean deps libraries
.DEFAULT_GOAL := build

# make run ARGUMENTS='call Echo'
run: libraries build
	exec $(program) $(ARGUMENTS)

build:
	swift build $(flags.$(BUILD)) --product tipring $(quietly)

# What meets real libraries, plays sound and keeps time is tested one by one, after the rest.
test: deps
	swift build --build-tests $(quietly)
	swift test --skip-build --skip 'HostTests|EndToEndTests' $(quietly)
	.ci/one-by-one HostTests $(quietly)
	.ci/one-by-one EndToEndTests $(quietly)

# Damaged input for all that reads what others send, after what was found before: make fuzz SECONDS=600
# TARGETS='sdp rtp'. What is new goes to .build/fuzz/corpus.
fuzz: SECONDS ?= 10
fuzz: TARGETS ?= $(notdir $(wildcard Tests/FuzzTests/Corpus/*))
fuzz:
	TIPRING_FUZZ=1 swift build -c release --sanitize=fuzzer --scratch-path .build/fuzz --product fuzz \
	  $(quietly)
	for target in $(TARGETS); do
	  mkdir -p .build/fuzz/corpus/$$target
	  echo "$$target, $(SECONDS) s"
	  SWIFT_BACKTRACE=enable=no FUZZ_TARGET=$$target .build/fuzz/release/fuzz -max_total_time=$(SECONDS) -max_len=8192 \
	    -timeout=10 -artifact_prefix=.build/fuzz/$$target- -print_final_stats=1 \
	    .build/fuzz/corpus/$$target Tests/FuzzTests/Corpus/$$target 2>&1 | tail -n 40 |
	    grep -vE '^(#|NEW_FUNC)'
	done

deps: packages := $(libraries) $(tools)
deps: fetch
libraries: packages := $(libraries)
libraries: fetch

# Installs the packages that are missing, and does nothing when none is.
.PHONY: fetch
fetch:
	if ! command -v apt-get > /dev/null; then
	  echo "There is no apt-get here. What Debian would need: $(packages)"
	  exit 0
	fi
	present=" $$(dpkg-query -W -f='$${Package} $${db:Status-Status}\n' $(packages) 2> /dev/null |
	  sed -n 's/ installed$$//p' | tr '\n' ' ' || true)"
	missing=
	for package in $(packages); do
	  case "$$present" in *" $$package "*) ;; *) missing="$$missing $$package" ;; esac
	done
	[ -n "$$missing" ] || exit 0
	echo "Installing$$missing"
	as_root=; [ "$$(id -u)" = 0 ] || as_root="sudo DEBIAN_FRONTEND=noninteractive"
	export DEBIAN_FRONTEND=noninteractive
	# Servers are installed for the tests to start them, not to run.
	policy=/usr/sbin/policy-rc.d
	if [ ! -e $$policy ]; then
	  trap "$$as_root rm -f $$policy" EXIT
	  printf '#!/bin/sh\nexit 101\n' | $$as_root tee $$policy > /dev/null
	  $$as_root chmod 755 $$policy
	fi
	$$as_root apt-get -q -o DPkg::Lock::Timeout=300 update
	$$as_root apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends \
	  --no-remove $$missing

install: build
	install -D -m 755 $(program) $(DESTDIR)$(PREFIX)/bin/tipring
	install -D -m 644 -t $(share)/man/man1 man/tipring.1
	install -D -m 644 -t $(share)/man/man5 man/tipring.conf.5
	install -D -m 644 -t $(share)/man/man7 man/tipring-systems.7
	install -D -m 644 Resources/completions/tipring.bash $(share)/bash-completion/completions/tipring
	install -D -m 644 -t $(share)/zsh/site-functions Resources/completions/_tipring
	for file in $$(cd Resources && find . -type f ! -path './completions/*' ! -name tipring.service); do
	  install -D -m 644 "Resources/$$file" "$(share)/tipring/$$file"
	done
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/user
	sed 's,/usr/local,$(PREFIX),' Resources/tipring.service \
	  > $(DESTDIR)$(PREFIX)/lib/systemd/user/tipring.service

lint:
	swift format lint --strict --recursive Package.swift Sources Tests
	mandoc -T lint -W warning man/*
	bash -n Resources/completions/tipring.bash
	if command -v zsh > /dev/null; then zsh -n Resources/completions/_tipring; fi
	sh -n .ci/run
	bash -n .ci/one-by-one

clean:
	swift package clean
