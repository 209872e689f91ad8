# Builds, tests and runs fakestream. Needs GNU make and a JDK 25 or newer; the tests also need
# Maven, which fetches JUnit. `make help` lists the targets.

VERSION   := 0.1.0
BUILD     := build
ARGS      ?=
T         ?=
SHOTS     ?=

JAR       := $(BUILD)/fakestream.jar
MANIFEST  := $(BUILD)/MANIFEST.MF
CLASSES   := $(BUILD)/classes
LAUNCHER  := $(BUILD)/installed/bin/fakestream
COMPILED  := $(BUILD)/classes.done
TESTS     := $(BUILD)/test-classes
TESTED    := $(BUILD)/test-classes.done

# Directories too, for theirs is the time stamp that tells of a file that went away.
SOURCES   := $(shell find src/fakestream ! -name '.*')
TEST_SRC  := $(shell find test/fakestream ! -name '.*' 2>/dev/null)
PUBLIC    := $(shell find public ! -name '.*' 2>/dev/null)
GUARD     := src/fakestream/Guard.java

JUNIT     := org.junit.platform:junit-platform-console-standalone:6.0.0
JUNIT_SUM := d2aa0758805b83c4253a3899671a58fffcad208419b5e52d6ff7cbe1b23c6297
JUNIT_GOT := .cache/junit-platform-console-standalone-6.0.0.jar
JUNIT_JAR ?= $(JUNIT_GOT)
TEST_TIME := 120 s

FUZZ_SRC  := $(shell find test/fuzz -name '*.java' 2>/dev/null)
FUZZERS   := $(BUILD)/fuzz-classes
FUZZED    := $(BUILD)/fuzz-classes.done
JAZZER    := .cache/jazzer-0.30.0.jar
JAZZER_API := .cache/jazzer-api-0.30.0.jar
JACKSON   := .cache/jackson-core-2.20.0.jar
FUZZ_JARS := $(JAZZER):$(JAZZER_API):$(JACKSON)

LINT      := -encoding UTF-8 -proc:none -Xlint:all -Werror
# Not --release 25: that has no sun.misc.Signal without a warning that nothing turns off.
TARGET    := -source 25 -target 25 -Xlint:-options -XDignore.symbol.file
DOCLINT   := -Xdoclint:all,-missing

# Where `make install` puts things, by the names of the GNU coding standards. DESTDIR goes before
# each of them, and into none of the files.
PREFIX    ?= /usr/local
DESTDIR   ?=
bindir     = $(PREFIX)/bin
datadir    = $(PREFIX)/share
docdir     = $(datadir)/doc/fakestream
unitdir    = $(PREFIX)/lib/systemd/system
sysconfdir = /etc
jardir     = $(datadir)/fakestream
confdir    = $(sysconfdir)/fakestream

# Writes the home of the first JDK that is new enough, or to stderr what was found instead.
find_jdk = \
look() { \
    place="$$1"; shift; found=""; \
    for home in "$$@"; do \
        [ -n "$$home" ] && [ -x "$$home/bin/javac" ] || continue; \
        version=$$("$$home/bin/javac" -version 2>&1 | sed -n "s/^javac //p"); \
        major=$${version%%[!0-9]*}; \
        if [ "$${major:-0}" -ge 25 ]; then echo "$$home"; exit 0; fi; \
        found="$$found$${found:+, }$$home ($${version:-no version})"; \
    done; \
    looked="$$looked  $$place: $${found:-none}|"; \
}; \
looked=""; \
look "JAVA_HOME ($(or $(JAVA_HOME),not set))" "$(JAVA_HOME)"; \
look "javac on the PATH" "$$(javac -J-XshowSettings:properties -version 2>&1 | \
    sed -n "s/^ *java.home = //p")"; \
look "/usr/lib/jvm/*" /usr/lib/jvm/*; \
look "/usr/libexec/java_home -v 25" "$$(/usr/libexec/java_home -v 25 2>/dev/null)"; \
look "~/.sdkman/candidates/java/*" "$$HOME"/.sdkman/candidates/java/*; \
look "~/.jdks/*" "$$HOME"/.jdks/*; \
echo "fakestream needs a JDK 25 or newer, and none was found. Looked at:" >&2; \
printf "%s" "$$looked" | tr "|" "\n" >&2

# Searched once, and only when a recipe asks: help and clean need no JDK.
JDK = $(eval JDK := $(shell $(find_jdk)))$(or $(JDK),$(error install a JDK 25, or set JAVA_HOME))
JAVA = "$(JDK)/bin/java"
JAVAC = "$(JDK)/bin/javac" $(LINT)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

# Most tests wait most of their time, so two processes run a half each.
HALVES = test-A-L test-M-Z

.PHONY: all test $(HALVES) check doc reproducible run demo clients agents browser apps crowd fuzz \
    soak memory strangers clean help jdk FORCE install uninstall installcheck scale wayout bench \
    bench-hold bench-start

all: $(JAR)  ## compile and pack build/fakestream.jar

test: $(JAR) $(TESTED)  ## run the tests; T=Name runs only classes with Name in their name
	@$(if $(T),$(call junit,.*$(T).*),$(MAKE) -s -j2 --output-sync $(HALVES))

$(HALVES): test-%: $(JAR) $(TESTED)
	@$(call junit,.*\.[$*][^.]*Test)

# The tests in classes with such a name.
junit = $(JAVA) -ea -Dfakestream.root="$(CURDIR)" -Dfakestream.jar="$(abspath $(JAR))" \
    -cp "$(JUNIT_JAR):$(JAR):$(TESTS)" fakestream.JUnitAsDaemon execute --disable-banner \
    --disable-ansi-colors --details=summary --scan-class-path "$(TESTS)" --fail-if-no-tests \
    --config "junit.jupiter.execution.timeout.default=$(TEST_TIME)" --include-classname '$(1)'

check: test doc reproducible  ## run the tests, read the javadoc, and compare the jars of two builds

run: $(JAR)  ## start the daemon with the arguments ARGS=...
	@$(JAVA) -jar $(JAR) $(ARGS)

demo: $(JAR)  ## start the daemon with its built-in upstream, without a key
	@$(JAVA) -jar $(JAR) --demo $(ARGS)

clients: $(JAR)  ## drive the jar with the official SDKs; needs npm and Maven
	@JAVA=$(JAVA) JAR="$(abspath $(JAR))" test/clients/run

agents: $(JAR)  ## drive the jar with coding agents from npm; select with PLAY=, AGENT=, LONG=1
	@JAVA=$(JAVA) JAR="$(abspath $(JAR))" test/agents/run

browser: $(JAR)  ## drive the test page in a headless Chromium; SHOTS=1 also makes the pictures
	@JAVA=$(JAVA) JAR="$(abspath $(JAR))" SHOTS="$(SHOTS)" test/browser/run

apps: $(JAR)  ## chat through SillyTavern in a headless Chromium; needs npm and Linux
	@JAVA=$(JAVA) JAR="$(abspath $(JAR))" test/apps/run

crowd: $(JAR)  ## hold 2,000 streams beside 500 bad clients, and measure the heartbeats
	@$(JAVA) test/bench/Crowd.java $(JAR)

bench: $(JAR)  ## compare the cost of a request with nginx and Portkey, in ROUNDS=5
	@JAVA=$(JAVA) JAR="$(abspath $(JAR))" test/bench/run

bench-hold: $(LAUNCHER)  ## hold STREAMS=6000 on a silent upstream, and measure their cost
	@$(BENCH) test/bench/Hold.java $(BUILD)/bench-hold.json $(or $(STREAMS),6000) $(LAUNCHER)

bench-start: $(LAUNCHER)  ## measure RUNS=10 starts of the jar, and of the launcher with its cache
	@$(BENCH) test/bench/Starts.java $(BUILD)/bench-start.json $(or $(RUNS),10) \
	    $(JAVA) -jar $(JAR) -- $(LAUNCHER)

# The launcher takes the Java that measures, and keeps its cache under the build.
BENCH = env -u CACHE_DIRECTORY XDG_CACHE_HOME="$(abspath $(BUILD))/cache" JAVA_HOME="$(JDK)" $(JAVA)

$(LAUNCHER): $(JAR) $(wildcard src/install/*)
	@$(MAKE) -s JDK="$(JDK)" install DESTDIR= PREFIX="$(abspath $(BUILD))/installed" \
	    sysconfdir="$(abspath $(BUILD))/installed/etc" >$(BUILD)/installed.log 2>&1 || \
	    { cat $(BUILD)/installed.log; exit 1; }

installcheck: $(JAR)  ## install into a separate directory, and test the installed files
	@JAVA=$(JAVA) test/install/run

wayout: $(JAR)  ## ask an upstream over TLS through tinyproxy, with a password; needs Linux
	@JAVA=$(JAVA) JAR="$(abspath $(JAR))" test/wayout/run

scale: $(JAR)  ## restart three replicas behind HAProxy, nginx, Caddy while streams are open
	@JAVA=$(JAVA) JAR="$(abspath $(JAR))" test/scale/run

fuzz: $(FUZZED)  ## feed random inputs to the parsers, for FUZZ_SECONDS=60; FUZZ=Json selects one
	@JAVA=$(JAVA) BUILD="$(BUILD)" CLASS_PATH="$(CLASSES):$(TESTS):$(FUZZERS):$(FUZZ_JARS)" \
	    test/fuzz/run

soak: $(JAR)  ## run the jar with bad clients and upstreams, check memory; SOAK_SECONDS=600
	@rm -rf $(BUILD)/soak && $(JAVAC) --release 25 -d $(BUILD)/soak $(wildcard test/soak/soak/*.java)
	@$(JAVA) -Dsoak.only="$(SOAK_ONLY)" -cp $(BUILD)/soak soak.Soak $(JAR) \
	    $(or $(SOAK_SECONDS),600)

strangers: $(LAUNCHER)  ## flood the jar without keys beside an honest client; STRANGERS_SECONDS=60
	@rm -rf $(BUILD)/strangers && \
	    $(JAVAC) --release 25 -d $(BUILD)/strangers $(wildcard test/strangers/strangers/*.java)
	@$(BENCH) -cp $(BUILD)/strangers strangers.Main $(LAUNCHER) $(or $(STRANGERS_SECONDS),60) \
	    $(or $(OPEN_FILES),8192) 2000

memory: $(JAR)  ## send images and large bodies to a heap of 128 MB; MEMORY=small takes 1 min
	@rm -rf $(BUILD)/memory && $(JAVAC) --release 25 -d $(BUILD)/memory \
	    $(wildcard test/memory/memory/*.java)
	@$(JAVA) -cp $(BUILD)/memory memory.Memory $(JAR) $(MEMORY)

install: $(JAR)  ## install the jar, a launcher, a systemd unit and the settings (PREFIX, DESTDIR)
	@rm -f $(BUILD)/fakestream.sh $(BUILD)/fakestream.service
	@$(foreach it,fakestream.sh fakestream.service,$(fill) src/install/$(it) >$(BUILD)/$(it) &&) :
	@install -d $(foreach it,bindir jardir docdir unitdir confdir,"$(DESTDIR)$($(it))")
	$(put) -m 755 $(BUILD)/fakestream.sh "$(DESTDIR)$(bindir)/fakestream"
	$(put) -m 644 $(JAR) "$(DESTDIR)$(jardir)/fakestream.jar"
	$(put) -m 644 $(BUILD)/fakestream.service "$(DESTDIR)$(unitdir)/fakestream.service"
	$(put) -m 644 README.md "$(DESTDIR)$(docdir)/README.md"
	$(put) -m 644 LICENSE "$(DESTDIR)$(docdir)/LICENSE"
	$(put) -m 644 proxy.properties.example "$(DESTDIR)$(confdir)/proxy.properties.example"
	@at="$(DESTDIR)$(confdir)/proxy.properties"; if [ -e "$$at" ] || [ -L "$$at" ]; then \
	    echo "The settings in $$at stay as they are."; \
	else \
	    set -x; $(put) -m 640 proxy.properties.example "$$at"; \
	fi

uninstall:  ## remove all installed files except the settings
	rm -f "$(DESTDIR)$(bindir)/fakestream" "$(DESTDIR)$(jardir)/fakestream.jar" \
	    "$(DESTDIR)$(unitdir)/fakestream.service" "$(DESTDIR)$(docdir)/README.md" \
	    "$(DESTDIR)$(docdir)/LICENSE" "$(DESTDIR)$(confdir)/proxy.properties.example"
	@rmdir "$(DESTDIR)$(jardir)" "$(DESTDIR)$(docdir)"

# Puts a file under that very name, and follows no link that stands there. BSD's has no -T, and
# replaces a link to a file all the same.
put = install $(shell install --version >/dev/null 2>&1 && echo -T)

# Fills in a template with where things will stand.
fill = sed -e 's|@JAR@|$(jardir)/fakestream.jar|' -e 's|@BINDIR@|$(bindir)|' \
    -e 's|@CONFDIR@|$(confdir)|' -e 's|@DOCDIR@|$(docdir)|'

clean:  ## remove all build output; downloads stay in .cache
	rm -rf $(BUILD)

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1|/p' Makefile | while IFS='|' read -r name what; do \
	    printf '  make %-12s %s\n' "$$name" "$$what"; done

jdk:
	@echo $(JDK)

# The guard is compiled apart: an old Java must be able to read it, to be told that it is too old.
# For it `-options` is left out, which would say of every JDK since 21 that Java 8 is obsolete.
$(COMPILED): $(SOURCES) Makefile
	@echo 'Compiling src' && rm -rf $(CLASSES) $@
	@$(JAVAC) $(DOCLINT) $(TARGET) -d $(CLASSES) \
	    $(filter-out $(GUARD),$(filter %.java,$(SOURCES)))
	@$(JAVAC) $(DOCLINT) --release 8 -Xlint:-options -cp $(CLASSES) -d $(CLASSES) $(GUARD)
	@touch $@

# The manifest carries all that the jar takes from elsewhere than the sources, so that the jar is
# packed anew exactly when one of them changed. Its date is SOURCE_DATE_EPOCH, or the last commit's,
# or, in a copy that is no checkout, a fixed one.
GIT = GIT_OPTIONAL_LOCKS=0 git --git-dir=.git

$(MANIFEST): FORCE
	@mkdir -p $(@D)
	@revision=$$($(GIT) describe --always --dirty --abbrev=12 --exclude='*' 2>/dev/null); \
	when=$${SOURCE_DATE_EPOCH:-$$($(GIT) log -1 --format=%ct 2>/dev/null || echo 1767225600)}; \
	date=$$(date -u -d "@$$when" +%FT%TZ 2>/dev/null || date -u -r "$$when" +%FT%TZ) && \
	printf '%s\n' 'Main-Class: fakestream.Guard' 'Enable-Native-Access: ALL-UNNAMED' \
	    'Implementation-Title: fakestream' \
	    "Implementation-Version: $(VERSION)+$${revision:-unknown}" \
	    "Implementation-Date: $$date" > $@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# The same sources make the same bytes: entries in one order, and all of one time.
$(JAR): $(COMPILED) $(MANIFEST) $(PUBLIC)
	@echo 'Packing $@'
	@(cd $(CLASSES) && find * -type f | LC_ALL=C sort | sed 's|^|-C $(CLASSES) |') > $@.list
	@find public -type f ! -name '.*' 2>/dev/null | LC_ALL=C sort >> $@.list
	@"$(JDK)/bin/jar" --create --file $@ --manifest $(MANIFEST) \
	    --date "$$(sed -n 's/^Implementation-Date: //p' $(MANIFEST))" @$@.list

$(TESTED): $(COMPILED) $(TEST_SRC) $(JUNIT_JAR) Makefile
	@echo 'Compiling test' && rm -rf $(TESTS) $@
	@$(JAVAC) --release 25 -cp "$(CLASSES):$(JUNIT_JAR)" -d $(TESTS) $(filter %.java,$(TEST_SRC))
	@touch $@

$(FUZZED): $(TESTED) $(FUZZ_SRC) $(JAZZER) $(JAZZER_API) $(JACKSON) Makefile
	@echo 'Compiling test/fuzz' && rm -rf $(FUZZERS) $@
	@$(JAVAC) --release 25 -cp "$(CLASSES):$(TESTS):$(JUNIT_JAR):$(JACKSON)" -d $(FUZZERS) \
	    $(FUZZ_SRC)
	@touch $@

$(JUNIT_GOT):
	@$(call fetch,$(JUNIT),$(JUNIT_SUM))

$(JAZZER):
	@$(call fetch,com.code-intelligence:jazzer:0.30.0,$\
	    8bdeac017bcd3d9473c9772fac62111c4df830188571def1d001a1b743a62b2f)

$(JAZZER_API):
	@$(call fetch,com.code-intelligence:jazzer-api:0.30.0,$\
	    d36a725cfedcb7f3590206866cc2836f84d12afccf7c98912f5c720e4d2208d7)

$(JACKSON):
	@$(call fetch,com.fasterxml.jackson.core:jackson-core:2.20.0,$\
	    bc0cf46075877201f8406ee7de2741ae7df6c066f5f0457bd80632a718c06e72)

# Fetches an artifact with that SHA-256 as the target, for the tests alone. Maven is asked because
# it knows the mirrors and proxies of the machine it runs on.
define fetch
command -v mvn >/dev/null || { \
    echo '$(@F) is fetched by Maven: install mvn, or put it into $(@D)' >&2; exit 1; }; \
echo 'Fetching $(@F)' && rm -rf $(@D)/new && \
mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy \
    -Dartifact=$(strip $1) -DoutputDirectory="$(CURDIR)/$(@D)/new" && \
sum=$$(cat $(@D)/new/*.jar | (sha256sum 2>/dev/null || shasum -a 256) | cut -d' ' -f1) && \
if [ "$$sum" != $(strip $2) ]; then rm -rf $(@D)/new; \
    printf '%s\n' '$(@F) was fetched with a wrong SHA-256, and thrown away:' \
        "  got      $$sum" '  expected $(strip $2)' >&2; exit 1; fi && \
mv $(@D)/new/*.jar $@ && rmdir $(@D)/new
endef

doc:
	@echo 'Reading the documentation' && rm -rf $(BUILD)/doc
	@"$(JDK)/bin/javadoc" -quiet $(DOCLINT) -Werror -package --release 25 -encoding UTF-8 \
	    --show-packages all --show-module-contents all -d $(BUILD)/doc $(filter %.java,$(SOURCES))

# The second build stands elsewhere, at another hour and in another time zone.
reproducible: $(JAR)
	@rm -rf $(BUILD)/again
	@TZ=UTC-9 LC_ALL=C $(MAKE) --no-print-directory -s JDK="$(JDK)" BUILD=$(BUILD)/again all
	@cmp $(JAR) $(BUILD)/again/fakestream.jar && echo 'Two builds gave the same jar.'
