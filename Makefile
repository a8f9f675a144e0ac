# SPDX-License-Identifier: ISC
#
# The lists below come from the folders: a new tool is a new folder in cmd/, and touches nothing here.
# O=DIR builds elsewhere, V=1 shows the commands, STATIC=1 links statically, CC=clang works.

VERSION = 0.9
O ?= build

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
MANDIR ?= $(PREFIX)/share/man
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d
DOCDIR ?= $(PREFIX)/share/doc/ipcutils

PKG_CONFIG ?= pkg-config
CFLAGS ?= -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong

TOOLS := $(patsubst cmd/%/,%,$(wildcard cmd/*/))
# Tools that are scripts, which the build of their folder prints.
SCRIPTS := $(patsubst cmd/%/build,%,$(wildcard cmd/*/build))
OBJECTS := $(patsubst %.c,$(O)/obj/%.o,$(sort $(wildcard cmd/*/*.c)))
# lib/amqp is the module amqp.so, for queues on a broker.
LIB := $(patsubst %.c,$(O)/obj/%.o,$(filter-out lib/amqp/%,$(sort $(wildcard lib/*/*.c))))
PAGES := $(wildcard man/*.[1-9])
BINS := $(TOOLS:%=$(O)/bin/%)

# libbsd's shared library costs every start some 50 microseconds, its archive nothing; libmd is what its digests want.
# BSD=shared links the shared one all the same, as packages do.
BSD_DIR := $(shell $(PKG_CONFIG) --variable=libdir libbsd 2>/dev/null)
BSD_LIBS := $(if $(BSD_DIR),$(or $(if $(filter shared,$(BSD)),,$(wildcard $(BSD_DIR)/libbsd.a)),$(shell $(PKG_CONFIG) --libs libbsd)))
BSD_LIBS += $(if $(filter %.a,$(BSD_LIBS)),$(wildcard $(BSD_DIR)/libmd.a))
BSD_CFLAGS := $(shell $(PKG_CONFIG) --cflags libbsd 2>/dev/null)

# The tools load the module for queues on a broker alone, and it alone links librabbitmq.  It has copies of what it needs of
# lib/base.  AMQP= builds the tools without it.
AMQP ?= $(if $(STATIC)$(filter -static%,$(LDFLAGS)),,$(if $(shell $(PKG_CONFIG) --exists librabbitmq 2>/dev/null && echo yes),yes))
MODULES := $(if $(AMQP),$(O)/lib/ipcutils/amqp.so)
MODULE_OBJECTS := $(patsubst %.c,$(O)/pic/%.o,$(sort $(wildcard lib/amqp/*.c)) lib/base/array.c lib/base/deadline.c)

# A tool must run where the stack has 64 kB: large buffers are static in a tool, or from malloc(3).
WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wformat=2 -Wvla -Wconversion \
	-Wframe-larger-than=8192
# What the user gives comes last, and so wins.
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 -DVERSION='"$(VERSION)"' -DLIBDIR='"$(LIBDIR)"' \
	$(if $(STATIC)$(filter -static%,$(LDFLAGS)),-DWITHOUT_MODULES) -iquote lib $(BSD_CFLAGS) \
	-fPIE -ffunction-sections -fdata-sections -ffile-prefix-map=$(CURDIR)=. $(WARNINGS) $(CPPFLAGS) $(CFLAGS)
# What a tool does not call is left out: the loader looks up each symbol at the start.
ALL_LDFLAGS = $(if $(STATIC),-static-pie,-pie) -Wl,--gc-sections -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed $(CFLAGS) $(LDFLAGS)
MODULE_LDFLAGS = -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed $(CFLAGS) $(LDFLAGS)
# A library that one tool alone links joins LIBS in a line of its own: $(O)/bin/TOOL: LIBS += ...
LIBS = $(BSD_LIBS)

Q = $(if $(V),,@)
SAY = $(if $(V),@:,@printf '  %-4s %s\n')
MAKE_O = $(MAKE) --no-print-directory O='$(O)'
IN_WORLD = BIN='$(abspath $(O))/bin' tests/world

.DELETE_ON_ERROR:
.PHONY: all demo check check-man check-sh check-install check-hardening sanitize valgrind tsan cross m32 peers fault fuzz soak \
	coverage analyze bench tutorial html install install-strip uninstall dist deb check-deb check-installed check-reproducible help clean fuzzers FORCE

all: $(BINS) $(MODULES) ## build the tools into build/bin (the default)
	$(if $(AMQP)$(STATIC)$(filter -static%,$(LDFLAGS)),,@echo 'without queues on brokers: install the Debian package librabbitmq-dev to build them')

$(O)/lib/ipcutils/amqp.so: $(MODULE_OBJECTS) $(O)/flags | $(O)/lib/ipcutils
	$(SAY) LINK $@
	$(Q)$(CC) -shared $(MODULE_LDFLAGS) -o $@ $(filter %.o,$^) $(shell $(PKG_CONFIG) --libs librabbitmq)

$(MODULE_OBJECTS): $(O)/pic/%.o: %.c $(O)/flags Makefile | $(O)/pic/lib/amqp $(O)/pic/lib/base
	$(SAY) CC $<
	$(Q)$(CC) $(filter-out -fPIE,$(ALL_CFLAGS)) -fPIC -fvisibility=hidden $(shell $(PKG_CONFIG) --cflags librabbitmq) -MMD -MP -c -o $@ $<

$(O)/lib/ipcutils $(O)/pic/lib/amqp $(O)/pic/lib/base:
	@mkdir -p $@

# A tool is linked from the files of its folder.
$(foreach t,$(TOOLS),$(eval $(O)/bin/$t: $(filter $(O)/obj/cmd/$t/%,$(OBJECTS))))
$(filter-out $(SCRIPTS:%=$(O)/bin/%),$(BINS)): $(O)/libipcutils.a $(O)/flags | $(O)/bin
	$(SAY) LINK $@
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(O)/libipcutils.a $(LIBS) $(LDLIBS)

$(foreach t,$(SCRIPTS),$(eval $(O)/bin/$t: $(wildcard cmd/$t/* cmd/$t/*/*)))
$(SCRIPTS:%=$(O)/bin/%): $(O)/bin/%: cmd/%/build Makefile | $(O)/bin
	$(SAY) GEN $@
	$(Q)$< '$(VERSION)' >$@ && chmod 755 $@

# A new archive each time: ar(1) would keep the members whose sources are gone.
$(O)/libipcutils.a: $(LIB) $(O)/flags
	$(SAY) AR $@
	$(Q)rm -f $@ && $(AR) rcsD $@ $(LIB)

DIRECTORIES := $(O)/bin $(sort $(patsubst %/,%,$(dir $(LIB) $(OBJECTS))))
$(LIB) $(OBJECTS): $(O)/obj/%.o: %.c $(O)/flags Makefile | $(DIRECTORIES)
	$(if $(BSD_DIR),,$(error libbsd is missing, or pkg-config that finds it: install the Debian packages libbsd-dev and pkg-config))
	$(SAY) CC $<
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Rewritten only when the flags differ, so that another CC or STATIC=1 builds anew.  `make install` alone does not look:
# run as root, without the flags of the `make` before it, it installs what was built.
$(O)/flags: export FLAGS = $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(LIBS) $(LDLIBS)
$(O)/flags: $(if $(filter install,$(MAKECMDGOALS)),,FORCE) | $(O)/bin
	@printf '%s\n' "$$FLAGS" | cmp -s - $@ || printf '%s\n' "$$FLAGS" >$@

$(DIRECTORIES):
	@mkdir -p $@

demo: ## show what the tools do, with real data; installs what is missing
	@tests/setup demo
	@echo 'building the tools into $(O)/bin'
	$(Q)$(MAKE_O) all $(if $(V),,>/dev/null)
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

# What the tools start is not followed.  A start is a fifth faster without the names of inlined functions.
VALGRIND = valgrind -q --read-inline-info=no --vgdb=no --error-exitcode=99 --leak-check=full --log-file=%q{REPORTS}/valgrind.%p

valgrind: ## run the tests under valgrind, without those that tests/machines names (takes half an hour and more)
	@tests/setup $@
	$(Q)$(MAKE_O) all
	@tests/wrapped '$(abspath $(O))/$@' '$(abspath $(O))/bin' $(VALGRIND)
	@F='$(F)' MACHINE=$@ PATIENCE=60 BIN='$(abspath $(O))/$@' tests/world nice tests/run $(T)

tsan: ## run the tests of what has threads on a build with TSan
	@tests/setup sanitize
	$(Q)$(MAKE_O)/tsan STATIC= all CFLAGS='-O1 -g -fsanitize=thread' LDFLAGS='-fsanitize=thread'
	@F='$(F)' MACHINE=$@ PATIENCE=60 BIN='$(abspath $(O))/tsan/bin' tests/world tests/run $(or $(T),tests/sockpair.bats tests/shmput.bats)

ARCH ?= s390x
CROSS = $(abspath $(O))/$(ARCH)

cross: ## run the tests on another machine's build, by qemu-user (ARCH=s390x, which is big-endian, aarch64 or i686)
	@ARCH='$(ARCH)' tests/setup $@
	@tests/sysroot '$(ARCH)' '$(CROSS)/sysroot'
	$(Q)$(MAKE) --no-print-directory O='$(CROSS)' CC=$(ARCH)-linux-gnu-gcc STATIC= LDFLAGS='-static -no-pie' \
		PKG_CONFIG='PKG_CONFIG_LIBDIR=$(CROSS)/sysroot/usr/lib/pkgconfig pkg-config --define-variable=prefix=$(CROSS)/sysroot/usr' all peers
	$(if $(filter-out i686,$(ARCH)),@tests/wrapped '$(CROSS)/wrapped' '$(CROSS)/bin' qemu-$(ARCH)-static)
	@F='$(F)' MACHINE=$(ARCH) PATIENCE=30 BIN='$(CROSS)/$(if $(filter-out i686,$(ARCH)),wrapped,bin)' tests/world tests/run $(T)

m32: ## run the tests on a 32-bit build
	@$(MAKE_O) cross ARCH=i686

# What the tests make and see objects by is of the machine that the tools are of: they share the layout of semaphores.
PEERS := $(addprefix $(O)/bin/,peer queue_peer socket_peer signal_peer mutex_peer)
peers: $(PEERS)
$(PEERS): $(O)/bin/%: tests/%.c $(O)/flags
	$(Q)$(CC) -O1 -pthread $(LDFLAGS) -o $@ $<

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
# A fuzz target that includes files of a tool is linked with the other files of that tool, except the one with main() and
# those that the target includes as source.
reached = $(patsubst %.c,$(O)/obj/%.o,$(foreach t,$(sort $(shell sed -n 's|^#include "../../cmd/\([^/]*\)/.*|\1|p' $1)),\
	$(filter-out cmd/$t/$t.c $(shell sed -n 's|^#include "../../\(cmd/.*\.c\)"|\1|p' $1),$(wildcard cmd/$t/*.c))))
$(foreach f,$(FUZZERS),$(eval $f: $(call reached,tests/fuzz/$(notdir $f).c)))
# The io_read() of a target replaces that of the lib.  A target needs no small stack.
$(FUZZERS): $(O)/bin/%: tests/fuzz/%.c $(wildcard tests/fuzz/*.h cmd/*/*.c) $(O)/libipcutils.a | $(O)/bin
	$(SAY) CC $<
	$(Q)$(CC) $(filter-out -Wframe-larger-than=%,$(ALL_CFLAGS)) -fsanitize=fuzzer -Wl,--allow-multiple-definition $(LDFLAGS) -o $@ $< $(filter %.o,$^) $(O)/libipcutils.a $(LIBS)

# The tools may be killed at any time: tests/coverage/counts.c keeps the counters where that does no harm.  Many processes
# count there at once, and what is false is told by a difference: none may be lost.
COVERAGE_FLAGS = -fprofile-instr-generate -fcoverage-mapping -Xclang -mllvm -Xclang -runtime-counter-relocation \
	-Xclang -mllvm -Xclang -instrprof-atomic-counter-update-all
coverage: ## show which lines and branches the tests and a part of make fault come through (T= and F=: only those tests)
	@tests/setup $@
	@mkdir -p $(O)/$@
	$(Q)clang -O2 -fPIE -DCOUNTS='"$(abspath $(O))/$@/counts"' -c -o $(O)/$@/counts.o tests/coverage/counts.c
	$(Q)$(MAKE_O)/$@ CC=clang STATIC= all CFLAGS='-O1 -g $(COVERAGE_FLAGS)' LDFLAGS= LDLIBS='$(O)/$@/counts.o'
	@T='$(T)' F='$(F)' SAMPLE='$(SAMPLE)' KEEP='$(KEEP)' nice tests/coverage/run '$(abspath $(O))/$@'

soak: ## run all tools together for SOAK_SECONDS=60, kill them at random, and add up what came of it (SEED=N; SOAK=REGEX chooses)
	@tests/setup $@
	$(Q)$(MAKE_O) all
	@SOAK_SECONDS='$(SOAK_SECONDS)' SOAK='$(SOAK)' SEED='$(SEED)' $(IN_WORLD) nice tests/soak/run

bench: ## measure speed against other programs (QUICK=1: the rows that matter most, in two minutes; BENCH=REGEX chooses)
	@tests/setup bench
	$(Q)$(MAKE_O) all $(if $(V),,>/dev/null)
	@set -e; for b in $(filter-out %.c %.bash,$(wildcard tests/bench/*)); do QUICK='$(QUICK)' $(IN_WORLD) $$b; done

check-man: ## check the pages, and that every tool has all its parts
	@tests/setup $@
	@tests/$@

check-sh: ## check the shell scripts, tests and completions
	@tests/setup $@
	@tests/$@

check-hardening: ## look whether the binaries have what CFLAGS and LDFLAGS are to give them
	@tests/setup $@
	$(Q)$(MAKE_O) all
	@tests/$@ '$(O)'

analyze: export FLAGS = $(ALL_CFLAGS)
analyze: ## let cppcheck, gcc and clang look for mistakes (QUICK=1: without the analyzer of clang)
	@tests/setup $@
	@QUICK='$(QUICK)' nice tests/$@

tutorial: ## make the page ipcutils-tutorial(7) from the lessons of ipctour
	$(Q)cmd/ipctour/page >man/ipcutils-tutorial.7.new && mv man/ipcutils-tutorial.7.new man/ipcutils-tutorial.7

check-install: ## install into a scratch directory, look, uninstall
	@tests/setup build
	$(Q)$(MAKE_O) all
	@O='$(O)' tests/check-install

# What is installed, as MODE:SOURCE:TARGET; install and uninstall cannot differ.
INSTALLED = $(foreach t,$(TOOLS),755:$(O)/bin/$t:$(BINDIR)/$t) \
	$(foreach m,$(MODULES),644:$m:$(LIBDIR)/ipcutils/$(notdir $m)) \
	$(foreach p,$(PAGES),644:$p:$(MANDIR)/man$(subst .,,$(suffix $p))/$(notdir $p)) \
	$(foreach c,$(TOOLS:%=completions/%.bash),644:$c:$(BASHDIR)/$(basename $(notdir $c))) 644:completions/ipcutils.bash:$(BASHDIR)/ipcutils.bash \
	$(foreach c,$(wildcard completions/*.zsh),644:$c:$(ZSHDIR)/_$(basename $(notdir $c))) \
	$(foreach c,$(wildcard completions/*.fish),644:$c:$(FISHDIR)/$(notdir $c)) \
	$(foreach d,README.md NEWS.md LICENSE,644:$d:$(DOCDIR)/$d)

install: all ## install under PREFIX (/usr/local), or DESTDIR/PREFIX (install-strip: without debugging information)
	$(Q)set -e; for f in $(INSTALLED); do IFS=:; set -- $$f; install -D -m "$$1" "$$2" "$(DESTDIR)$$3"; done

install-strip: install
	$(Q)strip $(patsubst %,'$(DESTDIR)$(BINDIR)/%',$(filter-out $(SCRIPTS),$(TOOLS)))
	$(if $(MODULES),$(Q)strip --strip-unneeded '$(DESTDIR)$(LIBDIR)/ipcutils/amqp.so')

uninstall: ## remove what install installed
	$(Q)set -e; for f in $(INSTALLED); do rm -f "$(DESTDIR)$${f##*:}"; done
	$(Q)rmdir '$(DESTDIR)$(DOCDIR)' '$(DESTDIR)$(LIBDIR)/ipcutils' 2>/dev/null || :

dist: ## pack the source into build/ipcutils-VERSION.tar.gz: the last commit, or the tree where there is no git
	@packaging/dist $(VERSION) '$(O)'

deb: ## build the Debian packages in build/deb (DEBFLAGS='-aarm64 -Pcross,nocheck': those of another machine)
	@DEBFLAGS='$(DEBFLAGS)' tests/setup $@
	@packaging/deb $(VERSION) '$(O)/deb' $(DEBFLAGS)

check-deb: deb ## build the Debian packages and let lintian look at them
	@tests/setup $@
	lintian -EviIL +pedantic --fail-on error,warning '$(O)'/deb/*.changes

check-installed: ## run the tests on the tools that are installed under PREFIX (T= and F= choose)
	@tests/setup check
	@F='$(F)' BIN='$(DESTDIR)$(BINDIR)' tests/world tests/run $(T)

check-reproducible: ## build twice, as different users would, and compare
	@tests/setup build
	@tests/$@

html: ## render the pages as a site in build/html
	@tests/setup html
	$(Q)rm -rf $(O)/html && mkdir -p $(O)/html && packaging/site $(O)/html packaging/site.css $(PAGES)
	@echo '$(O)/html/index.html is the first page'

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' Makefile

clean: ## remove what was built
	$(Q)rm -rf $(O)/bin $(O)/lib $(O)/obj $(O)/pic $(O)/sanitize $(O)/fuzz $(O)/coverage $(O)/deb $(O)/html $(O)/libipcutils.a $(O)/flags $(O)/ipcutils-*
	$(Q)rmdir $(O) 2>/dev/null || :

-include $(wildcard $(O)/obj/*/*/*.d $(O)/pic/*/*/*.d)
