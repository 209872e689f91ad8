package fakestream.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// One request's body, which may keep its reader waiting for a limited time. The next byte has
/// CLIENT_READ_TIMEOUT_MS. The whole body has this time and a second more for each 500 bytes that
/// came, as in Apache's `RequestReadTimeout body=20,MinRate=500`. Only time spent reading counts.
/// Used by one thread at a time.
///
/// Each read that may have to wait has a virtual thread of its own. The JDK has no read with a
/// timeout here, and an interrupt would close the connection, so that no error could be sent.
final class ReadTimeout extends FilterInputStream {
    private static final int LEAST_BYTES_PER_SECOND = 500;
    private static final long NANOS_PER_BYTE = 1_000_000_000L / LEAST_BYTES_PER_SECOND;

    private static final long LONGEST_NANOS = 1_000_000_000L;

    private final Supplier<Duration> patience;
    private volatile long received;
    private volatile long lastByte;
    private long waited;

    /// Reads from the body, and returns how many bytes came; -1 at the end.
    @FunctionalInterface
    interface Input {
        int from(InputStream body) throws IOException;
    }

    /// @param patience timeout for the next byte; it may become shorter
    ReadTimeout(InputStream body, Supplier<Duration> patience) {
        super(body);
        this.patience = patience;
    }

    /// Reads without a limit, and notes how many bytes come and when.
    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        var n = super.read(buffer, offset, length);
        if (n > 0) {
            received += n;
            lastByte = System.nanoTime();
        }
        return n;
    }

    /// Lets `input` read within the limit, and rethrows its errors.
    ///
    /// @throws HttpError 408 if the body keeps it waiting too long; the reading thread then ends
    ///     with the connection
    int await(Input input) throws IOException, HttpError {
        var reading = new FutureTask<>(() -> input.from(this));
        var began = System.nanoTime();
        lastByte = began;
        Thread.ofVirtual().start(reading);
        try {
            while (true) {
                try {
                    return reading.get(left(began), TimeUnit.NANOSECONDS);
                } catch (TimeoutException _) {
                    // New bytes may have extended the deadline, or the timeout may be shorter now.
                }
            }
        } catch (ExecutionException e) {
            throw thrown(e.getCause());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the request's body was read");
        } finally {
            waited += System.nanoTime() - began;
        }
    }

    /// The nanoseconds until the next look.
    private long left(long began) throws HttpError {
        var now = System.nanoTime();
        var timeout = patience.get();
        var silent = timeout.toNanos() - (now - lastByte);
        if (silent <= 0) {
            throw HttpError.refused(408, "request_timeout", "no byte of the request's body came "
                    + "for " + timeout.toMillis() + " ms (CLIENT_READ_TIMEOUT_MS)");
        }
        var slow = timeout.toNanos() + received * NANOS_PER_BYTE - (waited + now - began);
        if (slow <= 0) {
            throw HttpError.refused(408, "request_timeout", "the request's body comes too slowly: "
                    + "less than " + LEAST_BYTES_PER_SECOND + " bytes a second after the first "
                    + timeout.toMillis() + " ms (CLIENT_READ_TIMEOUT_MS)");
        }
        return Math.min(LONGEST_NANOS, Math.min(silent, slow));
    }

    private static IOException thrown(Throwable cause) {
        return switch (cause) {
            case IOException e -> e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(cause);
        };
    }
}
