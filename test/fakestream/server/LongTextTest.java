package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.Headers;
import fakestream.access.Authenticator;
import fakestream.config.Config;
import fakestream.config.LogLevel;
import fakestream.config.ModelRule;
import fakestream.endpoint.AnswerResponse;
import fakestream.endpoint.CallSharing;
import fakestream.endpoint.JsonExpected;
import fakestream.http.Authority;
import fakestream.http.ClientAddress;
import fakestream.http.ContentCoding;
import fakestream.http.Cors;
import fakestream.http.HttpError;
import fakestream.http.Query;
import fakestream.http.RequestId;
import fakestream.http.RequestValidator;
import fakestream.protocol.ClientTable;
import fakestream.protocol.SseParser;
import fakestream.protocol.StreamRefusal;
import fakestream.protocol.chat.ChatCompletions;
import fakestream.telemetry.Journal;
import fakestream.telemetry.LogFormatter;
import fakestream.telemetry.Redactor;
import fakestream.testing.Growth;
import fakestream.upstream.Upstream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Each reader of a text from outside takes time in proportion to its length, with any content.
final class LongTextTest {
    private static final List<String> TOKENS = List.of("a", "A", "1", ".", ",", ", ", ";", ":", "/",
            "../", "./", "a/../", "v1/", "chat/completions/", "bearer ", "bearer", "gzip,", "%20",
            "=", "&", "key=&", "?", "*", " ", "\t", "\"", "'", "'a", "-", "_", "eyJ", "eyJa.",
            "sk-", "://", "<", "<script", "<script>", "<a ", ">", "models/", ":a", ":aA", "audio/",
            "; charset=", "data:", "data: {}\n", ":\n", "\r", "\n", "ai-sdk-", "\u200b", "\u00e9",
            "\ud83d\ude00", "data:[DONE] ", "not streaming ", "only ", "must ",
            "stream is ", "non-stream ", "body.a");
    private static final List<String> ENDS = List.of("", "!");

    private static final Config CONFIG = Config.of(Map.of("TRUST_PROXY", "true",
            "OPENAI_API_KEY", "sk-of-the-operator", "CORS_ALLOW_ORIGIN", "https://a.example"));
    private static final Redactor MASKS = Upstream.redactor(CONFIG);
    private static final LogFormatter LOG = LogFormatter.of(CONFIG, MASKS, Journal.NONE);

    /// The readers of texts.
    private enum Reader {
        ROUTE(target -> Route.of(target, List.of("v1"), false)),
        KEY(text -> Authenticator.shownKey(headers("Authorization", text), new Query(""))),
        PLAIN_KEY(text -> Authenticator.shownKey(headers("X-Api-Key", text), new Query(""))),
        KEY_IN_QUERY(text -> Authenticator.shownKey(new Headers(), new Query("key="
        + escaped(text)))),
        QUERY(text -> new Query(escaped(text)).withoutKeys("k").get("q")),
        HOST(Authority::parse),
        MODEL(text -> List.of("*a*b", "**", "*?*?c", "a*a*a*", "?*!").forEach(pattern ->
                ModelRule.fits(pattern, text))),
        ACCEPT(text -> JsonExpected.by("POST", "embeddings", Map.of("Accept", List.of(text)))),
        ENDPOINT(text -> JsonExpected.by("GET", text, Map.of("Accept", List.of("a/json")))),
        TYPE(JsonExpected::isJson),
        CODING(text -> ContentCoding.unknown(List.of(text))),
        ADDRESS(text -> ClientAddress.of(InetAddress.getLoopbackAddress(),
                headers("X-Forwarded-For", text), true)),
        CHARSET(text -> {
            try {
                RequestValidator.checkCharset(headers("Content-Type", text));
            } catch (HttpError e) {
                assertTrue(e.status() == 415);
            }
        }),
        ID(text -> RequestId.of(headers("X-Request-Id", text), () -> "req")),
        CORS(text -> new Cors(CONFIG).preflight(
                headers("Access-Control-Request-Headers", text))),
        AGENT(text -> ClientTable.of(new ChatCompletions(), _ -> text)),
        REPEATED(text -> CallSharing.isRepetition(headers("X-Stainless-Retry-Count", text))),
        MASKED(MASKS::text),
        MASKED_BODY(text -> MASKS.body(text.getBytes(StandardCharsets.UTF_8))),
        LOGGED(text -> LOG.line(LogLevel.WARN, text, text)),
        EVENTS(text -> {
            var bytes = text.getBytes(StandardCharsets.UTF_8);
            var parser = new SseParser();
            parser.feed(bytes, 0, bytes.length);
            parser.end();
        }),
        HTML(AnswerResponse::plain),
        REFUSAL(text -> StreamRefusal.deniesStreams(text, "m")),
        DEMAND(text -> StreamRefusal.demandsStreams(text, "m")),
        MODEL_IN_REFUSAL(text -> StreamRefusal.deniesStreams(text, text));

        private final Consumer<String> work;

        Reader(Consumer<String> work) {
            this.work = work;
        }

        /// The JDK's server lets no other characters into a field.
        private static Headers headers(String name, String value) {
            var headers = new Headers();
            headers.put(name, List.of(value.replaceAll("[^\t -\u00ff]", " ")));
            return headers;
        }

        /// The text as the JDK's server accepts it in a target.
        private static String escaped(String text) {
            return text.replaceAll("%(?![0-9a-f]{2})", "");
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesTimeInProportionToTheLength(Reader reader) {
        for (var token : TOKENS) {
            for (var end : ENDS) {
                Growth.isLinear(token, end, reader.work);
            }
        }
    }
}
