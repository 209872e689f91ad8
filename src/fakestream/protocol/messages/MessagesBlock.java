package fakestream.protocol.messages;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import fakestream.protocol.TextPieces;
import fakestream.protocol.ToolCalls;
import java.util.ArrayList;
import java.util.List;

/// Turns one content block into events: its start without the members that its deltas carry, the
/// deltas, and its stop. A block of an unknown kind, or of a kind without deltas, starts whole.
///
/// @param events the events so far
record MessagesBlock(int index, JsonObject block, List<SseEvent> events) {
    /// The events of a block; its text is cut into pieces of the length in `state`.
    static List<SseEvent> tell(int index, JsonObject block, StreamState state) {
        var named = new MessagesBlock(index, named(index, block, state), new ArrayList<>());
        switch (block.string("type")) {
            case "text" -> named.text(state.pieceLength());
            case "thinking" -> named.thinking();
            case "tool_use", "server_tool_use", "mcp_tool_use" -> named.toolUse();
            case "compaction" -> named.compaction();
            case null, default -> named.start(block);
        }
        named.events.add(MessagesEvent.of(named.event("content_block_stop")));
        return named.events;
    }

    /// Adds an id to a tool call that has none; otherwise no result could name the call.
    private static JsonObject named(int index, JsonObject block, StreamState state) {
        return "tool_use".equals(block.string("type")) && !ToolCalls.hasId(block, "id")
                ? block.with("id", new JsonString("toolu_" + state.id() + "_" + index)) : block;
    }

    /// Citations come before the text, as in recorded streams. The start has an empty list for
    /// them, because anthropic-java adds to it.
    private void text(int pieceLength) {
        var citations = block.elements("citations");
        var start = emptied(block, "text");
        start(citations.isEmpty() ? start : start.with("citations", JsonArray.EMPTY));
        citations.forEach(citation -> delta("citations_delta", "citation", citation));
        if (block.get("text") instanceof JsonString(var text)) {
            TextPieces.of(text, pieceLength).forEach(piece ->
                    delta(MessagesEvent.data("text_delta").add("text", piece), true));
        }
    }

    /// Sends one whole signature: most SDKs keep only the last, anthropic-go joins all of them.
    private void thinking() {
        start(emptied(emptied(block, "thinking"), "signature"));
        if (block.get("thinking") instanceof JsonString(var thinking)) {
            TextPieces.of(thinking, TextPieces.LARGE).forEach(piece ->
                    delta("thinking_delta", "thinking", new JsonString(piece)));
        }
        if (block.get("signature") instanceof JsonString signature) {
            delta("signature_delta", "signature", signature);
        }
    }

    /// The input as JSON text, even if it has no members: anthropic-java throws if no text came,
    /// Spring AI 2 if the text is empty. The start has `{}` as the input, because anthropic-go
    /// appends the text to any other value.
    private void toolUse() {
        var input = block.get("input");
        if (input == null) {
            start(block);
            return;
        }
        start(block.with("input", JsonObject.EMPTY));
        TextPieces.of(input.toString(), TextPieces.LARGE).forEach(piece ->
                delta("input_json_delta", "partial_json", new JsonString(piece)));
    }

    /// One delta carries the whole summary, as Anthropic sends it: the AI SDK reads it only there.
    /// The summary is null in the start, because LangChain joins the two.
    private void compaction() {
        if (!block.has("content")) {
            start(block);
            return;
        }
        start(block.with("content", JsonNull.NULL).without("encrypted_content"));
        delta(MessagesEvent.data("compaction_delta").add("content", block.get("content"))
                .addAll(block.only("encrypted_content")), false);
    }

    private static JsonObject emptied(JsonObject block, String name) {
        return block.get(name) instanceof JsonString ? block.with(name, new JsonString("")) : block;
    }

    private void start(JsonObject emptied) {
        events.add(MessagesEvent.of(event("content_block_start").add("content_block", emptied)));
    }

    private void delta(String type, String name, JsonValue value) {
        delta(MessagesEvent.data(type).add(name, value), false);
    }

    private void delta(JsonObject.Builder delta, boolean piece) {
        var type = "content_block_delta";
        events.add(new SseEvent.Message(
                type, event(type).add("delta", delta.build()).build(), piece));
    }

    private JsonObject.Builder event(String type) {
        return MessagesEvent.data(type).add("index", index);
    }
}
