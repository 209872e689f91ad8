package fakestream.testing;

import fakestream.config.Config;
import fakestream.server.ProxyServer;
import fakestream.telemetry.Build;
import fakestream.telemetry.Journal;
import fakestream.telemetry.Log;
import fakestream.upstream.Upstream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// The real proxy on a free port of the loopback address, in front of a scripted upstream, and the
/// log of the proxy.
public final class TestProxy implements AutoCloseable {
    /// The key that the requests of [#chat], [#stream] and [#get] carry.
    public static final String KEY = "Authorization: Bearer sk-of-the-client";

    static {
        warmUp();
    }

    private final ProxyServer server;
    private final BlockingQueue<String> accessLines;
    private final ByteArrayOutputStream diagnostics;

    private TestProxy(ProxyServer server, BlockingQueue<String> accessLines,
            ByteArrayOutputStream diagnostics) {
        this.server = server;
        this.accessLines = accessLines;
        this.diagnostics = diagnostics;
    }

    /// @param settings each as `NAME=VALUE`
    public static TestProxy before(ScriptedUpstream upstream, String... settings) {
        return before(upstream.url(), settings);
    }

    public static TestProxy before(String upstreamUrl, String... settings) {
        var values = new HashMap<String, String>();
        values.put("PORT", "0");
        values.put("SOURCE_API_URL", upstreamUrl);
        // Most tests count calls, so retries are off by default.
        values.put("RETRY_MAX", "0");
        values.put("LOG_LEVEL", "debug");
        for (var setting : settings) {
            var parts = setting.split("=", 2);
            values.put(parts[0], parts[1]);
        }
        var lines = new LinkedBlockingQueue<String>();
        var diagnostics = new ByteArrayOutputStream();
        var config = Config.of(values);
        var log = new Log(config, Upstream.redactor(config), Journal.NONE,
                new PrintStream(new Lines(lines), true), new PrintStream(diagnostics, true));
        try {
            var server = ProxyServer.bind(config, new Build("1.2.3", "abc"), log).start().ready();
            return new TestProxy(server, lines, diagnostics);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public ProxyServer server() {
        return server;
    }

    public int port() {
        return URI.create(server.url()).getPort();
    }

    public RawClient connect() {
        return RawClient.connect(port());
    }

    /// Sends a request without a key on a new connection.
    public ClientResponse request(String method, String target, String body, String... fields) {
        try (var client = connect()) {
            client.request(method, target, body, fields);
            return method.equals("HEAD") ? client.responseWithoutBody() : client.response();
        }
    }

    public ClientResponse get(String target, String... fields) {
        return request("GET", target, "", withKey(fields));
    }

    /// Posts a chat and reads the response as a whole.
    public ClientResponse chat(String body, String... fields) {
        return request("POST", "/v1/chat/completions", body, withKey(fields));
    }

    /// Posts a chat and reads the response as a stream.
    public SseClient stream(String body, String... fields) {
        return SseClient.reading(connect().request("POST", "/v1/chat/completions", body,
                withKey(fields)));
    }

    /// The first request of a JVM takes a second on a busy machine, and the tests measure times.
    private static void warmUp() {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = before(upstream); var client = proxy.stream(Chats.STREAM)) {
            client.body();
        }
    }

    private static String[] withKey(String... fields) {
        var all = Arrays.copyOf(fields, fields.length + 1);
        all[fields.length] = KEY;
        return all;
    }

    /// The next line of the access log without its time.
    public String accessLine() {
        return wholeAccessLine().split(" ", 2)[1];
    }

    /// The next line of the access log.
    public String wholeAccessLine() {
        return Waiting.next(accessLines, "a line of the access log");
    }

    /// The other lines of the log.
    public String diagnostics() {
        return diagnostics.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        server.close();
    }

    /// Puts each printed line into a queue.
    private static final class Lines extends OutputStream {
        private final BlockingQueue<String> lines;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        Lines(BlockingQueue<String> lines) {
            this.lines = lines;
        }

        @Override
        public synchronized void write(int b) {
            if (b == '\n') {
                lines.add(line.toString(StandardCharsets.UTF_8));
                line.reset();
            } else {
                line.write(b);
            }
        }
    }
}
