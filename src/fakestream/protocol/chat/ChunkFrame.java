package fakestream.protocol.chat;

import fakestream.json.JsonBoolean;
import fakestream.json.JsonNull;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.json.JsonWriter;
import fakestream.json.Parts;
import fakestream.protocol.ClientProfile.Need;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import java.util.List;
import java.util.function.BiConsumer;

/// The common members of all chunks of one stream of completions, written once; the fingerprint and
/// the tier only if the answer has them. openai-go drops a chunk with another id, and takes the
/// rest from the chunk that came last. At most one chunk has the usage: openai-go and LangChain add
/// usages up.
final class ChunkFrame {
    /// The members that all chunks of a stream have in common.
    static final String[] COMMON = {
        "id", "object", "created", "model", "system_fingerprint", "service_tier"};

    private static final byte[] CHOICES = Parts.of(",\"choices\":[").bytes();

    /// It has no length limit: its values come from the answer.
    private final Parts head;
    private final byte[] afterChoices;
    /// The unasked usage for the chunk with the finish reasons, if any.
    private final JsonObject atFinish;
    /// The usage for a last chunk without choices, or null if there is none.
    private final JsonObject last;
    private final JsonWriter out = new JsonWriter();

    /// The frame of an answer's stream. If the answer lacks a member and an SDK would throw without
    /// it, the request and `state` supply it (WIRE.md 0, last paragraph).
    ///
    /// A client that asked for usage gets it in a last chunk without choices, as OpenAI sends it;
    /// each other chunk then has a null `usage`. A client that refused it gets none. A client that
    /// says nothing gets it where its vendor sends it unasked, and no chunk without choices: many
    /// clients stumble over one.
    ChunkFrame(ChunkKind kind, JsonObject request, JsonObject answer, StreamState state) {
        var id = answer.string("id");
        var named = id != null && !id.isEmpty() && !state.begun();
        var model = request.string("model");
        out.text("{\"id\":").string(named ? id : kind.id(state));
        member("object", new JsonString(kind.object()), out);
        member("created", orElse(answer.get("created"), JsonNumber.of(0)), out);
        member("model", orElse(answer.get("model"),
                new JsonString(model == null ? "" : model)), out);
        for (var name : List.of("system_fingerprint", "service_tier")) {
            if (answer.has(name)) {
                member(name, answer.get(name), out);
            }
        }
        this.head = out.parts();
        var option = JsonObject.orEmpty(request.get("stream_options")).get("include_usage");
        var usage = answer.get("usage") instanceof JsonObject counts ? counts : null;
        this.last = JsonBoolean.TRUE.equals(option) ? usage : null;
        var needs = state.client().needs();
        this.atFinish = usage == null || option instanceof JsonBoolean
                || needs.contains(Need.NO_UNASKED_USAGE) ? JsonObject.EMPTY
                : unasked(answer, usage, needs.contains(Need.USAGE_IN_X_GROQ));
        this.afterChoices = Parts.of(last == null ? "]}" : "],\"usage\":null}").bytes();
    }

    /// Mistral, Together, OpenRouter and DeepSeek send usage unasked, on the chunk with the finish
    /// reason, so their clients do not ask.
    private static JsonObject unasked(JsonObject answer, JsonObject usage, boolean inGroq) {
        var members = new JsonObject.Builder();
        if (inGroq) {
            var groq = JsonObject.orEmpty(answer.get("x_groq"));
            members.add("x_groq", groq.with("usage", usage));
        }
        return members.add("usage", usage).build();
    }

    /// The heartbeat of a stream that has no answer yet; `entry` is its only choice.
    static SseEvent heartbeat(ChunkKind kind, JsonObject request, StreamState state,
            JsonObject entry) {
        var expected = new JsonObject.Builder().add("created", state.created())
                .add("usage", JsonObject.EMPTY).build();
        return new ChunkFrame(kind, request, expected, state).pause(entry);
    }

    /// The heartbeat within an answer; `entry` is its only choice.
    SseEvent pause(JsonObject entry) {
        return SseEvent.Message.of(chunk(JsonObject.EMPTY, List.of(entry),
                (choice, to) -> to.value(choice)));
    }

    /// A chunk to which each choice writes its entry.
    ///
    /// @param others further members beside the choices, as the opening chunk has
    <T> Parts chunk(JsonObject others, List<T> choices, BiConsumer<T, JsonWriter> entry) {
        members(others, out.parts(head)).bytes(CHOICES);
        for (int i = 0; i < choices.size(); i++) {
            entry.accept(choices.get(i), out.text(i == 0 ? "" : ","));
        }
        return out.bytes(afterChoices).parts();
    }

    /// The chunk whose entries say why each choice ends. It has the unasked usage.
    <T> Parts finish(JsonObject others, List<T> choices, BiConsumer<T, JsonWriter> entry) {
        return chunk(new JsonObject.Builder().addAll(others).addAll(atFinish).build(), choices,
                entry);
    }

    /// The events after the finish. If the client asked for usage, the last chunk carries it and
    /// has no choices: openai-java ignores everything but the usage in it.
    List<SseEvent> ending() {
        var done = SseEvent.Message.of(SseEvent.DONE);
        return last == null ? List.of(done)
                : List.of(SseEvent.Message.of(out.parts(head).text(",\"choices\":[],\"usage\":")
                        .value(last).text("}").parts()), done);
    }

    /// The members of an answer besides its choices, its usage and the members of all chunks.
    /// openai-java and the AI SDK take `error`, even null, for an error.
    static JsonObject others(JsonObject answer) {
        return answer.without(COMMON).without("choices", "usage", "error", "obfuscation");
    }

    /// Writes the members of an object, each after a comma.
    static JsonWriter members(JsonObject object, JsonWriter out) {
        object.members().forEach((name, value) -> member(name, value, out));
        return out;
    }

    private static void member(String name, JsonValue value, JsonWriter out) {
        out.text(",").string(name).text(":").value(value);
    }

    private static JsonValue orElse(JsonValue value, JsonValue fallback) {
        return value == null || value.equals(JsonNull.NULL) ? fallback : value;
    }
}
