package fakestream.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import fakestream.testing.ClientResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The errors that say that a model only streams; `StreamModesTest` has those that say that it does
/// not stream. The vendors' own words are public in the issues beside them.
final class StreamRefusalTest {
    private static boolean demands(String message) {
        return StreamRefusal.demandsStreams(message, "my-stream-7b");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        // Alibaba: infiniflow/ragflow#5912, tencentmusic/supersonic#2355, microsoft/UFO#215.
        "This model only support stream mode, please enable the stream parameter to access the "
            + "model. ",
        "parameter.enable_thinking must be set to false for non-streaming calls",
        "<400> InternalError.Algo.InvalidParameter: parameter.enable_thinking must be set to false "
            + "for non-streaming calls",
        "parameter.enable_thinking only support stream call",
        "This model does not support non-streaming output",
        // alibaba/spring-ai-alibaba#867.
        "parameter.enable_thinking必须设置为false才能进行非流式调用",
        // OpenAI's Codex: leookun/cursor-byok#14.
        "Stream must be set to true",
        // Fireworks: nullclaw/nullclaw#231.
        "Requests with max_tokens > 4096 must have stream=true",
        // iFlytek behind one-api: songquanpeng/one-api#455.
        "xunfei api does not support non-stream mode",
        // canarybyte/veridrop#14.
        "该模型当前仅支持流式调用，请设置 stream: true 后重试。",
        // CommandCode: decolua/9router#1705.
        "Validation error: Invalid input: expected true at \"params.stream\"",
        // Anthropic: epam/ai-dial-adapter-vertexai#316, anthropics/anthropic-sdk-python#1430.
        "Streaming is strongly recommended for operations that may take longer than 10 minutes. "
            + "See https://github.com/anthropics/anthropic-sdk-python#long-requests",
        "Streaming is required for operations that may take longer than 10 minutes.",
        "Anthropic non-streaming is not supported in v1. Please set stream=true.",
        "stream must be true", "stream=true is required", "body.stream: Input should be True",
        "Non-streaming requests aren't supported", "The model requires streaming",
        "my-stream-7b only supports streaming", "`stream` must be true",
        "模型不支持非流式输出", "此模型只支持流式输出", "stream: false is not supported"})
    void recogniseTheDemandForAStream(String message) {
        assertEquals(true, demands(message));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Streaming is not supported for this model.",
        "This model does not support streaming", "`stream` must be false",
        "Unsupported value: 'stream' does not support true with this model. Only the default "
            + "(false) value is supported.", "Unknown parameter: stream",
        "stream=true isn't allowed", "Only non-streaming requests are allowed.",
        "stream must be true or false", "'stream' must be a boolean", "Please set stream to false.",
        "Requests must be non-streaming", "Please disable streaming", "该模型不支持流式输出",
        "Streaming completion is not support yet, please remove 'stream' key value in the request "
            + "payload.", "The model my-stream-7b does not exist", "only one stream is allowed",
        "max_tokens must be at most 4096", "enable_thinking must be set to false",
        "The upstream only supports streaming_llm", "upstream: must be true",
        "Only 3 streaming requests are allowed at once", "stream_options must be an object",
        "Unrecognized request argument supplied: stream", "The upstream requires an upgrade",
        "Your organization must be verified to stream this model."})
    void ignoreOtherErrors(String message) {
        assertEquals(false, demands(message));
    }

    /// Fireworks names the parameter that is too large.
    @Test
    void readTheMessageOfAnError() {
        for (var json : new String[] {"{\"error\":{\"message\":\"Requests with max_tokens > 4096 "
            + "must have stream=true\",\"param\":\"max_tokens\"}}",
            "{\"detail\":\"Stream must be set to true\"}",
            "{\"type\":\"error\",\"error\":{\"message\":\"stream must be true\"}}"}) {
            assertEquals(true, StreamRefusal.demandsStreams(ClientResponse.object(json), "m"));
        }
        assertEquals(false, StreamRefusal.demandsStreams(ClientResponse.object(
                "{\"error\":{\"message\":\"No.\",\"param\":\"stream\"}}"), "m"));
    }
}
