package fakestream.endpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.http.HttpError;
import fakestream.json.JsonBoolean;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Forms of `multipart/form-data`: what is read of them, and the body that goes upstream.
final class MultipartTest {
    private static final String TYPE = "multipart/form-data; boundary=b1";

    /// The form of an image's edit, as openai-node sends it.
    private static final String EDIT = """
            --b1
            Content-Disposition: form-data; name="image"; filename="a.png"
            Content-Type: image/png

            true
            --b1
            Content-Disposition: form-data; name="model"

            gpt-image-2
            --b1
            Content-Disposition: form-data; name="stream"

            true
            --b1
            Content-Disposition: form-data; name="n"

            2
            --b1--
            """.replace("\n", "\r\n");

    /// One part of a random form.
    private record Field(String name, boolean file, byte[] content) {
        private byte[] bytes(String boundary) {
            var head = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + name + "\""
                    + (file ? "; filename=\"a;b\"" : "") + "\r\n\r\n";
            return joined(List.of(latin(head), content, latin("\r\n")));
        }
    }

    @Test
    void readsTextsAsMembers() throws HttpError {
        assertEquals("{\"model\":\"gpt-image-2\",\"stream\":true,\"n\":2}", fields(EDIT));
    }

    /// Whole numbers become numbers and booleans become booleans; other texts stay as they are.
    @ParameterizedTest
    @CsvSource(ignoreLeadingAndTrailingWhitespace = false, value = {"true,true", "False,false",
        "0,0", "-17,-17", "'',\"\"", "007,\"007\"", "1.5,\"1.5\"", "null,\"null\"",
        " true,\" true\"", "1234567890123456789,\"1234567890123456789\"", "grün 猫,\"grün 猫\""})
    void readsTheKindOfAText(String text, String json) throws HttpError {
        assertEquals("{\"a\":" + json + "}", fields(part("name=\"a\"", text) + "--b1--"));
    }

    @Test
    void readsTheLastOfTwoTexts() throws HttpError {
        assertEquals("{\"a\":2}", fields(part("name=a", "1") + part("name=a", "2") + "--b1--"));
    }

    /// Each client quotes names in its own way; a file may have any kind of name, or none.
    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', value = {
        "name=\"a b\"|a b", "name=a|a", "NAME = a ; x=y|a", "name=\"a\\\"b\"|a\\\"b",
        "x=\"; name=\\\"no\\\"\"; name=\"a\"|a", "name=\"a;b\"|a;b", "name=\"image[]\"|image[]",
        "name=\"C:\\\\temp\"|C:\\\\temp", "name=\"C:\\temp\"|C:\\\\temp"})
    void readsTheNameOfAPart(String parameters, String name) throws HttpError {
        assertEquals("{\"" + name + "\":1}", fields(part(parameters, "1") + "--b1--"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"name=a; filename=\"b\"", "name=a; filename=\"\"", "filename=;name=a",
        "name=a; filename*=UTF-8''b", "name=\"a\"; FileName=\"x;y\""})
    void readsNoFile(String parameters) throws HttpError {
        assertEquals("{}", fields(part(parameters, "1") + "--b1--"));
    }

    @Test
    void readsNoLongText() throws HttpError {
        assertEquals("{}", fields(part("name=a", "x".repeat(4097)) + "--b1--"));
    }

    /// A preamble, an epilogue, blanks behind a boundary, folded headers, a part without a body,
    /// and content that resembles a boundary are all of RFC 2046 and RFC 822.
    @Test
    void readsRareForms() throws HttpError {
        var form = "preamble\r\n--b1 \t\r\nContent-Type: text/plain\r\ncontent-disposition: form-"
                + "data;\r\n\tname=a\r\n\r\nx\n--b1\r\r\n--b\r\n-\r\n--b1\r\nContent-Disposition: "
                + "form-data; name=b\r\n\r\n--b1-- \r\nepilogue\r\n--b1";
        assertEquals("{\"a\":\"x\\n--b1\\r\\r\\n--b\\r\\n-\",\"b\":\"\"}", fields(form));
        assertEquals(form, with(form, read(form).fields()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"multipart/form-data; boundary=b1",
        "Multipart/Form-Data;boundary=\"b1\"",
        "multipart/form-data; charset=utf-8; boundary=b1;x=y"})
    void readsTheBoundary(String type) throws HttpError {
        assertTrue(Multipart.is(type));
        assertEquals(3, Multipart.read(type, utf8(EDIT)).fields().members().size());
    }

    @Test
    void knowsItsMediaType() {
        assertFalse(Multipart.is(null));
        assertFalse(Multipart.is("multipart/mixed; boundary=b1"));
        assertFalse(Multipart.is("application/json"));
    }

    @Test
    void removesAMember() throws HttpError {
        var left = read(EDIT).fields().without("stream", "n");
        assertEquals(EDIT.substring(0, EDIT.lastIndexOf("--b1\r\n", EDIT.indexOf("\"stream\"")))
                + "--b1--\r\n", with(EDIT, left));
    }

    /// A changed member keeps its place, a new one comes last.
    @Test
    void writesMembersAnew() throws HttpError {
        var changed = read(EDIT).fields().with("model", new JsonString("猫"))
                .with("stream", JsonBoolean.FALSE).with("a\"b", new JsonString("c"));
        assertEquals(EDIT.replace("gpt-image-2", "猫").replace("\"stream\"\r\n\r\ntrue",
                "\"stream\"\r\n\r\nfalse").replace("--b1--", "--b1\r\nContent-Disposition: "
                + "form-data; name=\"a%22b\"\r\n\r\nc\r\n--b1--"), with(EDIT, changed));
    }

    /// Every text of the name goes, so that no other reader finds an older one.
    @Test
    void changesEveryTextOfAName() throws HttpError {
        var form = part("name=a", "1") + part("name=b", "3") + part("name=a", "2") + "--b1--";
        var fields = read(form).fields();
        assertEquals(part("name=b", "3") + "--b1--", with(form, fields.without("a")));
        assertEquals(part("name=\"a\"", "x") + part("name=b", "3") + "--b1--",
                with(form, fields.with("a", new JsonString("x"))));
        assertEquals(form, with(form, fields));
    }

    @Test
    void copiesNoFile() throws HttpError {
        var file = "x".repeat(100_000);
        var body = utf8(part("name=stream", "true") + part("name=image; filename=a", file)
                + "--b1--");
        var form = Multipart.read(TYPE, body);
        var parts = form.with(JsonObject.EMPTY).list();
        assertSame(body, parts.getFirst().bytes());
        assertTrue(parts.getFirst().length() > file.length());
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', value = {
        "multipart/form-data|--b1--|names no valid boundary",
        "multipart/form-data; boundary=|--b1--|names no valid boundary",
        "multipart/form-data; boundary=a\u00e4|--b1--|names no valid boundary",
        "multipart/form-data; boundary=\"b1 \"|--b1--|names no valid boundary",
        "multipart/form-data; boundary=b1||ends without its last boundary",
        "multipart/form-data; boundary=b1|{}|ends without its last boundary",
        "multipart/form-data; boundary=b1|--b1|does not end its line",
        "multipart/form-data; boundary=b1|--b1x\\r\\n|does not end its line",
        "multipart/form-data; boundary=b1|--b1\\r\\n--b1--|headers without an end",
        "multipart/form-data; boundary=b1|--b1\\r\\nA: b\\r\\n--b1--\\r\\n\\r\\n|without an end",
        "multipart/form-data; boundary=b1|--b1\\r\\n\\r\\nx\\r\\n--b1--|has no name",
        "multipart/form-data; boundary=b1|--b1\\r\\nContent-Disposition: form-data; name=a\\r\\n"
                + "\\r\\nx\\r\\n--b|ends without its last boundary"})
    void refusesWhatIsNoForm(String type, String body, String message) {
        var text = body == null ? "" : body.replace("\\r\\n", "\r\n");
        var error = assertThrows(HttpError.class, () -> Multipart.read(type, utf8(text)));
        assertEquals(400, error.status());
        assertTrue(error.getMessage().contains(message), error.getMessage());
    }

    @Test
    void refusesTooManyPartsAndTooManyHeaders() {
        var parts = part("name=a", "1").repeat(1001) + "--b1--";
        assertTrue(assertThrows(HttpError.class, () -> read(parts)).getMessage()
                .contains("more than 1000 parts"));
        var long8K = part("name=a; x=" + "y".repeat(8 * 1024), "1") + "--b1--";
        assertTrue(assertThrows(HttpError.class, () -> read(long8K)).getMessage()
                .contains("more than 8192 bytes"));
    }

    /// Random files and texts: removing some members leaves every byte of the other parts.
    @RepeatedTest(300)
    void keepsEveryByteOfTheOtherParts(RepetitionInfo repetition) throws HttpError {
        var random = new Random(repetition.getCurrentRepetition());
        var boundary = "b".repeat(1 + random.nextInt(70));
        var fields = IntStream.range(0, random.nextInt(8)).mapToObj(_ -> field(random, boundary))
                .toList();
        var form = Multipart.read("multipart/form-data; boundary=" + boundary,
                bytes(fields, boundary));
        assertEquals(fields.stream().filter(field -> !field.file).map(Field::name)
                .collect(Collectors.toSet()), form.fields().members().keySet());
        assertArrayEquals(bytes(fields, boundary), form.with(form.fields()).bytes());
        var removed = "n" + random.nextInt(4);
        var left = fields.stream().filter(field -> field.file || !field.name.equals(removed))
                .toList();
        assertArrayEquals(bytes(left, boundary),
                form.with(form.fields().without(removed)).bytes());
    }

    /// Its content has beginnings of the boundary, but no line with all of it.
    private static Field field(Random random, String boundary) {
        var content = new ArrayList<byte[]>();
        for (int i = random.nextInt(20); i > 0; i--) {
            content.add(switch (random.nextInt(4)) {
                case 0 -> latin("\r\n--" + boundary.substring(1) + ".");
                case 1 -> latin("x\n--" + boundary);
                case 2 -> latin("\r\n");
                default -> new byte[] {(byte) random.nextInt(256)};
            });
        }
        return new Field("n" + random.nextInt(4), random.nextBoolean(), joined(content));
    }

    private static byte[] bytes(List<Field> fields, String boundary) {
        var all = new ArrayList<>(fields.stream().map(field -> field.bytes(boundary)).toList());
        all.add(latin("--" + boundary + "--\r\n"));
        return joined(all);
    }

    private static byte[] joined(List<byte[]> parts) {
        var all = new ByteArrayOutputStream();
        parts.forEach(all::writeBytes);
        return all.toByteArray();
    }

    private static String part(String parameters, String content) {
        return "--b1\r\nContent-Disposition: form-data; " + parameters + "\r\n\r\n" + content
                + "\r\n";
    }

    private static String fields(String form) throws HttpError {
        return read(form).fields().toString();
    }

    private static Multipart read(String form) throws HttpError {
        return Multipart.read(TYPE, utf8(form));
    }

    private static String with(String form, JsonObject members) throws HttpError {
        var parts = read(form).with(members);
        assertEquals(parts.length(), parts.list().stream().mapToInt(part -> part.length()).sum());
        return parts.toString();
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
