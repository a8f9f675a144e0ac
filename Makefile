# SPDX-License-Identifier: ISC
#
# The lists below come from the folders: a new tool is a new file in cmd/, and touches nothing here.
# O=DIR builds elsewhere, V=1 shows the commands, STATIC=1 links statically, CC=clang works.

VERSION = 0.1
O ?= build

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d

PKG_CONFIG ?= pkg-config
CFLAGS ?= -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong
LDFLAGS ?= -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed

TOOLS := $(patsubst cmd/%.c,%,$(wildcard cmd/*.c))
LIB := $(patsubst %.c,$(O)/obj/%.o,$(wildcard lib/*.c))
PAGES := $(wildcard man/*.[1-9])
BINS := $(TOOLS:%=$(O)/bin/%)

# libbsd's shared library costs every start some 50 microseconds, its archive nothing; libmd is what its digests want.
BSD_DIR := $(shell $(PKG_CONFIG) --variable=libdir libbsd 2>/dev/null)
BSD_LIBS := $(if $(BSD_DIR),$(or $(wildcard $(BSD_DIR)/libbsd.a),$(shell $(PKG_CONFIG) --libs libbsd)))
BSD_LIBS += $(if $(filter %.a,$(BSD_LIBS)),$(wildcard $(BSD_DIR)/libmd.a))
BSD_CFLAGS := $(shell $(PKG_CONFIG) --cflags libbsd 2>/dev/null)

WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wformat=2 -Wvla -Wconversion
# What the user gives comes last, and so wins.
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 -DVERSION='"$(VERSION)"' -Ilib $(BSD_CFLAGS) \
	-fPIE -ffunction-sections -fdata-sections $(WARNINGS) $(CPPFLAGS) $(CFLAGS)
# What a tool does not call is left out: the loader looks up each symbol at the start.
ALL_LDFLAGS = $(if $(STATIC),-static-pie,-pie) -Wl,--gc-sections $(CFLAGS) $(LDFLAGS)
# A library that one tool alone links joins LIBS in a line of its own: $(O)/bin/TOOL: LIBS += ...
LIBS = $(BSD_LIBS)

Q = $(if $(V),,@)
SAY = $(if $(V),@:,@printf '  %-4s %s\n')
MAKE_O = $(MAKE) --no-print-directory O='$(O)'
IN_WORLD = BIN='$(abspath $(O))/bin' tests/world

.DELETE_ON_ERROR:
.PHONY: all demo check check-man check-sh check-install sanitize fault fuzz bench install uninstall dist help clean fuzzers FORCE

all: $(BINS) ## build the tools into build/bin (the default)

$(BINS): $(O)/bin/%: $(O)/obj/cmd/%.o $(O)/libipcutils.a $(O)/flags | $(O)/bin
	$(SAY) LINK $@
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $< $(O)/libipcutils.a $(LIBS) $(LDLIBS)

# A new archive each time: ar(1) would keep the members whose sources are gone.
$(O)/libipcutils.a: $(LIB) $(O)/flags
	$(SAY) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $(LIB)

$(LIB) $(TOOLS:%=$(O)/obj/cmd/%.o): $(O)/obj/%.o: %.c $(O)/flags Makefile | $(O)/obj/lib $(O)/obj/cmd
	$(if $(BSD_DIR),,$(error libbsd is missing, or pkg-config that finds it: install the Debian packages libbsd-dev and pkg-config))
	$(SAY) CC $<
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Rewritten only when the flags differ, so that another CC or STATIC=1 builds anew.  `make install` alone does not look:
# run as root, without the flags of the `make` before it, it installs what was built.
$(O)/flags: export FLAGS = $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(LIBS) $(LDLIBS)
$(O)/flags: $(if $(filter install,$(MAKECMDGOALS)),,FORCE) | $(O)/bin
	@printf '%s\n' "$$FLAGS" | cmp -s - $@ || printf '%s\n' "$$FLAGS" >$@

$(O)/bin $(O)/obj/lib $(O)/obj/cmd:
	@mkdir -p $@

demo: ## show what the tools do, with real data; installs what is missing
	@tests/setup demo
	$(Q)$(MAKE_O) all
	@PATH="$(abspath $(O))/bin:$$PATH" $(IN_WORLD) tests/demo.sh

check: ## run the tests; installs what is missing (T=FILE and F=REGEX choose, STRICT=1: a skip is a failure)
	@tests/setup check
	$(Q)$(MAKE_O) all
	@F='$(F)' $(IN_WORLD) tests/run $(T)

SANITIZE_BUILD = $(MAKE_O)/sanitize STATIC= all LDFLAGS='-fsanitize=address,undefined' \
	CFLAGS='-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all'

sanitize: ## run the tests on a build with ASan and UBSan
	@tests/setup sanitize
	$(Q)$(SANITIZE_BUILD)
	@F='$(F)' IPCUTILS_SANITIZE=1 BIN='$(abspath $(O))/sanitize/bin' tests/world tests/run $(T)

fault: ## fail each system call and allocation of each scene, in each way that it can (T=TOOL, F=REGEX and I=REGEX choose, SAMPLE=N: one in N)
	@tests/setup $@
	$(Q)$(MAKE_O) all
	@BIN='$(abspath $(O))/bin' T='$(T)' F='$(F)' I='$(I)' SAMPLE='$(SAMPLE)' V='$(V)' nice tests/fault/run

fuzz: ## feed any bytes to the parsers and any command lines to the tools (FUZZ_SECONDS=10 each; FUZZ=REGEX chooses)
	@tests/setup fuzz
	$(Q)$(SANITIZE_BUILD)
	$(Q)$(MAKE_O)/fuzz CC=clang STATIC= fuzzers LDFLAGS= \
		CFLAGS='-O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all'
	@BIN='$(abspath $(O))/sanitize/bin' tests/world tests/fuzz/run '$(abspath $(O))/fuzz'

# Only what `make fuzz` makes of itself, with the flags that it gives.
FUZZERS := $(patsubst tests/fuzz/%.c,$(O)/bin/%,$(wildcard tests/fuzz/*.c))
fuzzers: $(FUZZERS)
$(FUZZERS): $(O)/bin/%: tests/fuzz/%.c $(wildcard tests/fuzz/*.h) $(O)/libipcutils.a | $(O)/bin
	$(SAY) CC $<
	$(Q)$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $< $(O)/libipcutils.a $(LIBS)

bench: ## measure speed against other programs
	@tests/setup bench
	$(Q)$(MAKE_O) all
	@set -e; for b in $(filter-out %.c,$(wildcard tests/bench/*)); do $(IN_WORLD) $$b; done

check-man: ## check the pages, and that every tool has all its parts
	@tests/setup $@
	@tests/$@

check-sh: ## check the shell scripts, tests and completions
	@tests/setup $@
	@tests/$@

check-install: ## install into a scratch directory, look, uninstall
	@tests/setup build
	$(Q)$(MAKE_O) all
	@O='$(O)' tests/check-install

# What is installed, as MODE:SOURCE:TARGET; install and uninstall cannot differ.
INSTALLED = $(foreach t,$(TOOLS),755:$(O)/bin/$t:$(BINDIR)/$t) \
	$(foreach p,$(PAGES),644:$p:$(MANDIR)/man$(subst .,,$(suffix $p))/$(notdir $p)) \
	$(foreach c,$(wildcard completions/*.bash),644:$c:$(BASHDIR)/$(basename $(notdir $c))) \
	$(foreach c,$(wildcard completions/*.zsh),644:$c:$(ZSHDIR)/_$(basename $(notdir $c))) \
	$(foreach c,$(wildcard completions/*.fish),644:$c:$(FISHDIR)/$(notdir $c))

install: all ## install under PREFIX (/usr/local), or DESTDIR/PREFIX
	$(Q)set -e; for f in $(INSTALLED); do IFS=:; set -- $$f; install -D -m "$$1" "$$2" "$(DESTDIR)$$3"; done

uninstall: ## remove what install installed
	$(Q)set -e; for f in $(INSTALLED); do rm -f "$(DESTDIR)$${f##*:}"; done

dist: ## pack the last commit into ipcutils-VERSION.tar.gz
	$(Q)git archive --format=tar --prefix=ipcutils-$(VERSION)/ HEAD | gzip -9n >ipcutils-$(VERSION).tar.gz

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' Makefile

clean: ## remove what was built
	$(Q)rm -rf $(O)/bin $(O)/obj $(O)/sanitize $(O)/fuzz $(O)/libipcutils.a $(O)/flags ipcutils-$(VERSION).tar.gz
	$(Q)rmdir $(O) 2>/dev/null || :

-include $(wildcard $(O)/obj/*/*.d)
