package fakestream.protocol;

import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import java.util.LinkedHashMap;

/// Merges the members of a stream besides its texts: each keeps its latest value that was not null.
public final class LastNonNull {
    private LastNonNull() {
    }

    /// The members of both; `more` wins unless its value is null.
    public static JsonObject of(JsonObject old, JsonObject more) {
        var members = new LinkedHashMap<>(old.members());
        more.members().forEach((name, value) -> members.merge(name, value,
                (before, now) -> now.equals(JsonNull.NULL) ? before : now));
        return new JsonObject(members);
    }
}
