package fakestream.demo;

import fakestream.json.Json;
import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The APIs of the demo, each with its path and the template of a whole answer. In the template
/// `%1$s` is a new id, `%2$s` the model, `%3$s` the text, `%4$s` the time, and `%5$s` the list of
/// all that the model says: choices of a chat completion, or images. The other APIs can express
/// only a text. A speech is no JSON and has no template.
///
/// The proxy converts errors and legacy completions to the form that its client asked for, so both
/// have the form of OpenAI's chat completions here. Google and Azure serve some of the APIs at
/// other places, and the demo does so at any place.
enum DemoApi {
    CHAT("/(.*/)?(chat/)?completions", """
            {"id":"chatcmpl-demo-%1$s","object":"chat.completion","created":%4$s,"model":%2$s,
             "choices":%5$s,
             "usage":{"prompt_tokens":5,"completion_tokens":64,"total_tokens":69}}"""),
    RESPONSES("/(.*/)?responses", """
            {"id":"resp_demo_%1$s","object":"response","created_at":%4$s,"status":"completed",
             "error":null,"incomplete_details":null,"instructions":null,"model":%2$s,
             "output":[{"id":"msg_demo_%1$s","type":"message","status":"completed",
               "role":"assistant","content":[{"type":"output_text","text":%3$s,"annotations":[],
                 "logprobs":[]}]}],
             "parallel_tool_calls":true,"previous_response_id":null,"temperature":1,"top_p":1,
             "tool_choice":"auto","tools":[],"metadata":{},
             "usage":{"input_tokens":5,"input_tokens_details":{"cached_tokens":0},
               "output_tokens":64,"output_tokens_details":{"reasoning_tokens":0},
               "total_tokens":69}}"""),
    MESSAGES("/v1/messages", """
            {"id":"msg_demo_%1$s","type":"message","role":"assistant","model":%2$s,
             "content":[{"type":"text","text":%3$s}],"stop_reason":"end_turn",
             "stop_sequence":null,"usage":{"input_tokens":5,"output_tokens":64}}"""),
    GEMINI("/(.*/)?models/(?<model>[^/:]+):generateContent", """
            {"candidates":[{"content":{"role":"model","parts":[{"text":%3$s}]},
               "finishReason":"STOP","index":0}],
             "usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":64,
               "totalTokenCount":69},
             "modelVersion":%2$s,"responseId":"demo-%1$s"}"""),
    IMAGES("/v1/images/(generations|edits)", """
            {"created":%4$s,"background":"opaque","output_format":"png","quality":"low",
             "size":"256x256","data":%5$s,
             "usage":{"input_tokens":5,"input_tokens_details":{"image_tokens":0,"text_tokens":5},
               "output_tokens":64,"total_tokens":69}}"""),
    TRANSCRIPTIONS("/v1/audio/transcriptions", """
            {"text":%3$s,
             "usage":{"type":"tokens","input_tokens":5,
               "input_token_details":{"text_tokens":0,"audio_tokens":5},
               "output_tokens":64,"total_tokens":69}}"""),
    SPEECH("/v1/audio/speech", "");

    private final Pattern path;
    private final String form;

    DemoApi(String path, String form) {
        this.path = Pattern.compile(path);
        this.form = form;
    }

    /// The API at this path.
    static Optional<DemoApi> at(String path) {
        return Arrays.stream(values()).filter(api -> api.path.matcher(path).matches()).findFirst();
    }

    /// The requested model, or null.
    String model(String asked, JsonObject request) {
        var found = path.matcher(asked);
        return found.matches() && found.namedGroups().containsKey("model") ? found.group("model")
                : request.string("model");
    }

    /// The last text of a request; for a transcription, the name of its file.
    static String message(JsonObject request) {
        return Stream.of("messages", "input", "contents", "file", "prompt")
                .filter(request::has).findFirst().map(name -> text(request.get(name)))
                .orElse("nothing");
    }

    /// An answer in the form of this API.
    ///
    /// @param messages of a chat completion, or one for each image; the other APIs use only the
    ///        text of the first one
    DemoAnswer answer(String model, List<JsonObject> messages) {
        var text = text(messages.getFirst());
        if (this == SPEECH) {
            return new DemoAnswer(200, "audio/wav", DemoSound.of(text));
        }
        var all = IntStream.range(0, messages.size()).<JsonValue>mapToObj(i -> this == IMAGES
                ? image(text(messages.get(i))) : choice(i, messages.get(i))).toList();
        return DemoAnswer.json(form.formatted(System.nanoTime(), Json.quote(model),
                Json.quote(text), System.currentTimeMillis() / 1000, new JsonArray(all)));
    }

    private static JsonObject image(String text) {
        return new JsonObject.Builder()
                .add("b64_json", Base64.getEncoder().encodeToString(DemoPicture.of(text)))
                .add("revised_prompt", text).build();
    }

    private static JsonObject choice(int index, JsonObject message) {
        var reason = message.has("tool_calls") ? "tool_calls" : "stop";
        return new JsonObject.Builder().add("index", index).add("message", message)
                .add("logprobs", JsonNull.NULL).add("finish_reason", reason).build();
    }

    private static String text(JsonValue value) {
        return switch (value) {
            case JsonString(var text) -> text;
            case JsonArray(var elements) when !elements.isEmpty() -> text(elements.getLast());
            case JsonObject object -> Stream.of("content", "parts", "text").filter(object::has)
                    .findFirst().map(name -> text(object.get(name))).orElse("nothing");
            default -> "nothing";
        };
    }
}
