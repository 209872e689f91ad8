package fakestream.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Chats;
import fakestream.testing.Daemon;
import fakestream.testing.RawClient;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Faults of the daemon's environment.
///
/// O66 a and b are in `MainTest` and `ConfigExceptionTest`, c in `KeyFileTest`, d in
/// `LifecycleTest`, g in `OpenFilesTest`; m is `make soak`.
final class OperatorCasesTest {
    @TempDir
    private Path directory;

    private static int port(Daemon daemon) {
        var line = daemon.says("listening on ");
        return URI.create(line.replaceFirst(".* listening on (\\S+), asking .*", "$1")).getPort();
    }

    private static void serves(int port) {
        try (var client = RawClient.connect(port)) {
            var response = client.request("POST", "/v1/chat/completions", Chats.WHOLE,
                    TestProxy.KEY).response();
            assertEquals(Chats.completion("H\u00e9llo \u4e16."), response.text());
        }
    }

    private static ScriptedUpstream upstream() {
        return ScriptedUpstream.answering(200, Chats.completion("H\u00e9llo \u4e16."));
    }

    @Test
    void o66eStartsOnTheSamePortAfterAKill() {
        try (var upstream = upstream();
                var first = Daemon.start(directory, "--port", "0", "--set",
                        "SOURCE_API_URL=" + upstream.url())) {
            var port = port(first);
            serves(port);
            // A connection that is still open could keep the port in use.
            try (var open = RawClient.connect(port)) {
                open.send("GET /");
                first.signal("KILL");
                assertEquals(128 + 9, first.exitCode());
                try (var second = Daemon.start(directory, "--port", Integer.toString(port),
                        "--set", "SOURCE_API_URL=" + upstream.url())) {
                    assertEquals(port, port(second));
                    serves(port);
                }
            }
        }
    }

    /// Each write to the log fails: the output is closed, or it is `/dev/full`.
    @Test
    void o66iServesIfItsLogCannotBeWritten() throws Exception {
        try (var upstream = upstream()) {
            for (var out : List.of(">&- 2>&-", ">/dev/full 2>/dev/full")) {
                var port = freePort();
                var process = shell("exec \"$@\" " + out, upstream, port, List.of());
                try {
                    awaitPort(port, process);
                    serves(port);
                    serves(port);
                    process.destroy();
                    assertTrue(process.waitFor(10, TimeUnit.SECONDS));
                    assertEquals(0, process.exitValue(), out);
                } finally {
                    process.destroyForcibly();
                }
            }
        }
    }

    /// The daemon has no home, no temporary directory, no writable working directory and only ASCII
    /// characters.
    @Test
    void o66lServesWithoutHomeTempAndLocale() throws Exception {
        assertTrue(directory.toFile().setWritable(false));
        try (var upstream = upstream()) {
            var port = freePort();
            var process = shell("cd '" + directory + "' && LC_ALL=C TZ=Pacific/Chatham "
                    + "exec \"$@\"", upstream, port,
                    List.of("-Duser.home=/nowhere", "-Djava.io.tmpdir=/nowhere"));
            try {
                awaitPort(port, process);
                serves(port);
                process.destroy();
                assertTrue(process.waitFor(10, TimeUnit.SECONDS));
                assertEquals(0, process.exitValue());
            } finally {
                process.destroyForcibly();
            }
        } finally {
            assertTrue(directory.toFile().setWritable(true));
        }
    }

    /// The daemon ends, and systemd restarts it; a daemon that only half works would be worse.
    @Test
    void o66hEndsIfItsHeapIsExhausted() throws Exception {
        var large = Chats.completion("x".repeat(30_000_000));
        try (var upstream = ScriptedUpstream.answering(200, large)) {
            var port = freePort();
            var process = shell("exec \"$@\"", upstream, port, List.of("-Xmx48m",
                    "-XX:+ExitOnOutOfMemoryError"), "--set", "BODY_MEMORY_MIB=1000");
            try (var client = connect(port, process)) {
                client.request("POST", "/v1/chat/completions", Chats.STREAM, TestProxy.KEY);
                assertTrue(process.waitFor(20, TimeUnit.SECONDS), "it lives on");
                assertEquals(3, process.exitValue());
            } finally {
                process.destroyForcibly();
            }
        }
    }

    private static Process shell(String script, ScriptedUpstream upstream, int port,
            List<String> options, String... arguments) throws IOException {
        var command = new ArrayList<String>(List.of("/bin/sh", "-c", script, "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        var jar = System.getProperty("fakestream.jar", "build/fakestream.jar");
        command.addAll(List.of("-jar", new File(jar).getAbsolutePath(), "--port", "" + port,
                "--set", "SOURCE_API_URL=" + upstream.url()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().keySet().removeIf(name -> !name.equals("PATH"));
        return builder.start();
    }

    private static int freePort() throws IOException {
        try (var free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    private static RawClient connect(int port, Process process) throws InterruptedException {
        awaitPort(port, process);
        return RawClient.connect(port);
    }

    /// The daemon cannot log that it listens, so this polls the port until it answers.
    private static void awaitPort(int port, Process process) throws InterruptedException {
        var began = System.nanoTime();
        while (!answers(port)) {
            assertTrue(process.isAlive(), "it ended");
            assertFalse(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began) > 20,
                    "it does not start");
            Thread.sleep(50);
        }
    }

    private static boolean answers(int port) {
        try (var client = RawClient.connect(port)) {
            return client.request("GET", "/api/status", "").response().status() == 200;
        } catch (UncheckedIOException _) {
            return false;
        }
    }
}
