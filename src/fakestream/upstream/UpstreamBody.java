package fakestream.upstream;

import fakestream.http.ByteBudget;
import fakestream.http.ContentCoding;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipException;

/// The body of an upstream's answer; one thread reads it, within the limit of the call. The proxy
/// asks only for plain bytes. It decodes gzip and deflate all the same, because some upstreams send
/// them to every client; the limit counts the decoded bytes.
final class UpstreamBody {
    /// Carries a failure of the call through a JDK stream.
    private static final class CallFailed extends IOException {
        private static final long serialVersionUID = 1L;

        private final transient UpstreamException failure;

        private CallFailed(UpstreamException failure) {
            super(failure);
            this.failure = failure;
        }
    }

    /// Reads some bytes; -1 at the end.
    @FunctionalInterface
    private interface Source {
        int read(byte[] buffer, int offset, int length) throws IOException, UpstreamException;
    }

    /// The first buffer of a body has `SMALLEST` to `BUFFER`; later ones have at most the last.
    private static final int SMALLEST = 2 * 1024;
    private static final int BUFFER = 64 * 1024;
    private static final int LARGEST_BUFFER = 1024 * 1024;

    private final UpstreamCall call;
    private final String encoding;
    private final Source source;
    /// Bytes that were read but do not count as read.
    private ByteArrayInputStream again = new ByteArrayInputStream(new byte[0]);
    private boolean ended;
    private int count;

    /// @param call null if nothing is read from a call
    private UpstreamBody(UpstreamCall call, String encoding, Source source) {
        this.call = call;
        this.encoding = encoding;
        this.source = source;
    }

    /// The bytes as they come.
    static UpstreamBody raw(UpstreamCall call) {
        return new UpstreamBody(call, "",
                (buffer, offset, length) -> call.read(buffer, offset, length));
    }

    /// Bytes that were read before.
    static UpstreamBody of(byte[] bytes) {
        return new UpstreamBody(null, "", new ByteArrayInputStream(bytes)::read);
    }

    /// This body, decoded by these values of `Content-Encoding` (RFC 9110 section 8.4). If one of
    /// them cannot be decoded, reading fails.
    UpstreamBody decoded(List<String> encodings) {
        if (ContentCoding.isNone(encodings)) {
            return this;
        }
        if (ContentCoding.unknown(encodings).isPresent()) {
            return new UpstreamBody(call, "", (_, _, _) -> {
                throw UpstreamException.notAnAnswer("upstream_encoding",
                        "the upstream's answer has an encoding that nobody asked for");
            });
        }
        var plain = ContentCoding.decoded(stream(), encodings);
        return new UpstreamBody(call, String.join(", ", encodings), plain::read);
    }

    /// Reads more; -1 at the end.
    ///
    /// @throws UpstreamException if it breaks off, falls silent or is larger than allowed
    int read(byte[] buffer, int offset, int length) throws UpstreamException {
        var n = readOn(buffer, offset, length);
        count += Math.max(n, 0);
        if (call != null && count > call.mostBytes()) {
            call.cancel();
            throw UpstreamException.tooLarge();
        }
        return n;
    }

    /// See [UpstreamCall#hold]; bytes that were read before are counted elsewhere.
    void hold(long bytes) throws UpstreamException {
        if (call != null) {
            call.hold(bytes);
        }
    }

    /// Reduces the hold to this many bytes and gives the rest back.
    void settle(long bytes) throws UpstreamException {
        if (call != null) {
            call.hold(0).settle(bytes);
        }
    }

    /// Reads until the end, or until there are more than `most` bytes. Copies the bytes once, when
    /// their length is known, so it never holds them more than twice. For a declared length it
    /// takes all memory before the first byte, so that it holds nothing while it waits.
    ///
    /// @param declared the declared length; negative if there is none
    byte[] readUpTo(int most, long declared) throws UpstreamException {
        long held = Math.clamp(declared, 0, most);
        hold(ByteBudget.COPIES * held);
        var full = new ArrayList<byte[]>();
        // One spare byte, so that the end shows without another buffer.
        var bytes = new byte[Math.clamp(declared + 1, SMALLEST, BUFFER)];
        int before = 0;
        int filled = 0;
        for (int n = 0; n >= 0 && before + filled <= most; filled += Math.max(n, 0)) {
            if (filled == bytes.length) {
                full.add(bytes);
                before = Math.addExact(before, filled);
                filled = 0;
                hold(ByteBudget.COPIES * (long) before);
                bytes = new byte[Math.clamp(before, SMALLEST, LARGEST_BUFFER)];
            }
            n = read(bytes, filled, bytes.length - filled);
        }
        long length = (long) before + filled;
        if (length > held) {
            hold(ByteBudget.COPIES * length);
        }
        settle(ByteBudget.COPIES * length);
        return joined(full, before, bytes, filled);
    }

    private static byte[] joined(List<byte[]> full, int before, byte[] last, int filled) {
        var all = new byte[Math.addExact(before, filled)];
        int end = 0;
        for (var bytes : full) {
            System.arraycopy(bytes, 0, all, end, bytes.length);
            end += bytes.length;
        }
        System.arraycopy(last, 0, all, before, filled);
        return all;
    }

    /// Makes these bytes, which were read last, the next to be read.
    void unread(byte[] bytes) {
        var behind = again.readAllBytes();
        var all = Arrays.copyOf(bytes, bytes.length + behind.length);
        System.arraycopy(behind, 0, all, bytes.length, behind.length);
        again = new ByteArrayInputStream(all);
        count -= bytes.length;
    }

    private int readOn(byte[] buffer, int offset, int length) throws UpstreamException {
        try {
            return next(buffer, offset, length);
        } catch (CallFailed e) {
            throw e.failure;
        } catch (EOFException e) {
            throw UpstreamException.truncated(e);
        } catch (ZipException e) {
            throw UpstreamException.notAnAnswer("upstream_encoding",
                    "the upstream's answer says that it is " + encoding + ", and is not");
        } catch (IOException e) {
            throw new AssertionError("only the call reads from a socket", e);
        }
    }

    private int next(byte[] buffer, int offset, int length)
            throws IOException, UpstreamException {
        var n = again.read(buffer, offset, length);
        if (n < 0 && !ended) {
            n = source.read(buffer, offset, length);
            ended = n < 0;
            if (ended && call != null) {
                call.finish();
            }
        }
        return n;
    }

    private InputStream stream() {
        return new ContentCoding.ByBuffers() {
            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                try {
                    return next(buffer, offset, length);
                } catch (UpstreamException e) {
                    throw new CallFailed(e);
                }
            }
        };
    }
}
