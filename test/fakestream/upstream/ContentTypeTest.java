package fakestream.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The upstream's Content-Type decides little and can break nothing.
final class ContentTypeTest {
    @ParameterizedTest
    @ValueSource(strings = {";", ";;", "; charset=utf-8", "json", ""})
    void hasNoInfluence(String type) {
        try (var upstream = ScriptedUpstream.start(call -> call.answer(200, type,
                        call.body().contains("good") ? Chats.completion("Hello.") : "Hello."));
                var proxy = TestProxy.before(upstream);
                var client = proxy.stream(Chats.STREAM.replace("Hi", "good"))) {
            assertEquals("Hello.", client.content());
            assertEquals("upstream_not_json",
                    proxy.chat(Chats.STREAM).error(502).string("code"));
            assertEquals("upstream_not_json",
                    proxy.chat(Chats.WHOLE).error(502).string("code"));
        }
    }
}
