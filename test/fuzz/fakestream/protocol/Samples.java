package fakestream.protocol;

import fakestream.json.Json;
import fakestream.json.JsonException;
import fakestream.json.JsonValue;
import fakestream.protocol.chat.RandomAnswers;
import fakestream.protocol.messages.MessagesRandom;
import java.util.Random;

/// Whole answers in each API, to be spoilt: the tests' random ones, and for the other APIs one with
/// all members.
final class Samples {
    private static final JsonValue COMPLETION = json("""
            {"id":"cmpl-1","object":"text_completion","created":7,"model":"m","choices":[
            {"text":"Hello, you \\u4e16.","index":0,"logprobs":{"tokens":["Hello"],
            "token_logprobs":[-0.5],"top_logprobs":[{"Hello":-0.5}],"text_offset":[0]},
            "finish_reason":"stop"},{"text":"","index":1,"finish_reason":"length"}],
            "usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}""");
    private static final JsonValue RESPONSE = json("""
            {"id":"resp_1","object":"response","created_at":7,"status":"completed","error":null,
            "model":"m","output":[{"id":"rs_1","type":"reasoning","summary":[{"type":
            "summary_text","text":"Thought."}],"content":[{"type":"reasoning_text","text":"Hm."}]},
            {"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[
            {"type":"output_text","annotations":[{"type":"url_citation"}],"logprobs":[{"token":
            "H","logprob":-1}],"text":"Hello, you \\ud83d\\ude00."},{"type":"refusal",
            "refusal":"No."}]},{"id":"fc_1","type":"function_call","call_id":"c","name":"f",
            "arguments":"{\\"a\\":1}"},{"id":"ct","type":"custom_tool_call","input":"x"},
            {"id":"mcp","type":"mcp_call","arguments":"{}","output":null,"error":null},
            {"id":"ci","type":"code_interpreter_call","code":"1+1","outputs":[]},
            {"id":"ws","type":"web_search_call","status":"completed"}],
            "usage":{"input_tokens":1,"output_tokens":2}}""");
    private static final JsonValue CONTENT = json("""
            {"candidates":[{"content":{"parts":[{"text":"Thought.","thought":true},
            {"text":"Hello, you."},{"functionCall":{"name":"f","args":{"a":1}},
            "thoughtSignature":"s"},{"inlineData":{"mimeType":"image/png","data":"AA=="}}],
            "role":"model"},"finishReason":"STOP","index":0,"safetyRatings":[{"category":"c"}]},
            {"content":{"parts":[{"text":"Other."}],"role":"model"},"finishReason":"MAX_TOKENS",
            "index":1}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":2},
            "modelVersion":"m","responseId":"r"}""");

    private static final JsonValue IMAGES = json("""
            {"created":7,"background":"opaque","output_format":"png","quality":"low","size":"1x1",
            "safety_identifier":"s","data":[{"b64_json":"aGk=","revised_prompt":"a cat"},
            {"url":"u","seed":1,"type":"url"},{"b64_json":"\\/9j\\/4A","size":"2x2"}],
            "usage":{"input_tokens":1,"output_tokens":2,"total_tokens":3},"svg_usage":{"a":1}}""");

    private static final JsonValue SPEECH = json("""
            {"audio":"SGVsbG8sIHlvdS4=","usage":{"input_tokens":1,"output_tokens":2},"format":"mp3"}
            """);
    private static final JsonValue TRANSCRIPTION = json("""
            {"task":"transcribe","duration":1.5,"text":"Hello. Hi there.","segments":[{"type":
            "transcript.text.segment","id":"s1","start":0.0,"end":1,"text":" Hello.","speaker":"A"},
            {"type":"transcript.text.segment","id":"s2","start":1,"end":1.5,"text":"Hi there.",
            "speaker":"B"}],"logprobs":[{"token":"Hello","logprob":-1,"bytes":[72]},{"token":
            ". Hi","logprob":-0.5}],"usage":{"type":"tokens","input_tokens":1,"output_tokens":2}}
            """);

    private Samples() {
    }

    /// An answer for the API with this number in [ProtocolFuzz].
    static JsonValue answer(int api, Random random) {
        return switch (api) {
            case 0 -> new RandomAnswers(random).answer();
            case 1 -> COMPLETION;
            case 2 -> RESPONSE;
            case 3 -> new MessagesRandom(random).message();
            case 4 -> CONTENT;
            case 5 -> IMAGES;
            case 6 -> SPEECH;
            default -> TRANSCRIPTION;
        };
    }

    private static JsonValue json(String text) {
        try {
            return Json.parse(text);
        } catch (JsonException e) {
            throw new AssertionError(e);
        }
    }
}
