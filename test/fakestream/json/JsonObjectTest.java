package fakestream.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class JsonObjectTest {
    private static final JsonObject OBJECT = new JsonObject.Builder()
            .add("model", "m").add("stream", true).add("n", 1).add("stop", JsonNull.NULL).build();

    @Test
    void getsAMemberOrNull() {
        assertEquals(new JsonString("m"), OBJECT.get("model"));
        assertEquals(JsonNull.NULL, OBJECT.get("stop"));
        assertNull(OBJECT.get("other"));
    }

    @Test
    void knowsAMemberWhoseValueIsNull() {
        assertTrue(OBJECT.has("stop"));
        assertFalse(OBJECT.has("other"));
    }

    @Test
    void givesTextOnlyForAString() {
        assertEquals("m", OBJECT.string("model"));
        assertNull(OBJECT.string("n"));
        assertNull(OBJECT.string("stop"));
        assertNull(OBJECT.string("other"));
    }

    @Test
    void replacesAMemberInItsPlace() {
        assertEquals("{\"model\":\"m\",\"stream\":false,\"n\":1,\"stop\":null}",
                OBJECT.with("stream", JsonBoolean.FALSE).toString());
    }

    @Test
    void addsANewMemberAtTheEnd() {
        var object = JsonObject.EMPTY.with("b", JsonNumber.of(1)).with("a", JsonNumber.of(2));
        assertEquals("{\"b\":1,\"a\":2}", object.toString());
    }

    @Test
    void leavesOutMembers() {
        assertEquals("{\"model\":\"m\",\"stop\":null}",
                OBJECT.without("n", "stream", "other", "n").toString());
        assertEquals(OBJECT, OBJECT.without());
        assertEquals(JsonObject.EMPTY, OBJECT.without("stop", "n", "stream", "model"));
    }

    @Test
    void keepsOnlyTheGivenMembersInItsOwnOrder() {
        assertEquals("{\"model\":\"m\",\"stop\":null}",
                OBJECT.only("stop", "other", "model").toString());
        assertEquals(JsonObject.EMPTY, OBJECT.only());
    }

    @Test
    void staysUnchangedWhenAnotherIsMadeFromIt() {
        var before = OBJECT.toString();
        OBJECT.with("stream", JsonBoolean.FALSE);
        OBJECT.without("model");
        assertEquals(before, OBJECT.toString());
    }

    @Test
    void staysUnchangedWhenItsSourceMapChanges() {
        var map = new LinkedHashMap<String, JsonValue>(Map.of("a", JsonNull.NULL));
        var object = new JsonObject(map);
        map.put("b", JsonNull.NULL);
        assertEquals("{\"a\":null}", object.toString());
    }

    @Test
    void staysUnchangedWhenItsBuilderIsReused() {
        var builder = new JsonObject.Builder().add("a", 1);
        var first = builder.build();
        var second = builder.add("b", 2).build();
        assertEquals("{\"a\":1}", first.toString());
        assertEquals("{\"a\":1,\"b\":2}", second.toString());
    }

    @Test
    void hasMembersThatCannotBeChanged() throws JsonException {
        for (var object : List.of(OBJECT, (JsonObject) Json.parse("{\"model\":1}"),
                OBJECT.with("a", JsonNull.NULL), OBJECT.without("n"))) {
            var members = object.members();
            var member = members.entrySet().iterator().next();
            assertUnsupported(() -> members.put("a", JsonNull.NULL));
            assertUnsupported(() -> members.remove("model"));
            assertUnsupported(() -> members.merge("model", JsonNull.NULL, (_, _) -> null));
            assertUnsupported(() -> members.replaceAll((_, _) -> JsonNull.NULL));
            assertUnsupported(members::clear);
            assertUnsupported(() -> members.keySet().remove("model"));
            assertUnsupported(() -> members.values().clear());
            assertUnsupported(() -> member.setValue(JsonNull.NULL));
        }
    }

    @Test
    void doesNotCopyMembersThatCannotBeChanged() {
        assertSame(OBJECT.members(), new JsonObject(OBJECT.members()).members());
    }

    @Test
    void refusesNull() {
        var noValue = new HashMap<String, JsonValue>();
        noValue.put("a", null);
        assertThrows(NullPointerException.class, () -> new JsonObject(null));
        assertThrows(NullPointerException.class, () -> new JsonObject(noValue));
        assertThrows(NullPointerException.class, () -> OBJECT.with("a", null));
        assertThrows(NullPointerException.class, () -> OBJECT.with(null, JsonNull.NULL));
        assertThrows(NullPointerException.class,
                () -> new JsonObject.Builder().add("a", (JsonValue) null).build());
        assertThrows(NullPointerException.class,
                () -> new JsonObject.Builder().add("a", (String) null));
        assertThrows(NullPointerException.class, () -> new JsonString(null));
        assertThrows(NullPointerException.class, () -> new JsonNumber(null));
        assertThrows(NullPointerException.class,
                () -> new JsonArray(Arrays.asList(JsonNull.NULL, null)));
    }

    @Test
    void buildsFromAnotherObject() {
        var built = new JsonObject.Builder().add("id", "x").add("n", 5).addAll(OBJECT)
                .add("last", 1).build();
        assertEquals("{\"id\":\"x\",\"n\":1,\"model\":\"m\",\"stream\":true,\"stop\":null,"
                + "\"last\":1}", built.toString());
    }

    @Test
    void ignoresTheOrderOfMembersInEquality() throws JsonException {
        var one = Json.parse("{\"a\":1,\"b\":[true]}");
        var other = Json.parse("{\"b\":[true],\"a\":1}");
        assertEquals(one, other);
        assertEquals(one.hashCode(), other.hashCode());
        assertNotEquals(one, Json.parse("{\"a\":1.0,\"b\":[true]}"));
    }

    @Test
    void matchesPatterns() throws JsonException {
        var answer = (JsonObject) Json.parse("{\"choices\":[{\"text\":\"hi\"}]}");
        var text = answer.get("choices") instanceof JsonArray(var choices)
                && choices.getFirst() instanceof JsonObject choice ? choice.string("text") : null;
        assertEquals("hi", text);
    }

    @Test
    void hasAnArrayThatCannotBeChanged() {
        var list = new ArrayList<JsonValue>(List.of(JsonNull.NULL));
        var array = new JsonArray(list);
        list.clear();
        assertEquals("[null]", array.toString());
        assertUnsupported(() -> array.elements().clear());
    }

    private static void assertUnsupported(Runnable change) {
        assertThrows(UnsupportedOperationException.class, change::run);
    }
}
