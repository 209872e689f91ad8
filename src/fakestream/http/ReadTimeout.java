package fakestream.http;

import fakestream.protocol.ApiError;
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

/// Limits how long one request's body may keep its reader waiting. The next byte has
/// CLIENT_READ_TIMEOUT_MS. The whole body has this time and a second more for each 500 bytes that
/// came, as in Apache's `RequestReadTimeout body=20,MinRate=500`. Only time spent reading counts.
/// Used by one thread at a time.
///
/// Each read that may have to wait has a virtual thread of its own. The JDK has no read with a
/// timeout here, and an interrupt would close the connection, so that no error could be sent.
final class ReadTimeout {
    private static final int LEAST_BYTES_PER_SECOND = 500;
    private static final long NANOS_PER_BYTE = 1_000_000_000L / LEAST_BYTES_PER_SECOND;

    private static final long LONGEST_NANOS = 1_000_000_000L;

    private final InputStream body;
    private final Supplier<Duration> patience;
    private volatile long received;
    private volatile long lastByte;
    private long waited;

    /// An operation that reads from the body.
    @FunctionalInterface
    interface Input<T> {
        T from(InputStream body) throws IOException;
    }

    /// @param patience timeout for the next byte; it may become shorter
    ReadTimeout(InputStream body, Supplier<Duration> patience) {
        this.body = new Progress(body);
        this.patience = patience;
    }

    /// Reads bytes that have already come, so that the read need not wait.
    <T> T readNow(Input<T> input) throws IOException {
        return input.from(body);
    }

    /// How many bytes can be read without waiting.
    int available() throws IOException {
        return body.available();
    }

    /// Reads from the body, and rethrows the errors of `input`.
    ///
    /// @throws HttpError 408 if the body keeps it waiting too long; the reading thread then ends
    ///     with the connection
    <T> T read(Input<T> input) throws IOException, HttpError {
        var reading = new FutureTask<>(() -> input.from(body));
        var began = System.nanoTime();
        lastByte = began;
        Thread.ofVirtual().start(reading);
        try {
            return await(reading, began);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the request's body comes");
        } finally {
            waited += System.nanoTime() - began;
        }
    }

    private <T> T await(FutureTask<T> reading, long began)
            throws InterruptedException, IOException, HttpError {
        while (true) {
            var now = System.nanoTime();
            var timeout = patience.get();
            var silent = timeout.toNanos() - (now - lastByte);
            var slow = timeout.toNanos() + received * NANOS_PER_BYTE - (waited + now - began);
            if (silent <= 0) {
                throw late("no byte of the request's body came for " + timeout.toMillis()
                        + " ms (CLIENT_READ_TIMEOUT_MS)");
            }
            if (slow <= 0) {
                throw late("the request's body comes too slowly: after " + timeout.toMillis()
                        + " ms (CLIENT_READ_TIMEOUT_MS) less than " + LEAST_BYTES_PER_SECOND
                        + " bytes a second");
            }
            try {
                return reading.get(Math.min(LONGEST_NANOS, Math.min(silent, slow)),
                        TimeUnit.NANOSECONDS);
            } catch (TimeoutException _) {
                // New bytes may have extended the deadline, or the timeout may be shorter now.
                continue;
            } catch (ExecutionException e) {
                throw thrown(e.getCause());
            }
        }
    }

    private static HttpError late(String message) {
        return new HttpError(408,
                ApiError.invalidRequest("request_timeout", null, message), HttpError.CLOSE);
    }

    private static IOException thrown(Throwable cause) {
        switch (cause) {
            case IOException e -> {
                return e;
            }
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(cause);
        }
    }

    /// Notes how many bytes come and when; read by one thread at a time.
    private final class Progress extends FilterInputStream {
        Progress(InputStream body) {
            super(body);
        }

        @Override
        public int read() throws IOException {
            var one = super.read();
            came(one < 0 ? 0 : 1);
            return one;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            var n = super.read(buffer, offset, length);
            came(n);
            return n;
        }

        private void came(int bytes) {
            if (bytes > 0) {
                received += bytes;
                lastByte = System.nanoTime();
            }
        }
    }
}
