package fakestream.protocol.chat;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.json.JsonWriter;
import fakestream.protocol.SseEvent;
import fakestream.protocol.TextPieces;
import fakestream.protocol.ToolCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// The body of a message as deltas, in the order that clients need: first everything that is not
/// text, then content, refusal, the old function call, the tool calls. Spring AI 2 drops content
/// that follows a tool call.
final class ChatBody {
    /// The bytes that a line reserves for everything besides its delta.
    private static final int FRAME = 2048;

    private final List<ChatDelta> deltas = new ArrayList<>();

    private ChatBody() {
    }

    /// The deltas of a message; a text is cut into pieces of `pieceLength` UTF-16 units.
    ///
    /// @param callIds makes the id of a tool call that has none
    static List<ChatDelta> of(JsonObject message, int pieceLength, Supplier<String> callIds) {
        var body = new ChatBody();
        body.addOthers(message);
        body.addText("content", message.get("content"), pieceLength, true);
        body.addText("refusal", message.get("refusal"), pieceLength, true);
        body.addFunctionCall(message);
        if (message.get("tool_calls") instanceof JsonArray(var calls)) {
            for (int i = 0; i < calls.size(); i++) {
                if (calls.get(i) instanceof JsonObject call) {
                    body.addToolCall(i, ToolCalls.hasId(call, "id") ? call
                            : call.with("id", new JsonString(callIds.get())));
                }
            }
        }
        return body.deltas;
    }

    /// All members without a form of their own, in one unsplit delta: openai-node and openai-java
    /// keep only the last part of a member that they do not know.
    private void addOthers(JsonObject message) {
        var others = new JsonObject.Builder();
        message.members().forEach((name, value) -> {
            if (!hasOwnDelta(name, value)) {
                others.add(name, value);
            }
        });
        var delta = others.build();
        if (!fits(delta)) {
            delta.members().forEach(this::addLarge);
        } else if (!delta.members().isEmpty()) {
            deltas.add(ChatDelta.of(delta, false));
        }
    }

    private static boolean hasOwnDelta(String name, JsonValue value) {
        return switch (name) {
            case "role", "function_call" -> true;
            case "content", "refusal" -> value instanceof JsonString || value instanceof JsonNull;
            // An empty list is left out: LlamaIndex loses the whole answer after one.
            case "tool_calls" -> value instanceof JsonNull || value instanceof JsonArray;
            case "audio" -> value instanceof JsonNull;
            default -> false;
        };
    }

    /// Adds one member alone. If its line would be too long, a text is split, and an object (such
    /// as audio) is sent member by member: clients that join the members they know lose nothing. A
    /// value that cannot be split, such as an image, stays whole.
    private void addLarge(String name, JsonValue value) {
        if (value instanceof JsonString && !fits(value)) {
            addText(name, value, TextPieces.LARGE, false);
        } else if (value instanceof JsonObject(var members) && !fits(value)) {
            var body = new ChatBody();
            members.forEach(body::addLarge);
            body.deltas.forEach(part -> add(name, part.delta(), false));
        } else {
            add(name, value, false);
        }
    }

    private static boolean fits(JsonValue value) {
        return JsonWriter.length(value) <= SseEvent.LONGEST_LINE - FRAME;
    }

    private void addText(String name, JsonValue value, int pieceLength, boolean paced) {
        if (value instanceof JsonString(var text)) {
            for (var piece : TextPieces.of(text, pieceLength)) {
                add(name, new JsonString(piece), paced);
            }
        }
    }

    /// Whole, because openai-java keeps only the last part. openai-node throws at a missing name.
    private void addFunctionCall(JsonObject message) {
        if (message.get("function_call") instanceof JsonObject call
                && call.string("name") instanceof String name && !name.isEmpty()) {
            add("function_call", ToolCalls.withTextArguments(call), false);
        }
    }

    /// The call's place is its index, whatever the vendor says. A call comes in one delta, because
    /// Mistral's SDK refuses a later delta, which has no name. Only arguments too long for a line
    /// go on in later deltas, alone: openai-python and langchain4j join repeated members.
    private void addToolCall(int index, JsonObject call) {
        var whole = new JsonObject.Builder().add("index", index).addAll(call.without("index"));
        if (!(call.get("function") instanceof JsonObject told)) {
            addCall(whole.build());
            return;
        }
        var type = call.string("type");
        var function = ToolCalls.withTextArguments(told);
        var first = whole.add("type", type == null || type.isEmpty() ? "function" : type)
                .add("function", function).build();
        var arguments = function.string("arguments");
        if (arguments == null || fits(first)) {
            addCall(first);
            return;
        }
        addCall(first.with("function", function.with("arguments", new JsonString(""))));
        for (var piece : TextPieces.of(arguments, TextPieces.LARGE)) {
            var more = new JsonObject.Builder().add("arguments", piece).build();
            addCall(new JsonObject.Builder().add("index", index).add("function", more).build());
        }
    }

    private void addCall(JsonObject call) {
        add("tool_calls", JsonArray.of(call), false);
    }

    private void add(String name, JsonValue value, boolean paced) {
        deltas.add(ChatDelta.of(JsonObject.EMPTY.with(name, value), paced));
    }
}
