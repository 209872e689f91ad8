package fakestream.protocol;

import fakestream.json.Json;
import fakestream.json.JsonNull;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import java.util.List;
import java.util.Map;

/// What all chunks of one stream of completions have in common, written once: id, object, created,
/// model, and fingerprint and tier where the answer has them. openai-go drops a chunk
/// whose id is another, and takes the rest from whichever chunk came last.
final class ChunkFrame {
    private static final String CHOICES = "\"choices\":[";

    private final String head;
    private final String beforeChoices;
    private final String afterChoices;
    private final ChunkUsage usage;

    private ChunkFrame(String head, ChunkUsage usage) {
        this.head = head;
        this.beforeChoices = head + CHOICES;
        this.afterChoices = usage.asked() ? "],\"usage\":null}" : "]}";
        this.usage = usage;
    }

    /// The frame of an answer's stream. What an SDK would throw without, and the answer lacks, is
    /// taken from the request and from `telling` (WIRE.md 0, last paragraph).
    static ChunkFrame of(ChunkKind kind, JsonObject request, JsonObject answer, Telling telling) {
        var id = answer.string("id");
        var named = id != null && !id.isEmpty() && !telling.begun();
        var head = head(named ? id : kind.id(telling), kind.object(), answer.get("created"),
                answer.get("model"), request);
        for (var name : new String[] {"system_fingerprint", "service_tier"}) {
            if (answer.has(name)) {
                head.append(member(name, answer.get(name)));
            }
        }
        return new ChunkFrame(head.toString(), ChunkUsage.of(request, answer, telling));
    }

    /// The frame of a stream that has no answer yet.
    static ChunkFrame of(ChunkKind kind, JsonObject request, Telling telling) {
        var head = head(kind.id(telling), kind.object(), JsonNumber.of(telling.created()), null,
                request);
        return new ChunkFrame(head.toString(), ChunkUsage.of(request));
    }

    /// A chunk with these entries of `choices`, written out and separated by commas.
    String chunk(String choices) {
        return beforeChoices + choices + afterChoices;
    }

    /// A chunk that also carries these members beside the choices, as the opening one does.
    String chunk(String choices, JsonObject others) {
        return head + members(others) + CHOICES + choices + afterChoices;
    }

    /// The chunk whose entries say why each choice ends. It has the usage that was not asked for.
    String finish(String choices, JsonObject others) {
        return chunk(choices, new JsonObject.Builder().addAll(others).addAll(usage.atFinish())
                .build());
    }

    /// The events behind the finish. The last chunk carries the usage if the client asked for it,
    /// and has no choices: openai-java ignores all but the usage in it.
    List<SseEvent> ending() {
        var done = SseEvent.Message.of(ChatCompletions.DONE);
        return usage.last() == null ? List.of(done)
                : List.of(SseEvent.Message.of(beforeChoices + "],\"usage\":" + usage.last() + "}"),
                        done);
    }

    /// What an answer holds beside what all chunks have, its choices and its usage. An `error`,
    /// even null, is taken for one by openai-java and the AI SDK.
    static JsonObject others(JsonObject answer) {
        return answer.without("id", "object", "created", "model", "system_fingerprint",
                "service_tier", "choices", "usage", "error", "obfuscation");
    }

    /// The members of an object, each with a comma behind it.
    static String members(JsonObject object) {
        var text = new StringBuilder();
        for (Map.Entry<String, JsonValue> entry : object.members().entrySet()) {
            text.append(member(entry.getKey(), entry.getValue()));
        }
        return text.toString();
    }

    private static StringBuilder head(String id, String object, JsonValue created,
            JsonValue model, JsonObject request) {
        var asked = request.string("model");
        return new StringBuilder("{")
                .append(member("id", new JsonString(id)))
                .append(member("object", new JsonString(object)))
                .append(member("created", orElse(created, JsonNumber.of(0))))
                .append(member("model", orElse(model, new JsonString(asked == null ? ""
                        : asked))));
    }

    private static JsonValue orElse(JsonValue value, JsonValue fallback) {
        return value == null || value.equals(JsonNull.NULL) ? fallback : value;
    }

    private static String member(String name, JsonValue value) {
        return Json.quote(name) + ":" + value + ",";
    }
}
