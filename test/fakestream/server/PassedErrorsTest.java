package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Call;
import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Errors and redirects that pass through. The upstream repeats the request's keys in them.
final class PassedErrorsTest {
    private static final String SECRETS = "(?s).*(sk-of-the-client|of-the-client|-0123).*";

    private static String echo(Call call) {
        return "I got " + call.headers().get("authorization") + " and sk-unrelated-0123";
    }

    /// Passed-through errors and redirects with any status, type, length and coding.
    @ParameterizedTest
    @CsvSource({"302,text/html,", "307,text/plain,", "300,application/json,", "400,image/svg+xml,",
        "401,text/event-stream,", "500,application/xml,", "404,'',", "500,audio/mpeg,",
        "400,application/octet-stream,", "400,'text/plain; charset=utf-16',",
        "400,'text/html; CHARSET = \"ibm037\"',", "500,text/plain,gzip", "302,text/html,gzip",
        "429,application/json,deflate", "500,audio/mpeg,gzip", "500,text/plain,br",
        "500,text/plain,'gzip, gzip'"})
    void showNoSecretWithAnyStatusTypeAndCoding(int status, String type, String coding) {
        for (int blanks : new int[] {0, 200_000, 300_000}) {
            try (var upstream = ScriptedUpstream.start(call -> echo(call, status, type, coding,
                            " ".repeat(blanks)));
                    var proxy = TestProxy.before(upstream)) {
                var response = proxy.get("/v1/files");
                assertEquals(status, response.status());
                assertFalse(response.headers().containsKey("content-encoding"));
                assertFalse(response.text().replace("\0", "").matches(SECRETS), response::text);
                assertTrue(response.text().contains("***") || response.text().contains("(br)")
                        || response.error(status).string("code").equals("upstream_body_withheld"));
                assertFalse(proxy.diagnostics().matches(SECRETS), proxy::diagnostics);
            }
        }
    }

    private static void echo(Call call, int status, String type, String coding, String blanks)
            throws IOException {
        var text = (blanks + echo(call)).getBytes(type.contains("utf-16")
                ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_8);
        var body = new ByteArrayOutputStream();
        try (var out = "deflate".equals(coding) ? new DeflaterOutputStream(body)
                : coding != null && coding.startsWith("gzip") ? new GZIPOutputStream(body) : body) {
            out.write(text);
        }
        var all = body.toByteArray();
        if ("gzip, gzip".equals(coding)) {
            body.reset();
            try (var out = new GZIPOutputStream(body)) {
                out.write(all);
            }
            all = body.toByteArray();
        }
        call.answer(status, type, all, coding == null ? "X-A: b" : "Content-Encoding: " + coding);
    }

    /// An API may send an error as a stream, too.
    @Test
    void showNoSecretInAStreamAfterBlankLines() {
        var seen = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(seen);
                    call.answer(500, "text/event-stream",
                            "data: " + Chats.error("a", "null", echo(call)) + "\n\n");
                });
                var proxy = TestProxy.before(upstream, "NONSTREAM_KEEPALIVE_MS=50");
                var client = SseClient.reading(proxy.connect().request("POST", "/v1/embeddings",
                        "{}", TestProxy.KEY))) {
            client.next();
            seen.countDown();
            assertTrue(client.body().contains("***"), client::body);
            assertFalse(client.body().matches(SECRETS), client::body);
        }
    }

    /// An error that shows the request's URL may hold the key with URL escapes.
    @Test
    void showNoSecretWithUrlEscapes() {
        try (var upstream = ScriptedUpstream.start(call -> call.answer(400, "text/plain",
                        "I got " + URLEncoder.encode("a/key+of=mine", StandardCharsets.UTF_8)));
                var proxy = TestProxy.before(upstream, "OPENAI_API_KEY=a/key+of=mine",
                        "PROXY_API_KEYS=sk-of-the-proxy")) {
            assertEquals("I got ***", proxy.request("GET", "/v1/files", "",
                    "Authorization: Bearer sk-of-the-proxy").text());
        }
    }
}
