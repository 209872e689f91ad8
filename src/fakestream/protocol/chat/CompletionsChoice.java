package fakestream.protocol.chat;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.json.JsonWriter;
import fakestream.protocol.Protocol;
import fakestream.protocol.TextPieces;
import java.util.List;
import java.util.stream.IntStream;

/// Writes one choice of a legacy completion into the stream's chunks. The AI SDK needs a text in
/// each entry.
final class CompletionsChoice {
    private final int index;
    private final JsonObject choice;
    private final List<String> pieces;

    private CompletionsChoice(JsonObject choice, int position, int pieceLength) {
        this.index = Protocol.index(choice, position);
        this.choice = choice;
        this.pieces = choice.string("text") == null ? List.of()
                : TextPieces.of(choice.string("text"), pieceLength);
    }

    static List<CompletionsChoice> of(JsonObject answer, int pieceLength) {
        var choices = answer.get("choices") instanceof JsonArray(var list) ? list
                : List.<JsonValue>of();
        return IntStream.range(0, choices.size())
                .mapToObj(i -> new CompletionsChoice((JsonObject) choices.get(i), i, pieceLength))
                .toList();
    }

    /// The number of chunks that it needs.
    int length() {
        return Math.max(pieces.size(), 1);
    }

    /// Writes the entry of the chunk at `position`, of `length` chunks.
    void entry(int position, int length, JsonWriter out) {
        var text = position < pieces.size() ? pieces.get(position) : "";
        var last = position == length - 1;
        out.text("{\"text\":").string(text).text(",\"index\":" + index);
        if (choice.has("logprobs")) {
            out.text(",\"logprobs\":").value(logprobs(position));
        }
        out.text(",");
        if (position == 0 || last) {
            ChunkFrame.members(choice.without("text", "index", "logprobs", "finish_reason"), out);
        }
        out.text("\"finish_reason\":").value(last ? finishReason() : JsonNull.NULL).text("}");
    }

    private JsonValue logprobs(int position) {
        return position == 0 ? choice.get("logprobs") : JsonNull.NULL;
    }

    private JsonValue finishReason() {
        return choice.get("finish_reason") instanceof JsonString(var reason) && !reason.isEmpty()
                ? choice.get("finish_reason") : new JsonString("stop");
    }
}
