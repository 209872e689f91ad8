package fakestream.connections;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import fakestream.config.LogLevel;
import fakestream.telemetry.Log;
import fakestream.testing.Call;
import fakestream.testing.Chats;
import fakestream.testing.RawClient;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.ScriptedUpstream.Script;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Clients that leave while nothing is written to them.
@EnabledOnOs(OS.LINUX)
final class DisconnectWatcherTest {
    /// All bytes of the address are equal, because the tables hold it in the machine's byte order.
    /// A scan comes each second.
    private static final String ADDRESS = "127.127.127.127";
    private static final Script SILENT = Call::sawClose;

    private static void cancels(String method, String target, String body, String... settings) {
        cancelsFor("127.0.0.1", method, target, body, settings);
    }

    private static void cancelsFor(String host, String method, String target, String body,
            String... settings) {
        try (var upstream = ScriptedUpstream.start(SILENT);
                var proxy = TestProxy.before(upstream, settings);
                var client = RawClient.connect(host, proxy.port())) {
            client.request(method, target, body, TestProxy.KEY);
            var call = upstream.call();
            client.leave();
            call.sawClose();
            logs499(proxy, method + " " + target, "0B");
        }
    }

    private static void logs499(TestProxy proxy, String request, String bytes) {
        var line = proxy.accessLine();
        assertTrue(line.matches("\\Q" + request + "\\E 499 " + bytes + " \\d+ms client left .*"),
                line);
    }

    @Test
    void cancelsTheUpstreamOfEveryKindOfRequest() {
        var chat = "/v1/chat/completions";
        Waiting.together(Map.of(
                "whole", () -> cancels("POST", chat, Chats.WHOLE),
                "kept alive", () -> cancels("POST", chat, Chats.WHOLE,
                        "NONSTREAM_KEEPALIVE_MS=60000"),
                "stream", () -> cancels("POST", chat, Chats.STREAM, "HEARTBEAT_STYLE=off",
                        "COMMIT_AFTER_MS=60000"),
                "models", () -> cancels("GET", "/v1/models", ""),
                "passed through", () -> cancels("GET", "/v1/files", ""),
                "uploaded", () -> cancels("POST", "/v1/embeddings", "{\"input\":\"Hi\"}"),
                "dual stack", () -> cancels("POST", chat, Chats.WHOLE, "HOST=0.0.0.0")));
    }

    /// The client that stays shows that the tables list it as open.
    @Test
    void cancelsTheUpstreamOfAClientThatResetsItsConnection() {
        try (var upstream = ScriptedUpstream.start(SILENT);
                var proxy = TestProxy.before(upstream);
                var staying = ask(proxy, Chats.WHOLE)) {
            var kept = upstream.call();
            var leaving = ask(proxy, Chats.WHOLE);
            var call = upstream.call();
            leaving.reset();
            call.sawClose();
            logs499(proxy, "POST /v1/chat/completions", "0B");
            assertTrue(staying.isSilentFor(2500));
            assertFalse(kept.isClosed());
        }
    }

    @Test
    void cancelsAPassThroughThatFellSilent() {
        cancelsAfter("GET", "/v1/files/1/content", "", "first", call -> {
            call.begin("application/octet-stream");
            call.chunk("first");
            call.sawClose();
        });
    }

    @Test
    void cancelsAStreamThatFellSilentWithoutHeartbeats() {
        cancelsAfter("POST", "/v1/chat/completions", Chats.STREAM, "Hel", call -> {
            call.begin("text/event-stream");
            call.chunk(Chats.event("{\"role\":\"assistant\",\"content\":\"Hel\"}"));
            call.sawClose();
        });
    }

    /// The client leaves once it has read `seen`.
    private static void cancelsAfter(String method, String target, String body, String seen,
            Script script) {
        try (var upstream = ScriptedUpstream.start(script);
                var proxy = TestProxy.before(upstream, "HEARTBEAT_STYLE=off", "STREAM_MODE=real");
                var client = SseClient.reading(proxy.connect().request(method, target, body,
                        TestProxy.KEY))) {
            client.next(seen);
            client.leave();
            upstream.call().sawClose();
            logs499(proxy, method + " " + target, "\\d+B");
        }
    }

    @Test
    void findsAClientOfIpv6() throws IOException {
        assumeTrue(NetworkInterface.getByInetAddress(InetAddress.getByName("::1")) != null);
        cancelsFor("::1", "POST", "/v1/chat/completions", Chats.WHOLE, "HOST=::1");
    }

    /// nginx does the same: a half-closed connection looks like one whose client left.
    @Test
    void treatsAClientThatStopsSendingAsGone() {
        try (var upstream = ScriptedUpstream.start(SILENT);
                var proxy = TestProxy.before(upstream); var client = proxy.connect()) {
            client.request("POST", "/v1/chat/completions", Chats.WHOLE, TestProxy.KEY);
            var call = upstream.call();
            client.stopSending();
            call.sawClose();
            logs499(proxy, "POST /v1/chat/completions", "0B");
            assertTrue(client.seesEnd());
        }
    }

    @Test
    void keepsClientsThatStay() {
        var thought = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    if (call.body().contains("leaving")) {
                        call.sawClose();
                    } else {
                        Waiting.open(thought);
                        call.json(200, Chats.completion("Hello."));
                    }
                });
                var proxy = TestProxy.before(upstream)) {
            var leaving = ask(50, proxy, Chats.WHOLE.replace("Hi", "leaving"));
            var staying = ask(50, proxy, Chats.WHOLE);
            var calls = new ArrayList<Call>();
            for (int i = 0; i < 100; i++) {
                calls.add(upstream.call());
            }
            leaving.forEach(RawClient::leave);
            calls.stream().filter(call -> call.body().contains("leaving"))
                    .forEach(Call::sawClose);
            thought.countDown();
            for (var client : staying) {
                assertTrue(client.response().text().contains("Hello."));
                client.close();
            }
        }
    }

    private static List<RawClient> ask(int count, TestProxy proxy, String body) {
        var clients = new ArrayList<RawClient>();
        for (int i = 0; i < count; i++) {
            clients.add(ask(proxy, body));
        }
        return clients;
    }

    private static RawClient ask(TestProxy proxy, String body) {
        return proxy.connect().request("POST", "/v1/chat/completions", body, TestProxy.KEY);
    }

    /// The system may give a closed connection's port to the next one. Here it does so while the
    /// watcher reads the tables; that takes a second and more for tens of thousands of lines.
    @Test
    void doesNotConfuseClientsThatReuseAnAddress(@TempDir Path folder) throws Exception {
        var tables = List.of(folder.resolve("tcp"), folder.resolve("tcp6"));
        for (var table : tables) {
            assertEquals(0, new ProcessBuilder("mkfifo", table.toString()).start().waitFor());
        }
        var local = new InetSocketAddress(ADDRESS, 3000);
        var staying = new InetSocketAddress(ADDRESS, 4000);
        var reused = new InetSocketAddress(ADDRESS, 5000);
        var cut = new AtomicBoolean();
        try (var timer = Executors.newSingleThreadScheduledExecutor();
                var executor = Executors.newSingleThreadExecutor()) {
            var clients = new DisconnectWatcher(tables.stream().map(Path::toString).toList(), timer,
                    executor, new Log(LogLevel.ERROR, System.out, System.err));
            clients.watch(local, staying).onLeaving(() -> cut.set(true));
            var gone = clients.watch(local, reused);
            gone.onLeaving(() -> { });
            show(tables.getFirst(), () -> gone.close(), staying);
            show(tables.getLast(), () -> { });
            show(tables.getFirst(), () -> { }, staying);
            var next = clients.watch(local, reused);
            show(tables.getLast(), () -> next.onLeaving(() -> cut.set(true)));
            // The executor has finished its earlier work when it reads again.
            show(tables.getFirst(), () -> { }, staying, reused);
            show(tables.getLast(), timer::shutdown);
        }
        assertFalse(cut.get());
    }

    /// Waits until the watcher reads a table, and runs `meanwhile` before the end of the table.
    private static void show(Path table, Runnable meanwhile, InetSocketAddress... clients)
            throws IOException {
        try (var out = Files.newBufferedWriter(table)) {
            meanwhile.run();
            for (var client : clients) {
                out.write("0: 7F7F7F7F:0BB8 7F7F7F7F:%04X 01 0\n".formatted(client.getPort()));
            }
        }
    }

    @Test
    void logsOnceIfThereIsNoTable() {
        var diagnostics = new ByteArrayOutputStream();
        var log = new Log(LogLevel.DEBUG, new PrintStream(diagnostics),
                new PrintStream(diagnostics, true));
        try (var timer = Executors.newSingleThreadScheduledExecutor()) {
            new DisconnectWatcher(List.of("/nowhere/tcp", "/nowhere/tcp6"), timer, timer, log);
            assertEquals(List.of(), timer.shutdownNow());
        }
        var said = diagnostics.toString().lines().toList();
        assertEquals(1, said.size());
        assertTrue(said.getFirst().endsWith("debug a client that leaves is noticed at the next"
                + " write only: there is no /nowhere/tcp to read"), said::toString);
    }
}
