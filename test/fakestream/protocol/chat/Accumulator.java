package fakestream.protocol.chat;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Folds chunks as all official SDKs do (WIRE.md 2.1 to 2.3): the top level and the vendor fields
/// of a choice come from its first chunk, partial texts join, lists of log probabilities join, and
/// tool calls join by their index.
///
/// The SDKs disagree on a key that comes twice: Node and Java overwrite it, Python joins it.
/// `StreamRules` checks that no key does.
final class Accumulator {
    private final Map<String, JsonValue> top = new LinkedHashMap<>();
    private final Map<Integer, Choice> choices = new TreeMap<>();

    private Accumulator() {
    }

    static JsonObject of(List<JsonObject> chunks) {
        var accumulator = new Accumulator();
        chunks.forEach(accumulator::add);
        return accumulator.result();
    }

    private void add(JsonObject chunk) {
        chunk.members().forEach((name, value) -> {
            if (name.equals("usage")) {
                top.put(name, value);
            } else if (!name.equals("choices")) {
                top.putIfAbsent(name, value);
            }
        });
        for (var entry : ((JsonArray) chunk.get("choices")).elements()) {
            var choice = (JsonObject) entry;
            choices.computeIfAbsent(number(choice), _ -> new Choice(choice)).add(choice);
        }
    }

    private JsonObject result() {
        top.remove("object");
        top.remove("usage", JsonNull.NULL);
        var list = choices.values().stream().map(choice -> (JsonValue) choice.result()).toList();
        top.put("choices", new JsonArray(list));
        return new JsonObject(top);
    }

    private static int number(JsonObject object) {
        return Integer.parseInt(((JsonNumber) object.get("index")).text());
    }

    /// Joins texts, and the texts within objects; any other value is replaced.
    private static JsonValue joined(JsonValue old, JsonValue more) {
        if (old instanceof JsonString(var before) && more instanceof JsonString(var text)) {
            return new JsonString(before + text);
        }
        if (old instanceof JsonObject before && more instanceof JsonObject object) {
            var members = new LinkedHashMap<>(before.members());
            object.members().forEach((name, value) -> members.merge(name, value,
                    Accumulator::joined));
            return new JsonObject(members);
        }
        return more;
    }

    /// One choice whose first chunk is known.
    private static final class Choice {
        private final JsonObject first;
        private final Map<String, JsonValue> message = new LinkedHashMap<>();
        private final Map<Integer, JsonObject> calls = new TreeMap<>();
        private Map<String, JsonValue> logprobs;
        private boolean hasLogprobs;
        private JsonValue finish = JsonNull.NULL;

        Choice(JsonObject first) {
            this.first = first.without("delta", "logprobs");
        }

        void add(JsonObject choice) {
            ((JsonObject) choice.get("delta")).members().forEach((name, value) -> {
                if (name.equals("tool_calls") && value instanceof JsonArray(var parts)) {
                    message.putIfAbsent(name, value);
                    parts.forEach(part -> addCall((JsonObject) part));
                } else {
                    message.merge(name, value, Accumulator::joined);
                }
            });
            if (choice.get("logprobs") instanceof JsonObject part) {
                addLogprobs(part);
            }
            finish = choice.get("finish_reason").equals(JsonNull.NULL) ? finish
                    : choice.get("finish_reason");
            hasLogprobs |= choice.has("logprobs");
        }

        private void addCall(JsonObject part) {
            calls.merge(number(part), part.without("index"),
                    (old, more) -> (JsonObject) joined(old, more));
        }

        private void addLogprobs(JsonObject part) {
            logprobs = logprobs == null ? new LinkedHashMap<>() : logprobs;
            part.members().forEach((name, value) -> logprobs.merge(name, value, (old, more) -> {
                if (!(old instanceof JsonArray(var before))) {
                    return more;
                }
                var both = new ArrayList<>(before);
                both.addAll(((JsonArray) more).elements());
                return new JsonArray(both);
            }));
        }

        JsonObject result() {
            if (!calls.isEmpty()) {
                message.put("tool_calls", new JsonArray(List.copyOf(calls.values())));
            }
            var result = first.with("message", new JsonObject(message))
                    .with("finish_reason", finish);
            return hasLogprobs ? result.with("logprobs", logprobs == null ? JsonNull.NULL
                    : new JsonObject(logprobs)) : result;
        }
    }
}
