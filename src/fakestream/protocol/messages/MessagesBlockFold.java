package fakestream.protocol.messages;

import fakestream.json.Json;
import fakestream.json.JsonArray;
import fakestream.json.JsonException;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.InvalidAnswer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Folds the deltas of one content block into its start. Text, thinking and the text of an input
/// are joined; citations become a list. The content of any other delta is final (a signature, a
/// compaction, an unknown kind).
final class MessagesBlockFold {
    private final JsonObject start;
    private final Map<String, StringBuilder> texts = new LinkedHashMap<>();
    private final List<JsonValue> citations;
    private final JsonObject.Builder others = new JsonObject.Builder();
    private final StringBuilder input = new StringBuilder();

    MessagesBlockFold(JsonObject start) {
        this.start = start;
        this.citations = new ArrayList<>(start.elements("citations"));
    }

    void add(JsonObject delta) {
        switch (delta.string("type")) {
            case "text_delta" -> join("text", delta);
            case "thinking_delta" -> join("thinking", delta);
            case "input_json_delta" ->
                    input.append(Objects.requireNonNullElse(delta.string("partial_json"), ""));
            case "citations_delta" -> citations.addAll(delta.only("citation").members().values());
            case null, default -> others.addAll(delta.without("type"));
        }
    }

    private void join(String name, JsonObject delta) {
        if (delta.get(name) instanceof JsonString(var piece)) {
            texts.computeIfAbsent(name, _ -> new StringBuilder(
                    Objects.requireNonNullElse(start.string(name), ""))).append(piece);
        }
    }

    /// The block as a whole message has it.
    ///
    /// @param runsTools whether the client is to run the tools that are called
    /// @throws InvalidAnswer if the client would run a tool with an input that is not JSON
    JsonObject whole(boolean runsTools) throws InvalidAnswer {
        var block = new JsonObject.Builder().addAll(start).addAll(others.build());
        texts.forEach((name, text) -> block.add(name, text.toString()));
        if (!citations.isEmpty()) {
            block.add("citations", new JsonArray(citations));
        }
        if (!input.isEmpty()) {
            addInput(block, runsTools);
        }
        return block.build();
    }

    /// An input that max_tokens has cut is not JSON. The empty input of the start then stays, as in
    /// anthropic-java, and the stop reason says why.
    private void addInput(JsonObject.Builder block, boolean runsTools) throws InvalidAnswer {
        try {
            block.add("input", Json.parse(input.toString()));
        } catch (JsonException e) {
            if (runsTools) {
                throw InvalidAnswer.because("the upstream's stream has a tool input that is not"
                        + " JSON: " + e.getMessage());
            }
        }
    }
}
