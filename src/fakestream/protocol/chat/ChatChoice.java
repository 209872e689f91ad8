package fakestream.protocol.chat;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.json.JsonWriter;
import fakestream.json.Parts;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;

/// Writes one choice of a chat completion into the stream's chunks: an entry that opens it, one for
/// each delta of its body, and one that finishes it.
final class ChatChoice {
    private static final byte[] UNFINISHED = ascii(",\"finish_reason\":null}");

    private final int index;
    private final JsonObject choice;
    private final JsonObject message;
    private final List<ChatDelta> body;
    private final byte[] head;
    private final byte[] nullLogprobs;
    private final Parts others;

    /// @param index the index of the choice in the stream, whatever the choice itself says
    /// @param pieceLength the length of its pieces of text, in UTF-16 units
    /// @param callIds makes the id of a tool call that has none
    ChatChoice(JsonObject choice, int index, int pieceLength, Supplier<String> callIds) {
        this.index = index;
        this.choice = choice;
        this.message = JsonObject.orEmpty(choice.get("message"));
        this.body = ChatLogprobs.spread(choice.get("logprobs"),
                ChatBody.of(message, pieceLength, callIds));
        this.head = ascii("{\"index\":" + index + ",\"delta\":");
        this.nullLogprobs = ascii(choice.has("logprobs") ? ",\"logprobs\":null" : "");
        this.others = ChunkFrame.members(choice.without("index", "message", "delta", "logprobs",
                "finish_reason"), new JsonWriter()).parts();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /// Its index among the choices, from 0.
    int index() {
        return index;
    }

    /// The number of deltas between the opening and the finish.
    int length() {
        return body.size();
    }

    /// The delta at this place; an empty one if the body of another choice is longer.
    ChatDelta delta(int place) {
        return place < body.size() ? body.get(place) : ChatDelta.NOTHING;
    }

    /// Writes the entry that opens the choice. It has the role: openai-node throws if no role ever
    /// came, and LangChain loses tool calls before it. It has no text: a client that reads only
    /// `data:` and cuts at blank lines loses this block after a heartbeat. It has no log
    /// probabilities: openai-node doubles them in a choice's first chunk.
    ///
    /// @param begun whether a heartbeat has already told the role
    void opening(boolean begun, JsonWriter out) {
        var delta = new JsonObject.Builder();
        if (!begun) {
            var role = message.string("role");
            delta.add("role", role == null || role.isEmpty() ? "assistant" : role);
        }
        for (var name : List.of("content", "refusal")) {
            var text = message.get(name);
            if (text instanceof JsonString || text instanceof JsonNull) {
                delta.add(name, text instanceof JsonNull ? text : new JsonString(""));
            }
        }
        start(ChatDelta.of(delta.build(), false), out).parts(others).bytes(UNFINISHED);
    }

    /// Writes the entry of one delta.
    void entry(ChatDelta delta, JsonWriter out) {
        start(delta, out).bytes(UNFINISHED);
    }

    /// Writes the entry that finishes the choice. openai-java keeps the vendor's fields of a choice
    /// from its last chunk, openai-python from its first, so both chunks have them.
    void finish(JsonWriter out) {
        start(ChatDelta.NOTHING, out).parts(others)
                .text(",\"finish_reason\":").value(finishReason()).text("}");
    }

    private JsonWriter start(ChatDelta delta, JsonWriter out) {
        out.bytes(head).value(delta.delta());
        return delta.logprobs() == null ? out.bytes(nullLogprobs)
                : out.text(",\"logprobs\":").value(delta.logprobs());
    }

    /// SDKs throw without a reason, and some vendors send none or an empty one.
    private JsonValue finishReason() {
        if (ChatAnswer.isFinished(choice)) {
            return choice.get("finish_reason");
        }
        var calls = message.get("tool_calls") instanceof JsonArray(var elements)
                && !elements.isEmpty();
        return new JsonString(calls ? "tool_calls" : "stop");
    }
}
