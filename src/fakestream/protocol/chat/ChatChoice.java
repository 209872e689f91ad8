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

/// Writes one choice of a chat completion into the stream's chunks: an entry that opens it, one for
/// each delta of its body, and one that finishes it.
final class ChatChoice {
    private static final String UNFINISHED = "\"finish_reason\":null}";

    private static final byte[] UNFINISHED_AFTER = ascii("," + UNFINISHED);

    private final int index;
    private final JsonObject choice;
    private final JsonObject message;
    private final byte[] head;
    private final byte[] nullLogprobs;
    private final Parts others;
    private final List<ChatDelta> body;

    /// @param index the index of the choice in the stream, whatever the choice itself says
    /// @param pieceLength the length of its pieces of text, in UTF-16 units
    ChatChoice(JsonObject choice, int index, int pieceLength) {
        this.index = index;
        this.choice = choice;
        this.message = choice.get("message") instanceof JsonObject object ? object
                : JsonObject.EMPTY;
        this.head = ascii("{\"index\":" + index + ",\"delta\":");
        this.nullLogprobs = ascii(choice.has("logprobs") ? ",\"logprobs\":null" : "");
        var members = new JsonWriter();
        ChunkFrame.members(choice.without(
                "index", "message", "delta", "logprobs", "finish_reason"), members);
        this.others = members.parts();
        this.body = ChatLogprobs.spread(choice.get("logprobs"),
                ChatBody.of(message, pieceLength));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /// Its index among the choices, from 0.
    int index() {
        return index;
    }

    /// The deltas between the opening and the finish.
    List<ChatDelta> body() {
        return body;
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
        openText(delta, "content");
        openText(delta, "refusal");
        out.bytes(head).value(delta.build()).bytes(nullLogprobs).text(",").parts(others)
                .text(UNFINISHED);
    }

    /// Writes the entry of one delta; an empty one if the body is shorter than another choice's.
    void body(int position, JsonWriter out) {
        var delta = position < body.size() ? body.get(position) : ChatDelta.NOTHING;
        out.bytes(head).value(delta.delta());
        if (delta.logprobs() == null) {
            out.bytes(nullLogprobs);
        } else {
            out.text(",\"logprobs\":").value(delta.logprobs());
        }
        out.bytes(UNFINISHED_AFTER);
    }

    /// Whether that delta is a piece of paced text.
    boolean isPiece(int position) {
        return position < body.size() && body.get(position).piece();
    }

    /// Writes the entry that finishes the choice. openai-java keeps the vendor's fields of a choice
    /// from its last chunk, openai-python from its first, so both chunks have them.
    void finish(JsonWriter out) {
        out.bytes(head).text("{}").bytes(nullLogprobs).text(",").parts(others)
                .text("\"finish_reason\":").value(finishReason()).text("}");
    }

    /// Writes the entry of a heartbeat within the body.
    void pause(JsonWriter out) {
        out.bytes(head).text("{}").bytes(nullLogprobs).bytes(UNFINISHED_AFTER);
    }

    private void openText(JsonObject.Builder delta, String name) {
        var text = message.get(name);
        if (text instanceof JsonString) {
            delta.add(name, "");
        } else if (text instanceof JsonNull) {
            delta.add(name, text);
        }
    }

    /// SDKs throw without a reason, and some vendors send none or an empty one.
    private JsonValue finishReason() {
        var reason = choice.get("finish_reason");
        if (reason instanceof JsonString(var text) && !text.isEmpty()) {
            return reason;
        }
        var calls = message.get("tool_calls") instanceof JsonArray(var elements)
                && !elements.isEmpty();
        return new JsonString(calls ? "tool_calls" : "stop");
    }
}
