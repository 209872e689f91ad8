package fakestream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.source.tree.BlockTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.tools.JavaFileObject.Kind;
import javax.tools.SimpleJavaFileObject;
import org.junit.jupiter.api.Test;

/// Checks the style of source files and the names at the top level; [RoomsTest] checks the rooms.
/// Each checker must also find a deliberate offence, which shows that it is not blind.
final class LayoutTest {
    private static final Path ROOT = Path.of(System.getProperty("fakestream.root", ""));
    private static final int LONGEST_FILE = 300;
    private static final int LONGEST_METHOD = 40;

    private static final Set<String> TOP_LEVEL = Set.of("Makefile", "src", "test", "public",
            "README.md", "proxy.properties.example", "LICENSE", "build");

    private static final List<String> PURE =
            List.of("src/fakestream/protocol/", "src/fakestream/json/");
    private static final Pattern IMPURE =
            Pattern.compile(".*\\b(System\\.(nanoTime|currentTimeMillis)|Math\\.random)");
    private static final Pattern LOCK =
            Pattern.compile("new (Guard|Reentrant\\w*Lock|Semaphore|StampedLock)\\b");
    /// Virtual threads may hang in a monitor; `Guard` says when.
    private static final Pattern MONITOR =
            Pattern.compile("(?m)^(?! *//).*\\b(synchronized\\b|notify(All)?\\(|timedWait\\()");
    /// A row of the list of locks.
    private static final Pattern LISTED = Pattern.compile("(?m)^/// \\| `(\\w+)` \\|");
    /// No line of a source may match these.
    private static final Map<String, Pattern> BAD_LINES = Map.of(
            "a tab", Pattern.compile("\t"),
            "a trailing blank", Pattern.compile("\\s$"),
            "more than 100 columns", Pattern.compile("^.{101}"),
            "a wildcard import", Pattern.compile("^import .*\\*;"));

    @Test
    void findsNoOffenceInTheSources() throws IOException {
        var offences = new ArrayList<String>();
        for (var file : sources()) {
            offences.addAll(offences(file, Files.readString(ROOT.resolve(file))));
        }
        assertNone(offences);
    }

    @Test
    void allowsOnlyKnownNamesAtTheTopLevel() throws IOException {
        try (var paths = Files.list(ROOT.toAbsolutePath())) {
            assertNone(pending(paths.map(path -> path.getFileName().toString())));
        }
        assertEquals(List.of("docs", "pom.xml"),
                pending(Stream.of("src", "pom.xml", ".ci", "docs", "build", "LICENSE")));
    }

    @Test
    void findsEveryBreachOfStyle() throws IOException {
        var file = "src/fakestream/json/A.java";
        assertEquals(List.of(), offences(file, "/// One.\n@Deprecated\nfinal class A {\n}\n"));
        var bad = "import java.util." + "*;\r\nclass A {\n\tlong a = System.nanoTime(); \n"
                + "    // " + "x".repeat(94) + "\n    // Math.random()\n}";
        var found = List.of("1: a trailing blank", "1: a wildcard import",
                "2: no /// before it", "3: System.nanoTime", "3: a tab", "3: a trailing blank",
                "4: more than 100 columns", "6: no end of line");
        assertEquals(found, offences(file, bad).stream()
                .map(offence -> offence.substring(file.length() + 1)).toList());
        assertEquals(List.of("test/A.java:301: more than 300 lines"),
                offences("test/A.java", "class A {\n" + "\n".repeat(299) + "}\n"));
    }

    @Test
    void measuresMethodsAndBlocksInEachPlace() throws IOException {
        var fine = "{\n" + "x('{', \"}\");\n".repeat(38) + "}\n";
        var tooLong = "{\n" + "x();\n".repeat(39) + "}\n";
        assertEquals(List.of(), offences("A.java", "class A {\n@Test\nvoid a() " + fine
                + "void b() " + fine + "String c = \"\"\"\n" + "{\n".repeat(50) + "\"\"\";\n}\n"));
        for (var start : List.of("void a() ", "static ", "A(int a) ", "B b = x -> ",
                "C c = new C() {\nvoid m() ", "record R(int a) {\nR ", "enum E { X {\nvoid m() ",
                "void a() { b(() -> ")) {
            var found = offences("A.java", "class A {\n" + start + tooLong);
            assertTrue(found.getFirst().endsWith(" a method of 41 lines"), start + found);
        }
        assertTrue(offences("A.java", "class A {\n@Test\nvoid a(int a,\nint b) " + tooLong + "}\n")
                .contains("A.java:3: a method of 42 lines"));
    }

    @Test
    void proxyServerListsEveryLock() throws IOException {
        var locking = new TreeSet<String>();
        for (var file : sources()) {
            var text = file.startsWith("src/") ? Files.readString(ROOT.resolve(file)) : "";
            assertFalse(MONITOR.matcher(text).find(), file);
            if (LOCK.matcher(text).find()) {
                locking.add(Path.of(file).getFileName().toString().replace(".java", ""));
            }
        }
        var listed = LISTED.matcher(Files.readString(
                ROOT.resolve("src/fakestream/server/ProxyServer.java"))).results()
                .map(row -> row.group(1)).collect(Collectors.toCollection(TreeSet::new));
        assertEquals(locking, listed);
    }

    private static void assertNone(List<String> offences) {
        assertTrue(offences.isEmpty(), () -> "\n" + String.join("\n", offences) + "\n");
    }

    private static List<String> pending(Stream<String> names) {
        return names.filter(name -> !name.startsWith(".") && !TOP_LEVEL.contains(name))
                .sorted().toList();
    }

    private static List<String> sources() throws IOException {
        try (var src = Files.walk(ROOT.resolve("src"));
                var test = Files.walk(ROOT.resolve("test"))) {
            return Stream.concat(src, test).map(path -> ROOT.relativize(path).toString())
                    .filter(file -> file.endsWith(".java") && !file.contains("node_modules"))
                    .sorted().toList();
        }
    }

    private static List<String> offences(String file, String text) throws IOException {
        var lines = text.split("\n", -1);
        var found = new TreeSet<String>();
        BAD_LINES.forEach((what, line) -> IntStream.range(0, lines.length)
                .filter(i -> line.matcher(lines[i]).find())
                .forEach(i -> found.add((i + 1) + ": " + what)));
        if (lines.length - 1 > LONGEST_FILE) {
            found.add(lines.length - 1 + ": more than " + LONGEST_FILE + " lines");
        }
        if (!text.endsWith("\n")) {
            found.add(lines.length + ": no end of line");
        }
        new Reader(file, text).read(lines, found);
        return found.stream().map(offence -> file + ":" + offence).toList();
    }

    /// Reads a source as javac does, and checks the rules that need its tree.
    private static final class Reader extends TreeScanner<Void, Set<String>> {
        private final boolean isMain;
        private final boolean isPure;
        private final CompilationUnitTree unit;
        private final SourcePositions positions;

        Reader(String file, String text) throws IOException {
            isMain = file.startsWith("src/");
            isPure = PURE.stream().anyMatch(file::startsWith);
            var source = new SimpleJavaFileObject(URI.create("string:///" + file), Kind.SOURCE) {
                @Override
                public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                    return text;
                }
            };
            var task = (JavacTask) javax.tools.ToolProvider.getSystemJavaCompiler()
                    .getTask(null, null, problem -> { }, null, null, List.of(source));
            unit = task.parse().iterator().next();
            positions = Trees.instance(task).getSourcePositions();
        }

        void read(String[] lines, Set<String> found) {
            unit.getTypeDecls().stream().map(this::start)
                    .filter(line -> isMain && (line < 2 || !lines[line - 2].startsWith("///")))
                    .forEach(line -> found.add(line + ": no /// before it"));
            scan(unit, found);
        }

        /// Measures a method from the line of its name, without annotations, to its closing brace,
        /// and each block, because blocks of lambdas and initialisers may be outside a method.
        @Override
        public Void scan(Tree tree, Set<String> found) {
            switch (tree) {
                case MethodTree method when method.getReturnType() != null ->
                        measure(start(method.getReturnType()), method, found);
                case BlockTree block -> measure(start(block), block, found);
                case MemberSelectTree name when isPure && IMPURE.matcher(name + "").matches() ->
                        found.add(start(name) + ": " + name);
                case null, default -> { }
            }
            return super.scan(tree, found);
        }

        private void measure(int start, Tree tree, Set<String> found) {
            var end = unit.getLineMap().getLineNumber(positions.getEndPosition(unit, tree));
            if (end - start >= LONGEST_METHOD) {
                found.add(start + ": a method of " + (end - start + 1) + " lines");
            }
        }

        private int start(Tree tree) {
            var position = positions.getStartPosition(unit, tree);
            return (int) unit.getLineMap().getLineNumber(position);
        }
    }
}
