package fakestream.protocol;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/// Writes the first inputs of each fuzz run: documents that the generators of the tests make.
public final class Seeds {
    private static final int APIS = 8;
    private static final int EACH = 12;
    private static final int LONGEST = 10_000;

    private final Path directory;
    private int count;

    private Seeds(Path directory) {
        this.directory = directory;
    }

    /// @param args the directory, which gets a subdirectory for each target
    public static void main(String[] args) throws IOException {
        new Seeds(Path.of(args[0])).write();
    }

    private void write() throws IOException {
        for (int seed = 0; seed < EACH; seed++) {
            for (int api = 0; api < APIS; api++) {
                var random = new Random(seed);
                var answer = Samples.answer(api, random).toString();
                put("JsonFuzz", bytes(answer));
                put("MaskFuzz", bytes(answer));
                put("SpeechFuzz", bytes((char) (7 * api + 1) + answer));
                put("GzipFuzz", gzip(answer));
                put("ProtocolFuzz", bytes((char) api + "\0" + answer));
                put("ProtocolFuzz", bytes((char) api + "\1" + new RandomTexts(random).text(99)));
                put("SseFuzz", bytes("\u0003\ufeffevent: a\r\ndata: " + answer + "\r\n\r\n: b\n\n"
                        + "data\rdata:x\r\revent:\ndata: [DONE]"));
            }
        }
        for (var target : new String[] {"/v1/chat/completions?key=a&b=%20", "//v1/v1/models/a%2Fb",
            "/v1beta/models/g:streamGenerateContent?alt=sse&key=x", "http://other.test/v1/models",
            "/v1/%2e%2e/x?k%65y=1", "/openai/chat/completions/chat/completions#x"}) {
            put("TargetFuzz", bytes(target));
        }
        for (var parameters : new String[] {"name=a", "name=\"b\\\"\"; filename=\"c\"", "x=y"}) {
            put("MultipartFuzz", bytes("--b\r\nContent-Disposition: form-data; " + parameters
                    + "\r\n\r\ntrue\r\n--b\r\nContent-Disposition: form-data; name=a\r\n\r\n7"
                    + "\r\n--b--\r\n"));
        }
        put("HeaderFuzz", bytes("Content-Type: application/json; charset=utf-8\n"
                + "Content-Length: 12\nX-Request-Id: a\nx-ratelimit-remaining: 1\nCookie: a=b"));
        for (var after : new String[] {"7", "0.5", "-1", "Thu, 01 Jan 1970 00:00:09 GMT"}) {
            put("HeaderFuzz", bytes("Retry-After: " + after + "\nRetry-After-Ms: " + after));
            put("HeaderFuzz", bytes("Retry-After: " + after + "\nContent-Type: ;"));
        }
        put("MaskFuzz", bytes("{\"a\":\"Bearer abcdefgh1234 sk-abcdefghijkl AIzaSyA0123456789_-"
                + "abcdefghij http://me:secret@host/ eyJhb.eyJz.abc\"}"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] gzip(String text) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(bytes(text));
        }
        return bytes.toByteArray();
    }

    private void put(String target, byte[] seed) throws IOException {
        if (seed.length > LONGEST) {
            return;
        }
        count++;
        Files.write(Files.createDirectories(directory.resolve(target)).resolve("seed-" + count),
                seed);
    }
}
