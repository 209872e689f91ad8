package fakestream.protocol.gemini;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.LastNonNull;
import fakestream.protocol.Protocol;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Folds the events of a stream back into the whole answer. Parts are appended and texts joined.
/// The lists in log probabilities and citations are joined too, because each event has only its
/// own. Every other member keeps its last value that is not null.
final class GenerateContentFold {
    /// The members of a candidate whose lists are spread over the events.
    private static final List<String> IN_PARTS = List.of("logprobsResult", "citationMetadata");

    private JsonObject top = JsonObject.EMPTY;
    private final Map<Integer, JsonObject> candidates = new TreeMap<>();

    /// The parts so far, by the index of their candidate; their texts are joined once, at the end.
    private final Map<Integer, List<JsonValue>> parts = new TreeMap<>();

    private GenerateContentFold() {
    }

    /// The answer that the chunks add up to.
    ///
    /// @throws InvalidAnswer if a chunk is an error, or the last chunk is missing
    static JsonObject of(List<GenerateContentChunk> chunks) throws InvalidAnswer {
        var fold = new GenerateContentFold();
        for (var chunk : chunks) {
            fold.add(chunk);
        }
        return fold.whole();
    }

    private void add(GenerateContentChunk chunk) throws InvalidAnswer {
        if (chunk.error().isPresent()) {
            throw new InvalidAnswer(chunk.error().get());
        }
        top = LastNonNull.of(top, chunk.object().without("candidates"));
        var entries = chunk.candidates();
        for (int i = 0; i < entries.size(); i++) {
            add(Protocol.index(entries.get(i), i), entries.get(i));
        }
    }

    private void add(int index, JsonObject entry) {
        var old = candidates.getOrDefault(index, JsonObject.EMPTY);
        var result = LastNonNull.of(old, entry.without("content"));
        for (var name : IN_PARTS) {
            if (old.get(name) instanceof JsonObject before
                    && entry.get(name) instanceof JsonObject more) {
                result = result.with(name, joined(before, more));
            }
        }
        if (entry.get("content") instanceof JsonObject content) {
            if (content.get("parts") instanceof JsonArray(var more)) {
                parts.computeIfAbsent(index, _ -> new ArrayList<>()).addAll(more);
            }
            result = result.with("content", LastNonNull.of(
                    JsonObject.orEmpty(old.get("content")), content.without("parts")));
        }
        candidates.put(index, result);
    }

    private static JsonObject joined(JsonObject old, JsonObject more) {
        var members = new LinkedHashMap<>(LastNonNull.of(old, more).members());
        members.replaceAll((name, value) -> more.get(name) instanceof JsonArray(var now)
                && old.get(name) instanceof JsonArray(var before)
                ? new JsonArray(Stream.concat(before.stream(), now.stream()).toList()) : value);
        return new JsonObject(members);
    }

    private JsonObject whole() throws InvalidAnswer {
        if (candidates.isEmpty() && GenerateContentChunk.of(top).isBlocked()) {
            return top;
        }
        if (candidates.isEmpty()
                || !candidates.values().stream().allMatch(GenerateContentChunk::isFinished)) {
            throw InvalidAnswer.truncated();
        }
        var list = new ArrayList<JsonValue>();
        candidates.forEach((index, candidate) -> list.add(withParts(index, candidate)));
        return new JsonObject.Builder().add("candidates", new JsonArray(list))
                .addAll(top).build();
    }

    private JsonObject withParts(int index, JsonObject candidate) {
        return parts.containsKey(index) && candidate.get("content") instanceof JsonObject content
                ? candidate.with("content", content.with("parts",
                        new JsonArray(GenerateContentText.joined(parts.get(index)))))
                : candidate;
    }
}
