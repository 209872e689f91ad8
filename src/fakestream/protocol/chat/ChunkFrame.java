package fakestream.protocol.chat;

import fakestream.json.JsonNull;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.json.JsonWriter;
import fakestream.json.Parts;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import java.util.List;
import java.util.function.Consumer;

/// The common members of all chunks of one stream of completions, written once: id, object,
/// created, model, and the fingerprint and tier if the answer has them. openai-go drops a chunk
/// with another id, and takes the rest from the chunk that came last.
final class ChunkFrame {
    private static final String CHOICES = "\"choices\":[";

    /// It has no length limit: its values come from the answer.
    private final Parts head;
    private final Parts beforeChoices;
    private final Parts afterChoices;
    private final ChunkUsage usage;
    private final JsonWriter out = new JsonWriter();

    private ChunkFrame(JsonWriter head, ChunkUsage usage) {
        this.head = head.parts();
        this.beforeChoices = out.parts(this.head).text(CHOICES).parts();
        this.afterChoices = Parts.of(usage.asked() ? "],\"usage\":null}" : "]}");
        this.usage = usage;
    }

    /// The frame of an answer's stream. If the answer lacks a member and an SDK would throw without
    /// it, the request and `state` supply it (WIRE.md 0, last paragraph).
    static ChunkFrame of(ChunkKind kind, JsonObject request, JsonObject answer, StreamState state) {
        var id = answer.string("id");
        var named = id != null && !id.isEmpty() && !state.begun();
        var head = head(named ? id : kind.id(state), kind.object(), answer.get("created"),
                answer.get("model"), request);
        for (var name : new String[] {"system_fingerprint", "service_tier"}) {
            if (answer.has(name)) {
                member(name, answer.get(name), head);
            }
        }
        return new ChunkFrame(head, ChunkUsage.of(request, answer, state));
    }

    /// The frame of a stream that has no answer yet.
    static ChunkFrame of(ChunkKind kind, JsonObject request, StreamState state) {
        var head = head(kind.id(state), kind.object(), JsonNumber.of(state.created()), null,
                request);
        return new ChunkFrame(head, ChunkUsage.of(request));
    }

    /// A chunk; `choices` writes its entries, with commas between them.
    Parts chunk(Consumer<JsonWriter> choices) {
        choices.accept(out.parts(beforeChoices));
        return out.parts(afterChoices).parts();
    }

    /// A chunk with further members beside the choices, as the opening chunk has.
    Parts chunk(Consumer<JsonWriter> choices, JsonObject others) {
        members(others, out.parts(head));
        choices.accept(out.text(CHOICES));
        return out.parts(afterChoices).parts();
    }

    /// The chunk whose entries say why each choice ends. It has the unasked usage.
    Parts finish(Consumer<JsonWriter> choices, JsonObject others) {
        return chunk(choices, new JsonObject.Builder().addAll(others).addAll(usage.atFinish())
                .build());
    }

    /// The events after the finish. If the client asked for usage, the last chunk carries it and
    /// has no choices: openai-java ignores everything but the usage in it.
    List<SseEvent> ending() {
        var done = SseEvent.Message.of(SseEvent.DONE);
        return usage.last() == null ? List.of(done)
                : List.of(SseEvent.Message.of(out.parts(beforeChoices).text("],\"usage\":")
                        .value(usage.last()).text("}").parts()), done);
    }

    /// The members of an answer besides its choices, its usage and the members of all chunks.
    /// openai-java and the AI SDK take `error`, even null, for an error.
    static JsonObject others(JsonObject answer) {
        return answer.without("id", "object", "created", "model", "system_fingerprint",
                "service_tier", "choices", "usage", "error", "obfuscation");
    }

    /// Writes the members of an object, each followed by a comma.
    static void members(JsonObject object, JsonWriter out) {
        object.members().forEach((name, value) -> member(name, value, out));
    }

    private static JsonWriter head(String id, String object, JsonValue created, JsonValue model,
            JsonObject request) {
        var asked = request.string("model");
        var head = new JsonWriter().text("{");
        member("id", new JsonString(id), head);
        member("object", new JsonString(object), head);
        member("created", orElse(created, JsonNumber.of(0)), head);
        member("model", orElse(model, new JsonString(asked == null ? "" : asked)), head);
        return head;
    }

    private static JsonValue orElse(JsonValue value, JsonValue fallback) {
        return value == null || value.equals(JsonNull.NULL) ? fallback : value;
    }

    private static void member(String name, JsonValue value, JsonWriter out) {
        out.string(name).text(":").value(value).text(",");
    }
}
