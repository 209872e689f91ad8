package fakestream.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import fakestream.concurrent.ComputeSlots;
import fakestream.config.Config;
import fakestream.config.StreamMode;
import fakestream.endpoint.StreamModes.Way;
import fakestream.json.Json;
import fakestream.json.JsonObject;
import fakestream.protocol.chat.ChatCompletions;
import fakestream.telemetry.Redactor;
import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import fakestream.upstream.StoredAnswer;
import fakestream.upstream.UpstreamAnswer;
import fakestream.upstream.UpstreamException;
import fakestream.upstream.UpstreamHead;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The errors that say that a model does not stream.
final class StreamModesTest {
    private static boolean refuses(String json) throws UpstreamException {
        var answer = UpstreamAnswer.of(new StoredAnswer(new UpstreamHead(400,
                HttpHeaders.of(Map.of(), (_, _) -> true), Redactor.ofKeys()),
                json.getBytes(StandardCharsets.UTF_8)));
        return StreamModes.refusesStreams(new AnswerCheck(new ChatCompletions(), true,
                new ComputeSlots()).read(answer).answer(), "my-stream-7b");
    }

    private static StreamMode of(StreamModes modes, String model) {
        return modes.of(Optional.empty(), model, JsonObject.EMPTY);
    }

    private static String error(String message) {
        return "{\"error\":{\"message\":" + Json.quote(message) + "}}";
    }

    @ParameterizedTest
    @CsvSource({"1,1000", "512,256"})
    void forgetTheOldestModelsFirst(int length, int most) {
        var modes = new StreamModes(Config.of(Map.of("STREAM_MODE", "auto")));
        var names = IntStream.range(0, 2000).mapToObj(i ->
                Character.toString(0x4e00 + i).repeat(length)).toList();
        names.forEach(name -> modes.remember(name, Way.WHOLE));
        assertEquals(names.subList(2000 - most, 2000), names.stream().filter(name ->
                of(modes, name) == StreamMode.FAKE).toList());
        modes.remember(names.get(2000 - most), Way.WHOLE);
        modes.remember("another", Way.STREAMED);
        assertEquals(StreamMode.FAKE, of(modes, names.get(2000 - most)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Streaming is not supported for this model.",
        "This model does not support streaming", "`stream` must be false",
        "Unsupported value: 'stream' does not support true with this model.",
        "Cannot use tools with stream", "Unknown parameter: stream", "stream=true isn't allowed",
        "Only non-streaming requests are allowed.", "该模型不支持流式输出", "流式调用暂不可用",
        "Your organization must be verified to stream this model.",
        "The model my-stream-7b cannot be streamed", "stream is not supported",
        "Unrecognized request argument supplied: stream_options",
        "stream_format is not supported for tts-1"})
    void recogniseARefusalToStream(String message) throws UpstreamException {
        assertEquals(true, refuses(error(message)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"The model my-stream-7b does not exist", "The stream of tokens broke.",
        "Invalid value for messages[0].content: 'do not stream this'", "The Upstream is not there.",
        "You have no access. Streams are fine.", "Unknown parameter: \"stream_of_thought\"",
        "upstream_error: not found", "The request body is not JSON: unexpected end of stream",
        "Audio stream could not be decoded", "stream is not an image", "stream reset, not retried",
        "Unknown model 'x', available: gpt-stream", "live stream messages are not allowed"})
    void ignoreErrorsThatOnlyContainTheWord(String message) throws UpstreamException {
        assertEquals(false, refuses(error(message)));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {
        "`{\"error\":{\"message\":\"No.\",\"param\":\"stream\"}}`,true",
        "`{\"error\":{\"message\":\"No.\",\"param\":\"stream_options\"}}`,true",
        "`{\"error\":{\"message\":\"No.\",\"param\":\"stream_format\"}}`,true",
        "`{\"error\":{\"message\":\"Streaming is not supported.\",\"param\":\"tools\"}}`,false",
        "`{\"detail\":[{\"loc\":[\"body\",\"stream\"],\"msg\":\"Input should be False\"}]}`,true",
        "`{\"detail\":[{\"loc\":[\"body\",\"model\"],\"msg\":\"Not a stream.\"}]}`,false",
        "`{\"message\":\"Streaming is not supported\"}`,true", "`{\"stream\":false}`,false"})
    void recogniseTheNameOfTheParameter(String json, boolean refuses) throws UpstreamException {
        assertEquals(refuses, refuses(json));
    }

    /// The model does not exist and has the word `stream` in its name.
    @Test
    void callsOnceIfAnErrorRepeatsTheModelsName() {
        var error = Chats.error("invalid_request_error", "null",
                "The model `stream-of-7b` is not found");
        try (var upstream = ScriptedUpstream.answering(404, error);
                var proxy = TestProxy.before(upstream, "STREAM_MODE=auto")) {
            for (int i = 0; i < 3; i++) {
                proxy.chat(Chats.STREAM.replace("\"m\"", "\"stream-of-7b\"")).error(404);
            }
            assertEquals(3, upstream.count());
        }
    }
}
