package fakestream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The message of a Java that is too old for the jar.
final class GuardTest {
    private static final int JAVA_8_CLASS_FILE = 52;
    private static final Pattern VERSION = Pattern.compile("version \"(?:1\\.)?(\\d+)");

    @Test
    void refusesAnOlderJavaInOneLine(@TempDir Path dir) throws Exception {
        var jar = System.getProperty("fakestream.jar");
        assumeTrue(jar != null && Files.exists(Path.of(jar)), "no jar was built");
        var java = oldJava();
        assumeTrue(java.isPresent(), "no Java older than 25 on this machine");

        var out = dir.resolve("out");
        var err = dir.resolve("err");
        var status = run(out, err, java.get().toString(), "-jar", jar);

        var said = Files.readString(err);
        assertEquals(1, said.lines().count(), said);
        assertTrue(said.startsWith("fakestream needs Java 25 or newer; this is Java "), said);
        assertEquals("", Files.readString(out));
        assertEquals(78, status);
    }

    @Test
    void isCompiledForJava8() throws IOException {
        try (var in = new DataInputStream(Guard.class.getResourceAsStream("Guard.class"))) {
            assertEquals(0xCAFEBABE, in.readInt());
            assertEquals(0, in.readUnsignedShort());
            assertEquals(JAVA_8_CLASS_FILE, in.readUnsignedShort());
        }
    }

    @Test
    void namesTheJavaThatIsTooOldAndItsPath() {
        assertEquals("fakestream needs Java 25 or newer; this is Java 17.0.15 (/opt/java-17). "
                + "Install a JDK 25 and start fakestream with its bin/java.",
                Guard.complaint("17", "17.0.15", "/opt/java-17"));
    }

    @Test
    void refusesEveryJavaBefore25AndNoneSince() {
        for (var old : new String[] {"1.7", "1.8", "9", "17", "21", "24"}) {
            assertNotNull(Guard.complaint(old, "", ""), old);
        }
        for (var good : new String[] {"25", "26", "100"}) {
            assertNull(Guard.complaint(good, "", ""), good);
        }
    }

    /// The first Java older than 25 in the PATH or in Linux's usual directory.
    private static Optional<Path> oldJava() throws IOException {
        var path = Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(dir -> Path.of(dir, "java"));
        var usual = Path.of("/usr/lib/jvm");
        try (var homes = Files.isDirectory(usual) ? Files.list(usual) : Stream.<Path>empty()) {
            return Stream.concat(path, homes.sorted().map(home -> home.resolve("bin/java")))
                    .filter(Files::isExecutable)
                    .filter(GuardTest::isOld)
                    .findFirst();
        }
    }

    private static boolean isOld(Path java) {
        try {
            var answer = Files.createTempFile("java", ".version");
            try {
                run(answer, answer, java.toString(), "-version");
                var version = VERSION.matcher(Files.readString(answer));
                return version.find() && Integer.parseInt(version.group(1)) < 25;
            } finally {
                Files.delete(answer);
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(java + " does not tell its version", e);
        }
    }

    /// Runs a command without the variables that make a JVM print more; returns its status.
    private static int run(Path out, Path err, String... command)
            throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).redirectOutput(out.toFile());
        if (out.equals(err)) {
            builder.redirectErrorStream(true);
        } else {
            builder.redirectError(err.toFile());
        }
        builder.environment().keySet().removeAll(Set.of("JAVA_TOOL_OPTIONS",
                "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS"));
        var process = builder.start();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(String.join(" ", command) + " does not end");
        }
        return process.exitValue();
    }
}
