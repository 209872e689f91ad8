package fakestream.protocol.chat;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.json.JsonWriter;
import fakestream.protocol.SseEvent;
import fakestream.protocol.TextPieces;
import java.util.ArrayList;
import java.util.List;

/// The body of a message as deltas, in the order that clients need: first everything that is not
/// text, then content, refusal, the old function call, the tool calls. Spring AI 2 drops content
/// that follows a tool call.
final class ChatBody {
    /// The bytes that a line reserves for everything besides its delta.
    private static final int FRAME = 2048;

    private final JsonObject message;
    private final List<ChatDelta> deltas = new ArrayList<>();

    private ChatBody(JsonObject message) {
        this.message = message;
    }

    /// The deltas of a message; a text is cut into pieces of `pieceLength` UTF-16 units.
    static List<ChatDelta> of(JsonObject message, int pieceLength) {
        var body = new ChatBody(message);
        body.addOthers();
        body.addText("content", pieceLength);
        body.addText("refusal", pieceLength);
        body.addFunctionCall();
        body.addToolCalls();
        return body.deltas;
    }

    /// All members without a form of their own, in one unsplit delta: openai-node and openai-java
    /// keep only the last part of a member that they do not know.
    private void addOthers() {
        var others = new JsonObject.Builder();
        message.members().forEach((name, value) -> {
            if (!hasOwnDelta(name, value)) {
                others.add(name, value);
            }
        });
        var delta = others.build();
        if (fits(delta)) {
            if (!delta.members().isEmpty()) {
                deltas.add(ChatDelta.of(delta));
            }
        } else {
            delta.members().forEach(this::addLarge);
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
        if (fits(value)) {
            deltas.add(ChatDelta.of(name, value));
        } else if (value instanceof JsonString(var text)) {
            for (var piece : TextPieces.of(text, TextPieces.LARGE)) {
                deltas.add(ChatDelta.of(name, new JsonString(piece)));
            }
        } else if (value instanceof JsonObject(var members)) {
            var body = new ChatBody(JsonObject.EMPTY);
            members.forEach(body::addLarge);
            body.deltas.forEach(part -> deltas.add(ChatDelta.of(name, part.delta())));
        } else {
            deltas.add(ChatDelta.of(name, value));
        }
    }

    private static boolean fits(JsonValue value) {
        return JsonWriter.fits(value, SseEvent.LONGEST_LINE - FRAME);
    }

    private void addText(String name, int pieceLength) {
        if (message.get(name) instanceof JsonString(var text)) {
            for (var piece : TextPieces.of(text, pieceLength)) {
                deltas.add(ChatDelta.piece(name, piece));
            }
        }
    }

    /// Whole, because openai-java keeps only the last part. openai-node throws at a missing name.
    private void addFunctionCall() {
        if (message.get("function_call") instanceof JsonObject call
                && call.string("name") instanceof String name && !name.isEmpty()) {
            deltas.add(ChatDelta.of("function_call", call));
        }
    }

    private void addToolCalls() {
        if (message.get("tool_calls") instanceof JsonArray(var calls)) {
            for (int i = 0; i < calls.size(); i++) {
                if (calls.get(i) instanceof JsonObject call) {
                    addToolCall(i, call);
                }
            }
        }
    }

    /// The call's place is its index, whatever the vendor says. A call comes in one delta, because
    /// Mistral's SDK refuses a later delta, which has no name. Only arguments too long for a line
    /// go on in later deltas, alone: openai-python and langchain4j join repeated members.
    private void addToolCall(int index, JsonObject call) {
        var whole = new JsonObject.Builder().add("index", index).addAll(call.without("index"));
        if (!(call.get("function") instanceof JsonObject function)) {
            deltas.add(toolDelta(whole.build()));
            return;
        }
        var type = call.string("type");
        var told = whole.add("type", type == null || type.isEmpty() ? "function" : type).build();
        var arguments = function.string("arguments");
        if (arguments == null || fits(told)) {
            deltas.add(toolDelta(told));
            return;
        }
        deltas.add(toolDelta(told.with("function",
                function.with("arguments", new JsonString("")))));
        for (var piece : TextPieces.of(arguments, TextPieces.LARGE)) {
            deltas.add(toolDelta(arguments(index, piece)));
        }
    }

    private static JsonObject arguments(int index, String piece) {
        var function = new JsonObject.Builder().add("arguments", piece).build();
        return new JsonObject.Builder().add("index", index).add("function", function).build();
    }

    private static ChatDelta toolDelta(JsonObject call) {
        return ChatDelta.of("tool_calls", JsonArray.of(call));
    }
}
