package fakestream.protocol;

import fakestream.json.JsonArray;
import fakestream.json.JsonBoolean;
import fakestream.json.JsonNull;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;

/// Spoils JSON here and there: a value gets another type, disappears, or comes twice.
final class Mutation {
    private static final List<JsonValue> OTHERS = List.of(JsonNull.NULL, JsonBoolean.TRUE,
            JsonBoolean.FALSE, new JsonNumber("0"), new JsonNumber("-1"), new JsonNumber("1.5"),
            new JsonNumber("1e999"), new JsonNumber("99999999999999999999"), new JsonString(""),
            new JsonString("\ud83d"), new JsonString("index"), new JsonString("error"),
            new JsonString("text"), new JsonString("message"), JsonArray.EMPTY, JsonObject.EMPTY,
            JsonArray.of(JsonNull.NULL), JsonArray.of(JsonObject.EMPTY),
            JsonArray.of(JsonArray.EMPTY));
    private static final List<String> NAMES = List.of("index", "type", "content", "error", "text",
            "id", "delta", "message", "choices", "output", "parts", "finish_reason", "usage",
            "tool_calls", "function", "code", "role", "input", "summary", "logprobs");

    private final Random random;

    Mutation(Random random) {
        this.random = random;
    }

    /// Returns the value with one place spoilt.
    JsonValue of(JsonValue value) {
        if (random.nextInt(6) == 0) {
            return OTHERS.get(random.nextInt(OTHERS.size()));
        }
        return switch (value) {
            case JsonObject object when !object.members().isEmpty() -> object(object);
            case JsonArray(var elements) when !elements.isEmpty() -> array(elements);
            default -> OTHERS.get(random.nextInt(OTHERS.size()));
        };
    }

    private JsonValue object(JsonObject object) {
        var names = List.copyOf(object.members().keySet());
        var name = names.get(random.nextInt(names.size()));
        return switch (random.nextInt(8)) {
            case 0 -> object.without(name);
            case 1 -> object.without(name).with(NAMES.get(random.nextInt(NAMES.size())),
                    object.get(name));
            case 2 -> object.with(NAMES.get(random.nextInt(NAMES.size())), object.get(name));
            default -> {
                var members = new LinkedHashMap<>(object.members());
                members.put(name, of(members.get(name)));
                yield new JsonObject(members);
            }
        };
    }

    private JsonValue array(List<JsonValue> elements) {
        var changed = new ArrayList<>(elements);
        var place = random.nextInt(changed.size());
        switch (random.nextInt(8)) {
            case 0 -> changed.remove(place);
            case 1 -> changed.add(changed.get(place));
            case 2 -> Collections.swap(changed, place, random.nextInt(changed.size()));
            default -> changed.set(place, of(changed.get(place)));
        }
        return new JsonArray(changed);
    }
}
