package fakestream.endpoint;

import fakestream.upstream.UpstreamAnswer;
import fakestream.upstream.UpstreamException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// The body of an error or a redirect that passes through. An upstream may repeat in it what it was
/// sent, so it passes only if a key would be found in it.
public final class ErrorBody {
    /// Bytes, after decoding.
    public static final int LONGEST = 256 * 1024;

    /// Charsets in which a key has the bytes of ASCII.
    private static final Set<String> CHARSETS = Set.of("utf-8", "utf8", "us-ascii", "ascii",
            "iso-8859-1", "latin1", "windows-1252");

    private ErrorBody() {
    }

    /// The body, decoded and without secrets; empty if it is longer than [#LONGEST], or is no text
    /// of a known charset. A body without a secret keeps its original bytes.
    ///
    /// @throws UpstreamException if it breaks off, or does not have the coding that it declares
    public static Optional<byte[]> of(UpstreamAnswer answer) throws UpstreamException {
        var head = answer.head();
        if (!isText(head.contentType()) || !hasKnownCharset(head.header("content-type"))
                || head.length() > LONGEST) {
            return Optional.empty();
        }
        var plain = answer.decoded();
        return plain.isLongerThan(LONGEST) || hasZeros(plain.body()) ? Optional.empty()
                : Optional.of(head.redactor().body(plain.body()));
    }

    private static boolean isText(String type) {
        return type.isEmpty() || type.startsWith("text/")
                || type.endsWith("/json") || type.endsWith("+json")
                || type.endsWith("/xml") || type.endsWith("+xml");
    }

    private static boolean hasKnownCharset(String contentType) {
        return Arrays.stream(contentType.toLowerCase(Locale.ROOT).split(";")).skip(1)
                .map(String::strip).filter(parameter -> parameter.startsWith("charset"))
                .map(parameter -> parameter.substring("charset".length())
                        .replaceAll("[\\s=\"']", ""))
                .allMatch(CHARSETS::contains);
    }

    /// UTF-16 and UTF-32, which may come undeclared, have zeros beside each letter.
    private static boolean hasZeros(byte[] text) {
        return new String(text, StandardCharsets.ISO_8859_1).indexOf('\0') >= 0;
    }
}
