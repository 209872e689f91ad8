package fakestream.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/// Content codings (RFC 9110 section 8.4.1): decodes gzip and deflate, and knows all names for no
/// coding, even `utf-8`, which some servers take for a coding.
public final class ContentCoding {
    private static final int BUFFER = 8 * 1024;
    /// The most codings of one body; each takes memory and stack. curl allows 5.
    private static final int MOST = 5;
    private static final Set<String> NONE = Set.of("", "identity", "none", "utf-8", "utf8");
    private static final Set<String> GZIP = Set.of("gzip", "x-gzip");
    private static final String DEFLATE = "deflate";

    /// A stream that only ever reads into a buffer.
    public abstract static class ByBuffers extends InputStream {
        @Override
        public final int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public abstract int read(byte[] buffer, int offset, int length) throws IOException;
    }

    private ContentCoding() {
    }

    /// Whether a body with these values of `Content-Encoding` is not coded.
    public static boolean isNone(List<String> fields) {
        return codings(fields).isEmpty();
    }

    /// The first coding among these values of `Content-Encoding` that cannot be decoded, in lower
    /// case. If there are too many, the text names the limit; empty if all can be decoded.
    public static Optional<String> unknown(List<String> fields) {
        var codings = codings(fields);
        return codings.size() > MOST ? Optional.of("of more than " + MOST + " layers")
                : codings.stream().filter(coding -> !GZIP.contains(coding)
                        && !coding.equals(DEFLATE)).findFirst();
    }

    /// Decodes a body with these values of `Content-Encoding`, none of them [unknown][#unknown].
    /// Reading throws EOFException if the coded bytes end too early, and ZipException if they do
    /// not have the named coding.
    public static InputStream decoded(InputStream coded, List<String> fields) {
        var plain = coded;
        for (var coding : codings(fields).reversed()) {
            plain = new Lazy(plain, GZIP.contains(coding));
        }
        return plain;
    }

    private static List<String> codings(List<String> fields) {
        return fields.isEmpty() ? List.of() : fields.stream()
                .flatMap(field -> Arrays.stream(field.split(",")))
                .map(coding -> coding.strip().toLowerCase(Locale.ROOT))
                .filter(coding -> !NONE.contains(coding)).toList();
    }

    /// Deflate is zlib's format (RFC 1950), but many senders send raw deflate data (RFC 1951). The
    /// first two bytes show which it is.
    private static InputStream inflating(PushbackInputStream coded) throws IOException {
        var start = coded.readNBytes(2);
        coded.unread(start);
        var zlib = start.length == 2 && (start[0] & 0x0F) == Deflater.DEFLATED
                && ((start[0] & 0xFF) << 8 | start[1] & 0xFF) % 31 == 0;
        var inflater = new Inflater(!zlib);
        return new InflaterInputStream(coded, inflater, BUFFER) {
            @Override
            public void close() throws IOException {
                super.close();
                inflater.end();
            }
        };
    }

    /// Begins to decode at the first read, because the JDK's streams read as soon as they are
    /// created, and frees the decoder's memory at the end. An empty body stays empty, whatever its
    /// coding.
    private static final class Lazy extends ByBuffers {
        private final PushbackInputStream coded;
        private final boolean isGzip;
        private InputStream plain;

        private Lazy(InputStream coded, boolean isGzip) {
            this.coded = new PushbackInputStream(coded, 2);
            this.isGzip = isGzip;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (plain == null) {
                var first = coded.read();
                if (first >= 0) {
                    coded.unread(first);
                }
                plain = first < 0 ? nullInputStream()
                        : isGzip ? new GZIPInputStream(coded, BUFFER) : inflating(coded);
            }
            var n = plain.read(buffer, offset, length);
            if (n < 0) {
                close();
            }
            return n;
        }

        @Override
        public void close() throws IOException {
            if (plain != null) {
                plain.close();
            }
            plain = nullInputStream();
        }
    }
}
