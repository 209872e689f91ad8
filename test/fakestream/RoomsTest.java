package fakestream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Checks the plan of the rooms: the allowed arrows between rooms, no circles between classes, the
/// size of a room, and the needs of the pure rooms. A failure names the arrow to remove. Each
/// checker must also find a deliberate offence, which shows that it is not blind.
final class RoomsTest {
    private static final Path SOURCES =
            Path.of(System.getProperty("fakestream.root", ""), "src", "fakestream");
    private static final int MOST_FILES = 20;

    private static final Set<String> APIS =
            Set.of("protocol.chat", "protocol.responses", "protocol.messages", "protocol.gemini",
                    "protocol.images", "protocol.audio");

    /// Each room and the rooms that it may use.
    private static final Map<String, Set<String>> ARROWS = arrows("""
            : server connections upstream upstream.way protocol config telemetry demo json
            server: endpoint access stream connections http upstream protocol json config \
                telemetry concurrent protocol.chat protocol.responses protocol.messages \
                protocol.gemini protocol.images protocol.audio
            endpoint: access stream http upstream protocol json config telemetry concurrent
            access: connections http protocol json config telemetry concurrent
            stream: http protocol json config telemetry concurrent
            upstream: upstream.way http protocol json config telemetry concurrent
            upstream.way: config
            http: connections protocol json config telemetry concurrent
            connections: config telemetry concurrent
            protocol.chat: protocol json
            protocol.responses: protocol json
            protocol.messages: protocol json
            protocol.gemini: protocol json
            protocol.images: protocol json
            protocol.audio: protocol json
            protocol: json
            telemetry: config json concurrent
            demo: json
            json:
            concurrent:
            config:
            """);

    private static final Pattern PURE = Pattern.compile("json|protocol(\\..*)?");
    private static final Pattern IMPURE_TYPE = Pattern.compile("java\\.(net|io|nio\\.file"
            + "|nio\\.channels|util\\.concurrent|security)\\..*|java\\.(time\\.(Clock|Instant)"
            + "|lang\\.(Thread\\w*|Process\\w*|Runtime)|util\\.(Random|UUID|Timer))\\b.*");
    /// A line of jdeps: the user, the used class, and its module or class path entry.
    private static final Pattern JDEPS = Pattern.compile("(?m)^ +(\\S+) +-> (\\S+) +(\\S.*)$");

    /// One class that needs another, and the module or class path entry of the second.
    private record Use(String from, String to, String module) {
        private boolean isOurs() {
            return to.startsWith("fakestream.");
        }
    }

    private static Map<String, Set<String>> arrows(String plan) {
        var arrows = new HashMap<String, Set<String>>();
        plan.lines().forEach(line -> {
            var room = line.split(":", -1);
            arrows.put(room[0], Set.of(room[1].isBlank() ? new String[0]
                    : room[1].strip().split(" +")));
        });
        return arrows;
    }

    @Test
    void findsOnlyAllowedArrows() throws URISyntaxException {
        assertNone(wrongArrows(ours()));
    }

    @Test
    void findsNoTwoClassesThatNeedEachOther() throws URISyntaxException {
        assertNone(circles(ours(), Guard.class.getClassLoader()));
    }

    @Test
    void keepsPureRoomsFreeOfSocketsClocksAndThreads() throws URISyntaxException {
        assertNone(impureUses(ours()));
    }

    @Test
    void keepsRoomsSmall() throws IOException {
        var sizes = new TreeMap<String, Integer>();
        try (var files = Files.walk(SOURCES)) {
            files.filter(file -> file.toString().endsWith(".java")).forEach(file ->
                    sizes.merge(SOURCES.relativize(file.getParent()).toString(), 1, Integer::sum));
        }
        assertTrue(sizes.size() > APIS.size(), sizes::toString);
        assertNone(sizes.entrySet().stream().filter(room -> room.getValue() > MOST_FILES)
                .map(room -> room.getKey() + " has " + room.getValue() + " files").toList());
    }

    @Test
    void keepsTheApisApart() {
        APIS.forEach(api -> assertEquals(Set.of("protocol", "json"), ARROWS.get(api)));
    }

    @Test
    void refusesEveryArrowThatIsNotAllowed() {
        for (var good : List.of("Main server.A", "demo.A json.B", "json.A json.B",
                "protocol.chat.A protocol.B")) {
            assertEquals(List.of(), wrongArrows(between(good)), good);
        }
        for (var bad : List.of("upstream.A server.B", "config.A json.B", "demo.A protocol.B",
                "json.A protocol.B", "protocol.A config.B", "util.A json.B", "server.A util.B",
                "json.A Main", "protocol.chat.A protocol.gemini.B", "protocol.A protocol.chat.B")) {
            assertEquals(1, wrongArrows(between(bad)).size(), bad);
        }
    }

    @Test
    void findsTheUsesOfCompiledClasses(@TempDir Path dir) throws IOException {
        var uses = compiled(dir, "json", """
                class Bad extends Thread {
                    java.net.http.HttpClient client;
                    java.time.Instant now;
                    java.util.logging.Logger log;
                }
                """);
        assertEquals(List.of("java.lang.Thread", "java.net.http.HttpClient", "java.time.Instant",
                "java.util.logging.Logger"),
                impureUses(uses).stream().map(use -> use.split(" -> ")[1]).toList());
    }

    @Test
    void findsCirclesExceptOfASealedTypeAndItsCases(@TempDir Path dir) throws IOException {
        assertEquals(List.of(), circlesIn(dir, "a", """
                class One { Two two; class Inner { One outer; } }
                class Two { Three three; }
                class Three { }
                """));
        assertEquals(List.of("fakestream.b.One -> fakestream.b.Two -> fakestream.b.One"),
                circlesIn(dir, "b", """
                class One { Two.Inner two; }
                class Two { class Inner { One one; } }
                """));
        assertEquals(List.of(), circlesIn(dir, "c", """
                sealed interface Value permits Case { Case first(); }
                record Case(Value value) implements Value { public Case first() { return this; } }
                """));
    }

    private static List<String> circlesIn(Path dir, String room, String types) throws IOException {
        try (var loader = new URLClassLoader(new URL[] {dir.toUri().toURL()})) {
            return circles(compiled(dir, room, types), loader);
        }
    }

    private static void assertNone(List<String> offences) {
        assertTrue(offences.isEmpty(), () -> "\n" + String.join("\n", offences) + "\n");
    }

    private static List<Use> ours() throws URISyntaxException {
        var main = Guard.class.getProtectionDomain().getCodeSource().getLocation().toURI();
        return uses(Path.of(main));
    }

    /// The uses of these types after compilation in a package of this project.
    private static List<Use> compiled(Path dir, String room, String types) throws IOException {
        var source = Files.writeString(dir.resolve(room + ".java"),
                "package fakestream." + room + ";\n" + types);
        run("javac", "-d", dir.toString(), source.toString());
        return uses(dir.resolve("fakestream", room));
    }

    /// Every use that jdeps finds, including uses within a package.
    private static List<Use> uses(Path classes) {
        var report = run("jdeps", "-verbose:class", "-filter:none", classes.toString());
        var uses = JDEPS.matcher(report).results()
                .map(use -> new Use(use.group(1), use.group(2), use.group(3).strip()))
                .toList();
        assertTrue(uses.stream().anyMatch(use -> use.module.equals("java.base")), report);
        return uses;
    }

    private static String run(String tool, String... arguments) {
        var said = new StringWriter();
        var writer = new PrintWriter(said);
        var status = ToolProvider.findFirst(tool).orElseThrow().run(writer, writer, arguments);
        assertEquals(0, status, said::toString);
        return said.toString();
    }

    private static List<Use> between(String pair) {
        var types = pair.split(" ");
        return List.of(new Use("fakestream." + types[0], "fakestream." + types[1], "fakestream"));
    }

    private static List<String> wrongArrows(List<Use> uses) {
        return uses.stream()
                .filter(use -> use.isOurs() && !room(use.from).equals(room(use.to)))
                .filter(use -> !ARROWS.getOrDefault(room(use.from), Set.of())
                        .contains(room(use.to)))
                .map(use -> use.from + " -> " + use.to).sorted().toList();
    }

    private static List<String> impureUses(List<Use> uses) {
        return uses.stream()
                .filter(use -> PURE.matcher(room(use.from)).matches() && !use.isOurs())
                .filter(use -> !use.module.equals("java.base")
                        || IMPURE_TYPE.matcher(use.to).matches())
                .map(use -> use.from + " -> " + use.to).sorted().toList();
    }

    /// The shortest circle of each group of top-level classes that need each other. Excepted is a
    /// group in one room with a sealed type: the type, its cases, and their readers and writers.
    private static List<String> circles(List<Use> uses, ClassLoader loader) {
        var needs = new TreeMap<String, Set<String>>();
        uses.stream().filter(Use::isOurs).forEach(use -> needs.computeIfAbsent(
                topLevel(use.from), _ -> new TreeSet<>()).add(topLevel(use.to)));
        var circles = new TreeSet<String>();
        var seen = new TreeSet<String>();
        for (var type : needs.keySet()) {
            var group = reached(type, needs).keySet().stream()
                    .filter(other -> reached(other, needs).containsKey(type)).toList();
            var isFamily = group.stream().map(RoomsTest::room).distinct().count() == 1
                    && group.stream().anyMatch(member -> isSealed(member, loader));
            if (group.size() > 1 && !isFamily && seen.addAll(group)) {
                circles.add(around(type, needs));
            }
        }
        return List.copyOf(circles);
    }

    private static boolean isSealed(String type, ClassLoader loader) {
        try {
            return Class.forName(type, false, loader).isSealed();
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    private static String topLevel(String type) {
        return type.replaceFirst("\\$.*", "");
    }

    /// All direct and indirect needs of a type, each with the class that needs it; the nearest come
    /// first.
    private static Map<String, String> reached(String type, Map<String, Set<String>> needs) {
        var reached = new LinkedHashMap<String, String>();
        var waiting = new ArrayDeque<>(List.of(type));
        while (!waiting.isEmpty()) {
            var from = waiting.poll();
            for (var to : needs.getOrDefault(from, Set.of())) {
                if (!to.equals(from) && reached.putIfAbsent(to, from) == null) {
                    waiting.add(to);
                }
            }
        }
        return reached;
    }

    private static String around(String type, Map<String, Set<String>> needs) {
        var reached = reached(type, needs);
        var way = type;
        for (var from = reached.get(type); !from.equals(type); from = reached.get(from)) {
            way = from + " -> " + way;
        }
        return type + " -> " + way;
    }

    /// The package of a class within the project.
    private static String room(String type) {
        var end = type.lastIndexOf('.');
        return end <= "fakestream".length() ? "" : type.substring("fakestream.".length(), end);
    }
}
