package fakestream.endpoint;

import fakestream.upstream.UpstreamAnswer;
import fakestream.upstream.UpstreamException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// The body of an error or a redirect that passes through. An upstream may repeat in it what it was
/// sent, so it passes only if a key would be found in it.
public final class ErrorBody {
    /// Bytes, after decoding.
    public static final int LONGEST = 256 * 1024;

    /// Charsets in which a key has the bytes of ASCII.
    private static final Set<String> CHARSETS = Set.of("utf-8", "utf8", "us-ascii", "ascii",
            "iso-8859-1", "latin1", "windows-1252");

    /// Media types of text; an error without a type counts as text.
    private static final Pattern TEXT = Pattern.compile("|text/.*|.*[/+](json|xml)");

    private ErrorBody() {
    }

    /// The body, decoded and without secrets; empty if it is longer than [#LONGEST], or is no text
    /// of a known charset. A body without a secret keeps its original bytes.
    ///
    /// @throws UpstreamException if it breaks off, or does not have the coding that it declares
    public static Optional<byte[]> of(UpstreamAnswer answer) throws UpstreamException {
        var head = answer.head();
        if (!TEXT.matcher(head.contentType()).matches() || head.length() > LONGEST
                || !hasKnownCharset(head.header("content-type"))) {
            return Optional.empty();
        }
        var plain = answer.decoded();
        if (plain.isLongerThan(LONGEST)) {
            return Optional.empty();
        }
        // UTF-16 and UTF-32, which may come undeclared, have zeros beside each letter.
        var text = new String(plain.body(), StandardCharsets.ISO_8859_1);
        return text.indexOf('\0') >= 0 ? Optional.empty()
                : Optional.of(head.redactor().body(plain.body()));
    }

    private static boolean hasKnownCharset(String contentType) {
        return Arrays.stream(contentType.toLowerCase(Locale.ROOT).split(";")).skip(1)
                .map(String::strip).filter(parameter -> parameter.startsWith("charset"))
                .map(parameter -> parameter.substring("charset".length())
                        .replaceAll("[\\s=\"']", ""))
                .allMatch(CHARSETS::contains);
    }
}
