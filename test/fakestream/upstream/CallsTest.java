package fakestream.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import fakestream.config.Config;
import fakestream.http.ByteBudget;
import fakestream.http.UpstreamKey;
import fakestream.json.Json;
import fakestream.json.JsonException;
import fakestream.json.Parts;
import fakestream.testing.Call;
import fakestream.testing.Chats;
import fakestream.testing.FullListener;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.ScriptedUpstream.Script;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How many calls one request makes to an upstream, and to fallbacks with the same fault.
///
/// If nothing was sent, or the upstream says that it did not answer, a request repeats up to
/// RETRY_MAX calls and asks each fallback once: 1 + RETRY_MAX + fallbacks. If an answer may have
/// been paid for, the request makes one call, whatever the settings.
final class CallsTest {
    private static final int[] RETRIES = {0, 2, 10};
    private static final int[] FALLBACKS = {0, 1, 2};
    private static final String UNPAID = "1 2 3 3 4 5 11 12 13";
    private static final String ONCE = "1 1 1 1 1 1 1 1 1";
    /// The same upstream recognizes the request by its key; the fallbacks do not.
    private static final String AGAIN = "1 1 1 3 3 3 11 11 11";
    private static final String NO_KEY = "";
    private static final String KEY = "k-1";

    /// No pause before a call.
    private static final RandomGenerator AT_ONCE = new RandomGenerator() {
        @Override
        public long nextLong() {
            return 0;
        }

        @Override
        public long nextLong(long bound) {
            return 0;
        }
    };

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    /// The calls for RETRY_MAX 0, 2 and 10, each with none, one and two fallbacks.
    private List<Integer> calls(String url, String idempotencyKey) {
        var calls = new ArrayList<Integer>();
        for (var most : RETRIES) {
            for (var fallbacks : FALLBACKS) {
                calls.add(calls(url, idempotencyKey, most, fallbacks));
            }
        }
        return calls;
    }

    private int calls(String url, String idempotencyKey, int most, int fallbacks) {
        var config = Config.of(Map.of("SOURCE_API_URL", url, "RETRY_MAX", "" + most,
                "FALLBACK_API_URLS", String.join(",", Collections.nCopies(fallbacks, url)),
                "UPSTREAM_CONNECT_TIMEOUT_MS", "100", "UPSTREAM_IDLE_TIMEOUT_MS", "1000"));
        var headers = idempotencyKey.isEmpty() ? Map.<String, List<String>>of()
                : Map.of("Idempotency-Key", List.of(idempotencyKey));
        try (var upstream = new Upstream(config, timer, _ -> { },
                        new ByteBudget(1 << 20, 1 << 20), AT_ONCE);
                var request = new UpstreamRequest(upstream, UpstreamKey.bearer("sk-test"), "req_1",
                        headers)) {
            try (var calls = UpstreamCalls.post(request, Map.of(), "m", _ ->
                    new UpstreamCalls.Post("chat/completions", Parts.of(Chats.WHOLE)))) {
                read(calls);
            } catch (UpstreamException _) {
                // Other tests check the failure; this one counts calls.
            }
            return request.figures().calls();
        }
    }

    /// Reads as [fakestream.endpoint] does: an answer that is not JSON is a failure.
    private static void read(UpstreamCalls calls) throws UpstreamException {
        for (var isOpen = true; isOpen; ) {
            try {
                isOpen = calls.again(status(calls.next()), Optional::empty);
            } catch (UpstreamException e) {
                isOpen = calls.again(e);
                if (!isOpen) {
                    throw e;
                }
            }
        }
    }

    private static int status(UpstreamAnswer answer) throws UpstreamException {
        var body = answer.body();
        try {
            Json.parse(body);
            return answer.head().status();
        } catch (JsonException _) {
            return 502;
        }
    }

    private void makes(String expected, String url, String idempotencyKey) {
        assertEquals(expected, calls(url, idempotencyKey).stream().map(String::valueOf)
                .collect(Collectors.joining(" ")));
    }

    private void makes(String expected, Script fault, String idempotencyKey) {
        try (var upstream = ScriptedUpstream.start(fault)) {
            makes(expected, upstream.url(), idempotencyKey);
            var sum = List.of(expected.split(" ")).stream().mapToInt(Integer::parseInt).sum();
            assertEquals(sum, upstream.count());
        }
    }

    private static Script status(int status) {
        return call -> call.json(status, "{}", "Retry-After-Ms: 0");
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                // The upstream says that it did not answer, and that this may pass.
                Arguments.of("503", UNPAID, UNPAID, status(503)),
                Arguments.of("429", UNPAID, UNPAID, status(429)),
                Arguments.of("522, of a CDN", UNPAID, UNPAID, status(522)),
                Arguments.of("a page under 200", UNPAID, UNPAID, (Script) call ->
                        call.answer(200, "text/html", "<html>", "Retry-After-Ms: 0")),
                // The upstream says that another call would end the same way.
                Arguments.of("400", ONCE, ONCE, status(400)),
                Arguments.of("503, forbidding it", ONCE, ONCE, (Script) call ->
                        call.json(503, "{}", "X-Should-Retry: false")),
                // The request was sent, and its answer is lost.
                Arguments.of("closed", ONCE, AGAIN, (Script) _ -> { }),
                Arguments.of("reset", ONCE, AGAIN, (Script) Call::reset),
                Arguments.of("half a head", ONCE, AGAIN,
                        (Script) call -> call.send("HTTP/1.1 200 OK\r\nContent-Ty")),
                Arguments.of("half a body", ONCE, AGAIN, (Script) call -> {
                    call.begin("application/json");
                    call.chunk("{\"choices\":");
                }),
                Arguments.of("half a body of a known length", ONCE, AGAIN, (Script) call -> {
                    call.head(200, "Content-Length: 900");
                    call.send("{");
                }),
                // The answer cannot be read, but there is one.
                Arguments.of("no HTTP", ONCE, ONCE, (Script) call -> {
                    call.send("SSH-2.0-OpenSSH_9.2\r\n\r\n");
                    call.sawClose();
                }),
                Arguments.of("a bad length", ONCE, ONCE, (Script) call -> {
                    call.send("HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\n{}");
                    call.sawClose();
                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void dependOnTheFault(String name, String calls, String callsWithKey, Script fault) {
        makes(calls, fault, NO_KEY);
        makes(callsWithKey, fault, KEY);
    }

    /// The answer's own timeout ends it before that of the whole request.
    @Test
    void areOneIfTheAnswerFallsSilent() {
        try (var upstream = ScriptedUpstream.start(call -> {
            call.begin("application/json");
            call.sawClose();
        })) {
            assertEquals(1, calls(upstream.url(), NO_KEY, 2, 1));
            assertEquals(1, calls(upstream.url(), KEY, 2, 1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void areAllAllowedIfTheConnectionIsRefused(String scheme) throws IOException {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        makes(UNPAID, scheme + "://127.0.0.1:" + port, NO_KEY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void areAllAllowedIfTheNameIsUnknown(String scheme) {
        makes(UNPAID, scheme + "://no-such-name.invalid", NO_KEY);
    }

    @Test
    void areAllAllowedIfConnectingTimesOut() {
        try (var full = new FullListener()) {
            makes(UNPAID, full.url(), NO_KEY);
        }
    }

    /// The end of a TLS handshake at the server's side.
    @FunctionalInterface
    private interface Handshake {
        void end(Socket socket) throws IOException;
    }

    private static void answer(ServerSocket server, Handshake handshake) {
        try {
            while (true) {
                var socket = server.accept();
                socket.getInputStream().read();
                handshake.end(socket);
            }
        } catch (IOException _) {
            // The test is over.
        }
    }

    static Stream<Arguments> handshakes() {
        return Stream.of(
                Arguments.of("plain text", (Handshake) socket ->
                        socket.getOutputStream().write("HTTP/1.1 400 Bad\r\n\r\n".getBytes())),
                Arguments.of("closed", (Handshake) Socket::close),
                Arguments.of("reset", (Handshake) socket -> {
                    socket.setSoLinger(true, 0);
                    socket.close();
                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("handshakes")
    void areAllAllowedIfTheHandshakeFails(String name, Handshake handshake) throws IOException {
        try (var server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> answer(server, handshake));
            makes(UNPAID, "https://127.0.0.1:" + server.getLocalPort(), NO_KEY);
        }
    }
}
