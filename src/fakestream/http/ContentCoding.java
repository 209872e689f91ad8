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

/// Content codings (RFC 9110 section 8.4.1): gzip and deflate are decoded, and whatever stands for
/// no coding at all is known, `utf-8` too, which some servers take for one.
public final class ContentCoding {
    private static final int BUFFER = 8 * 1024;
    /// More than anybody has a use for: each takes memory, and room on the stack. curl has 5.
    private static final int MOST = 5;
    private static final Set<String> NONE = Set.of("", "identity", "none", "utf-8", "utf8");
    private static final Set<String> GZIP = Set.of("gzip", "x-gzip");
    private static final String DEFLATE = "deflate";

    /// What makes a stream of plain bytes from one that has something in it.
    @FunctionalInterface
    private interface Decoder {
        InputStream of(PushbackInputStream coded) throws IOException;
    }

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

    /// Whether a body under these values of `Content-Encoding` is as it was made.
    public static boolean isNone(List<String> fields) {
        return codings(fields).isEmpty();
    }

    /// The first coding among these values of `Content-Encoding` that cannot be decoded, in lower
    /// case, or, where there are too many, how many may be; empty where all can.
    public static Optional<String> unknown(List<String> fields) {
        var codings = codings(fields);
        return codings.size() > MOST ? Optional.of("of more than " + MOST + " layers")
                : codings.stream().filter(coding -> !GZIP.contains(coding)
                        && !coding.equals(DEFLATE)).findFirst();
    }

    /// The plain bytes behind these values of `Content-Encoding`, none of which is
    /// [unknown][#unknown]. Reading them throws EOFException where the coded ones end too early,
    /// and ZipException where they are not what is said of them.
    public static InputStream decoded(InputStream coded, List<String> fields) {
        var plain = coded;
        for (var coding : codings(fields).reversed()) {
            plain = new Lazy(plain, GZIP.contains(coding)
                    ? in -> new GZIPInputStream(in, BUFFER) : ContentCoding::inflating);
        }
        return plain;
    }

    private static List<String> codings(List<String> fields) {
        return fields.isEmpty() ? List.of() : fields.stream()
                .flatMap(field -> Arrays.stream(field.split(",")))
                .map(coding -> coding.strip().toLowerCase(Locale.ROOT))
                .filter(coding -> !NONE.contains(coding)).toList();
    }

    /// Deflate is a format of zlib's (RFC 1950), but many send its inside alone (RFC 1951). The
    /// first two bytes tell.
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

    /// Begins to decode when it is read, for the JDK's streams read as soon as they are made, and
    /// gives back the decoder's memory at the end. Nothing at all stands for nothing, whatever its
    /// coding.
    private static final class Lazy extends ByBuffers {
        private final PushbackInputStream coded;
        private final Decoder decoder;
        private InputStream plain;
        private boolean ended;

        private Lazy(InputStream coded, Decoder decoder) {
            this.coded = new PushbackInputStream(coded, 2);
            this.decoder = decoder;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (plain == null && !ended) {
                begin();
            }
            var n = ended ? -1 : plain.read(buffer, offset, length);
            if (n < 0) {
                close();
            }
            return n;
        }

        private void begin() throws IOException {
            var first = coded.read();
            ended = first < 0;
            if (!ended) {
                coded.unread(first);
                plain = decoder.of(coded);
            }
        }

        @Override
        public void close() throws IOException {
            ended = true;
            if (plain != null) {
                plain.close();
            }
        }
    }
}
