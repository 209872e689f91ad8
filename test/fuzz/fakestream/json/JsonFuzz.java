package fakestream.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;

/// Our parser accepts exactly the bytes that Jackson accepts, and both give the same value. Our own
/// text of the value parses to the same value again. The parser throws only JsonException.
public final class JsonFuzz {
    private static final int DEPTH = 512;
    private static final JsonFactory JACKSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEPTH)
                    .maxNumberLength(Integer.MAX_VALUE).maxNameLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE).build())
            .build();

    private JsonFuzz() {
    }

    public static void fuzzerTestOneInput(byte[] bytes) {
        var ours = ours(bytes);
        var theirs = theirs(bytes);
        if (ours == null ? theirs != null : !ours.equals(theirs)) {
            throw new AssertionError("ours " + ours + ", Jackson's " + theirs);
        }
        if (ours != null && !ours.equals(ours(ours.toString().getBytes(StandardCharsets.UTF_8)))) {
            throw new AssertionError("it is not the same again: " + ours);
        }
    }

    /// The value or null; a refusal must have the same message as the plain parser's.
    private static JsonValue ours(byte[] bytes) {
        var plain = ReferenceParser.read(bytes);
        try {
            var value = Json.parse(bytes);
            if (!value.equals(plain)) {
                throw new AssertionError("ours " + value + ", the plain parser's " + plain);
            }
            return value;
        } catch (JsonException e) {
            if (!e.getMessage().equals(plain)) {
                throw new AssertionError("ours " + e.getMessage() + ", the plain one's " + plain);
            }
            return null;
        }
    }

    private static JsonValue theirs(byte[] bytes) {
        try (var parser = JACKSON.createParser(text(bytes))) {
            var value = value(parser, parser.nextToken());
            return parser.nextToken() == null ? value : null;
        } catch (IOException _) {
            return null;
        }
    }

    /// Jackson accepts some bytes that are not UTF-8, so the JDK decodes them.
    private static String text(byte[] bytes) throws CharacterCodingException {
        var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        return text.startsWith("\ufeff") ? text.substring(1) : text;
    }

    private static JsonValue value(JsonParser parser, JsonToken token) throws IOException {
        return switch (token) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> new JsonString(parser.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new JsonNumber(parser.getText());
            case VALUE_TRUE -> JsonBoolean.TRUE;
            case VALUE_FALSE -> JsonBoolean.FALSE;
            case VALUE_NULL -> JsonNull.NULL;
            case null, default -> throw new IOException("no value: " + token);
        };
    }

    private static JsonObject object(JsonParser parser) throws IOException {
        var members = new LinkedHashMap<String, JsonValue>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            var name = parser.getText();
            members.put(name, value(parser, parser.nextToken()));
        }
        return new JsonObject(members);
    }

    private static JsonArray array(JsonParser parser) throws IOException {
        var elements = new ArrayList<JsonValue>();
        for (var token = parser.nextToken(); token != JsonToken.END_ARRAY;
                token = parser.nextToken()) {
            elements.add(value(parser, token));
        }
        return new JsonArray(elements);
    }
}
