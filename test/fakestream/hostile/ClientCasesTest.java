package fakestream.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import fakestream.testing.Call;
import fakestream.testing.Chats;
import fakestream.testing.RawClient;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The client faults of the research, against one daemon. The daemon serves a good request after
/// each fault.
///
/// C44 to C47 are in `LeavingTest` and `DisconnectWatcherTest`, C48 in `SlowClientTest`, C51 and
/// C52 in `BadRequestTest`, C55 to C58 there and in `RequestFramingTest`, C60 to C64 in
/// `RequestValidatorTest`, C65 in `OverloadTest` and `OpenFilesTest`.
final class ClientCasesTest {
    private static final String GOOD = Chats.completion("Hello.");
    private static final String CHAT = "/v1/chat/completions";

    private static ScriptedUpstream upstream;
    private static TestProxy proxy;

    @BeforeAll
    static void start() {
        upstream = ScriptedUpstream.start(ClientCasesTest::play);
        proxy = TestProxy.before(upstream, "CHUNK_DELAY_MS=0");
    }

    @AfterAll
    static void stop() {
        proxy.close();
        upstream.close();
    }

    private static void play(Call call) throws IOException {
        call.json(200, GOOD);
    }

    @AfterEach
    void servesAGoodRequestAfterwards() {
        assertEquals(GOOD, proxy.chat(Chats.WHOLE).text());
        assertFalse(proxy.diagnostics().contains("Exception"), proxy.diagnostics());
    }

    @Test
    void c43LeavesBeforeItSendsARequest() {
        for (var beginning : List.of("", "P", "POST " + CHAT, "POST " + CHAT + " HTTP/1.1\r\n",
                "POST " + CHAT + " HTTP/1.1\r\nHost: localhost\r\nContent-Le")) {
            try (var client = proxy.connect()) {
                client.send(beginning);
            }
        }
    }

    @Test
    void c50SendsItsRequestByteByByte() {
        try (var client = proxy.connect()) {
            var head = RawClient.head("POST", CHAT, TestProxy.KEY, "Content-Length: "
                    + Chats.WHOLE.length()) + "\r\n";
            for (var c : (head + Chats.WHOLE).split("")) {
                client.send(c);
            }
            assertEquals(GOOD, client.response().text());
        }
    }

    /// The announced length is enough for a refusal; the body need not come.
    @Test
    void c51SaysThatItsBodyIsHuge() {
        try (var client = proxy.connect()) {
            client.send(RawClient.head("POST", CHAT, TestProxy.KEY,
                    "Content-Length: 99999999999") + "\r\n{");
            client.response().error(413);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bombs")
    void c54SendsABomb(String name, int status, String body) {
        var response = proxy.chat(body.replaceFirst("}$", ",\"stream\":true}"));
        assertEquals(status, response.status(), response::text);
    }

    static Stream<Arguments> bombs() {
        return Stream.of(
                Arguments.of("C54 arrays", 400, chat("[".repeat(1_000_000))),
                Arguments.of("C54 objects", 400, chat("{\"a\":".repeat(1_000_000))),
                Arguments.of("C54 as deep as may be", 200,
                        chat("[".repeat(511) + "]".repeat(511))),
                Arguments.of("C54 a million members", 200, chat(members())),
                Arguments.of("C54 a million elements", 200,
                        chat("[0" + ",0".repeat(1_000_000) + "]")),
                Arguments.of("C54 members whose hashes collide", 200, chat(colliding())),
                Arguments.of("C54 a number of a million digits", 200,
                        chat("1".repeat(1_000_000))),
                Arguments.of("C54 a number beyond all bounds", 200, chat("1e999999999")));
    }

    private static String chat(String extra) {
        return "{\"model\":\"m\",\"messages\":[],\"x\":" + extra + "}";
    }

    private static String members() {
        return IntStream.range(0, 1_000_000).mapToObj(i -> "\"k" + i + "\":0")
                .collect(Collectors.joining(",", "{", "}"));
    }

    /// "Aa" and "BB" have the same hash, so all texts made of sixteen of them have the same hash.
    private static String colliding() {
        return IntStream.range(0, 1 << 16).mapToObj(i -> IntStream.range(0, 16)
                        .mapToObj(bit -> (i >> bit & 1) == 0 ? "Aa" : "BB")
                        .collect(Collectors.joining("", "\"", "\":0")))
                .collect(Collectors.joining(",", "{", "}"));
    }

    /// The proxy checks only the members that it must read; the upstream checks the rest.
    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongTypes")
    void c57SendsAWrongType(String body, String param) {
        var response = proxy.chat("{\"messages\":[]," + body + "}");
        if (param.isEmpty()) {
            assertEquals(200, response.status(), response::text);
        } else {
            assertEquals(param, response.error(400).string("param"));
        }
    }

    static Stream<Arguments> wrongTypes() {
        return Stream.of(Arguments.of("\"stream\":\"yes\"", "stream"),
                Arguments.of("\"stream\":{}", "stream"),
                Arguments.of("\"messages\":{}", "messages"),
                Arguments.of("\"messages\":true", "messages"),
                Arguments.of("\"model\":5", ""), Arguments.of("\"n\":-1", ""),
                Arguments.of("\"stream_options\":[]", ""),
                Arguments.of("\"stream\":true,\"stream_options\":[],\"model\":[]", ""),
                Arguments.of("\"stream\":true,\"tools\":5,\"n\":\"x\",\"model\":null", ""));
    }

    @Test
    void c59SendsManyRequestsAtOnce() {
        try (var client = proxy.connect()) {
            for (int i = 0; i < 5; i++) {
                client.request("POST", CHAT, i % 2 == 0 ? Chats.STREAM : Chats.WHOLE,
                        TestProxy.KEY);
            }
            for (int i = 0; i < 5; i++) {
                var response = client.response();
                assertEquals(i % 2 == 0, response.text().endsWith("data: [DONE]\n\n"));
                assertEquals(i % 2 != 0, response.text().equals(GOOD));
            }
        }
    }
}
