package fakestream.json;

import java.util.AbstractMap;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// The members of an object: an ordered map that cannot be changed and holds no null. It has a
/// type of its own so that [#copyOf(Map)] knows it, as `List.copyOf` knows its own lists, and an
/// object that was just parsed is not copied again.
final class Members extends AbstractMap<String, JsonValue> {
    private final Map<String, JsonValue> map;

    private Members(LinkedHashMap<String, JsonValue> map) {
        if (map.containsKey(null) || map.containsValue(null)) {
            throw new NullPointerException("null is no name and no value");
        }
        this.map = Collections.unmodifiableMap(map);
    }

    /// Takes the map itself: the caller must not keep it.
    static Members of(LinkedHashMap<String, JsonValue> map) {
        return new Members(map);
    }

    /// A copy of the map, or the map itself where it cannot be changed.
    static Members copyOf(Map<String, JsonValue> map) {
        return map instanceof Members members ? members : new Members(new LinkedHashMap<>(map));
    }

    @Override
    public JsonValue get(Object name) {
        return map.get(name);
    }

    @Override
    public boolean containsKey(Object name) {
        return map.containsKey(name);
    }

    @Override
    public Set<Entry<String, JsonValue>> entrySet() {
        return map.entrySet();
    }
}
