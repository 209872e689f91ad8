package fakestream.protocol;

import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import java.util.LinkedHashMap;

/// How what stands beside the texts of a stream adds up: of each member the latest value that was
/// not null.
public final class LastNonNull {
    private LastNonNull() {
    }

    /// The members of both, those of `more` winning unless they are null.
    public static JsonObject of(JsonObject old, JsonObject more) {
        var members = new LinkedHashMap<>(old.members());
        more.members().forEach((name, value) -> members.merge(name, value,
                (before, now) -> now.equals(JsonNull.NULL) ? before : now));
        return new JsonObject(members);
    }
}
