package fakestream.protocol.chat;

import fakestream.json.JsonArray;
import fakestream.json.JsonBoolean;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import java.util.ArrayList;
import java.util.List;

/// Converts an answer in Gemini's form (`candidates[].content.parts`) to a chat completion: text
/// becomes its content, thoughts its reasoning, function calls its tool calls, inline data its
/// images. Everything else stays beside them under its own name.
final class GeminiAnswer {
    private final StringBuilder content = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final List<JsonValue> calls = new ArrayList<>();
    private final List<JsonValue> images = new ArrayList<>();
    private final List<JsonValue> others = new ArrayList<>();

    private GeminiAnswer() {
    }

    /// The chat completion of a Gemini answer. A call without an id stays without one.
    static JsonObject read(JsonObject body) {
        var choices = new ArrayList<JsonValue>();
        for (var candidate : body.objects("candidates")) {
            choices.add(new GeminiAnswer().choice(candidate, choices.size()));
        }
        var answer = new JsonObject.Builder();
        addRenamed(answer, body, "responseId", "id");
        answer.add("object", "chat.completion");
        addRenamed(answer, body, "modelVersion", "model");
        answer.add("choices", new JsonArray(choices));
        if (body.get("usageMetadata") instanceof JsonObject counts) {
            answer.add("usage", usage(counts));
        }
        return answer.addAll(body.without("responseId", "modelVersion", "candidates",
                "usageMetadata")).build();
    }

    private static void addRenamed(JsonObject.Builder answer, JsonObject body, String from,
            String to) {
        if (body.has(from)) {
            answer.add(to, body.get(from));
        }
    }

    private static JsonObject usage(JsonObject counts) {
        var usage = new JsonObject.Builder();
        addRenamed(usage, counts, "promptTokenCount", "prompt_tokens");
        addRenamed(usage, counts, "candidatesTokenCount", "completion_tokens");
        addRenamed(usage, counts, "totalTokenCount", "total_tokens");
        return usage.addAll(counts.without("promptTokenCount", "candidatesTokenCount",
                "totalTokenCount")).build();
    }

    private JsonObject choice(JsonObject candidate, int index) {
        if (JsonObject.orEmpty(candidate.get("content")).get("parts")
                instanceof JsonArray(var parts)) {
            parts.forEach(this::addPart);
        }
        return new JsonObject.Builder()
                .add("index", index)
                .add("message", message())
                .add("finish_reason", finishReason(candidate))
                .addAll(candidate.without("index", "content", "finishReason"))
                .build();
    }

    private void addPart(JsonValue part) {
        if (!(part instanceof JsonObject object)) {
            others.add(part);
        } else if (object.get("text") instanceof JsonString(var text)) {
            addText(object, text);
        } else if (object.get("functionCall") instanceof JsonObject call) {
            calls.add(toolCall(object, call));
        } else if (object.get("inlineData") instanceof JsonObject data
                && data.string("data") != null) {
            images.add(image(object, data));
        } else {
            others.add(object);
        }
    }

    /// Other members of a text, such as the signature of a thought, do not fit into a joined text.
    private void addText(JsonObject part, String text) {
        var thought = JsonBoolean.TRUE.equals(part.get("thought"));
        (thought ? reasoning : content).append(text);
        var rest = part.without("text", "thought");
        if (!rest.members().isEmpty()) {
            others.add(rest);
        }
    }

    private JsonObject toolCall(JsonObject part, JsonObject call) {
        var name = call.string("name");
        return new JsonObject.Builder().addAll(call.only("id"))
                .add("type", "function")
                .add("function", new JsonObject.Builder()
                        .add("name", name == null ? "" : name)
                        .add("arguments", JsonObject.orEmpty(call.get("args")).toString())
                        .build())
                .addAll(part.without("functionCall"))
                .build();
    }

    private static JsonObject image(JsonObject part, JsonObject data) {
        var type = data.string("mimeType");
        var url = "data:" + (type == null ? "" : type) + ";base64," + data.string("data");
        return new JsonObject.Builder().add("type", "image_url")
                .add("image_url", new JsonObject.Builder().add("url", url).build())
                .addAll(part.without("inlineData")).build();
    }

    private JsonObject message() {
        var message = new JsonObject.Builder().add("role", "assistant");
        message.add("content", content.isEmpty() && !calls.isEmpty() ? JsonNull.NULL
                : new JsonString(content.toString()));
        if (!reasoning.isEmpty()) {
            message.add("reasoning_content", reasoning.toString());
        }
        addList(message, "tool_calls", calls);
        addList(message, "images", images);
        addList(message, "parts", others);
        return message.build();
    }

    private static void addList(JsonObject.Builder message, String name, List<JsonValue> list) {
        if (!list.isEmpty()) {
            message.add(name, new JsonArray(list));
        }
    }

    private JsonValue finishReason(JsonObject candidate) {
        var reason = candidate.string("finishReason");
        return reason == null ? JsonNull.NULL : new JsonString(switch (reason) {
            case "STOP" -> calls.isEmpty() ? "stop" : "tool_calls";
            case "MAX_TOKENS" -> "length";
            case "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII" ->
                    "content_filter";
            default -> reason;
        });
    }
}
