package fakestream.protocol;

import fakestream.json.JsonArray;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import java.util.TreeSet;

/// The first place where two JSON values differ, and both values there.
public final class Difference {
    private static final int ROOM = 60;

    private Difference() {
    }

    /// The difference in words, or null if there is none.
    public static String between(JsonValue expected, JsonValue actual) {
        return between("", expected, actual);
    }

    private static String between(String path, JsonValue expected, JsonValue actual) {
        if (expected instanceof JsonObject one && actual instanceof JsonObject other) {
            return betweenObjects(path, one, other);
        }
        if (expected instanceof JsonArray(var one) && actual instanceof JsonArray(var other)) {
            for (int i = 0; i < Math.max(one.size(), other.size()); i++) {
                var found = between(path + "/" + i, i < one.size() ? one.get(i) : null,
                        i < other.size() ? other.get(i) : null);
                if (found != null) {
                    return found;
                }
            }
            return null;
        }
        return expected != null && expected.equals(actual) ? null : told(path, expected, actual);
    }

    private static String betweenObjects(String path, JsonObject expected, JsonObject actual) {
        var names = new TreeSet<>(expected.members().keySet());
        names.addAll(actual.members().keySet());
        for (var name : names) {
            if (!expected.has(name) || !actual.has(name)) {
                return told(path + "/" + name, expected.get(name), actual.get(name));
            }
            var found = between(path + "/" + name, expected.get(name), actual.get(name));
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static String told(String path, JsonValue expected, JsonValue actual) {
        if (expected instanceof JsonString(var one) && actual instanceof JsonString(var other)) {
            int at = 0;
            while (at < one.length() && at < other.length()
                    && one.charAt(at) == other.charAt(at)) {
                at++;
            }
            return path + " from character " + at + ":\n  expected "
                    + shown(one.substring(at)) + "\n  got      " + shown(other.substring(at));
        }
        return path + ":\n  expected " + shown(expected) + "\n  got      " + shown(actual);
    }

    private static String shown(JsonValue value) {
        return value == null ? "nothing" : value instanceof JsonNumber(var text) ? text
                : shown(value.toString());
    }

    /// A text with its invisible characters escaped, cut if it is long.
    public static String shown(String text) {
        var out = new StringBuilder().append('"');
        text.chars().limit(ROOM).forEach(c -> out.append(c >= ' ' && c < 0x7f ? "" + (char) c
                : String.format("\\u%04x", c)));
        return out.append('"').append(text.length() > ROOM ? " and " + (text.length() - ROOM)
                + " more" : "").toString();
    }
}
