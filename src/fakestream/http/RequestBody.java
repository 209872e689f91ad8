package fakestream.http;

import com.sun.net.httpserver.HttpExchange;
import fakestream.connections.ConnectionLimiter;
import fakestream.connections.PendingClients;
import fakestream.connections.WriteTimeouts;
import fakestream.protocol.ApiError;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/// The body of a client's request: read whole, read in pieces, or discarded. The lock is for an
/// upload whose answer comes before its end: another thread then discards the rest.
public final class RequestBody {
    private static final int SLICE = 8 * 1024;

    /// The most bytes of an unread request that are discarded, so that a client that still sends
    /// can read the response instead of a reset. [WriteTimeouts] bounds the time.
    private static final long MOST_DISCARDED = 16L * 1024 * 1024;

    private final HttpExchange exchange;
    private final WriteTimeouts.Watch watch;
    private final PendingClients pending;
    private final ReadTimeout body;
    private final boolean chunked;
    private final long declared;
    private final ReentrantLock reading = new ReentrantLock();
    private volatile boolean broken;
    /// Whether all of it has been read, its end included.
    private volatile boolean taken;
    /// Bytes that were read in pieces; guarded by the lock.
    private long count;

    RequestBody(HttpExchange exchange, WriteTimeouts.Watch watch, Duration timeout,
            ConnectionLimiter connections) {
        this.exchange = exchange;
        this.watch = watch;
        this.pending = connections.pending();
        this.body = new ReadTimeout(exchange.getRequestBody(), () -> connections.patience(timeout));
        this.chunked = exchange.getRequestHeaders().containsKey("Transfer-Encoding");
        // The JDK's server has parsed it in the same way, and refused other values than numbers.
        var length = exchange.getRequestHeaders().getFirst("Content-Length");
        this.declared = length == null ? 0 : Long.parseLong(length);
    }

    /// The declared length in bytes; -1 for chunks, 0 for no body.
    public long length() {
        return chunked ? -1 : declared;
    }

    /// Whether all of it has been read; any thread may ask.
    public boolean isTaken() {
        return taken || length() == 0;
    }

    /// All of it, decoded if it is coded.
    ///
    /// @param memory that it fills
    /// @throws HttpError 413 if it is longer than `most`, coded or decoded; a declared length is
    ///     proof enough. 415 if it has a coding that cannot be decoded. 400 if its chunks are
    ///     invalid, or it does not have the named coding. 408 if it comes too slowly
    /// @throws ClientDisconnected if it breaks off
    public byte[] whole(int most, RequestMemory memory) throws HttpError, ClientDisconnected {
        var codings = exchange.getRequestHeaders().getOrDefault("Content-Encoding", List.of());
        var unknown = ContentCoding.unknown(codings);
        if (unknown.isPresent()) {
            throw unreadable(unknown.get());
        }
        var body = raw(most, memory);
        return ContentCoding.isNone(codings) ? body : decoded(body, codings, most, memory);
    }

    private byte[] raw(int most, RequestMemory memory) throws HttpError, ClientDisconnected {
        if (declared > most) {
            throw HttpError.tooLarge(most);
        }
        try {
            RequestMemory.Source source = (buffer, offset, length) ->
                    input(in -> in.readNBytes(buffer, offset, length));
            var body = length() < 0 ? memory.all(most, 0, source)
                    : memory.exactly((int) declared, source);
            taken = true;
            return body;
        } catch (ClientDisconnected e) {
            throw e;
        } catch (IOException e) {
            throw new ClientDisconnected(e);
        }
    }

    /// Stops decoding as soon as the body is longer than allowed.
    private static byte[] decoded(byte[] coded, List<String> codings, int most,
            RequestMemory memory) throws HttpError, ClientDisconnected {
        try (var plain = ContentCoding.decoded(new ByteArrayInputStream(coded), codings)) {
            return memory.all(most, coded.length, plain::readNBytes);
        } catch (ClientDisconnected e) {
            throw e;
        } catch (IOException _) {
            throw new HttpError(400, ApiError.invalidRequest("malformed_encoding", null,
                    "the request's body does not have the coding that its Content-Encoding says"));
        }
    }

    /// Names the accepted codings, so that the client can omit this one (RFC 9110 section 15.5.16).
    private static HttpError unreadable(String coding) {
        var name = HttpToken.is(coding) ? coding : "that the request has";
        return new HttpError(415, ApiError.invalidRequest("unsupported_encoding", null,
                "the content coding " + name + " cannot be read here, but gzip and deflate can"),
                Map.of("Accept-Encoding", "gzip, deflate"));
    }

    /// Reads the next bytes; -1 at its end.
    ///
    /// @throws HttpError 400 if its chunks are invalid, 408 if it comes too slowly
    public int read(byte[] buffer) throws IOException, HttpError {
        return read(in -> in.read(buffer));
    }

    /// Reads until the buffer is full or the body ends; -1 at its end.
    ///
    /// @throws HttpError 400 if its chunks are invalid, 408 if it comes too slowly
    public int fill(byte[] buffer) throws IOException, HttpError {
        return read(in -> {
            var n = in.readNBytes(buffer, 0, buffer.length);
            return n == 0 ? -1 : n;
        });
    }

    private int read(ReadTimeout.Input<Integer> next) throws IOException, HttpError {
        try {
            reading.lockInterruptibly();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("another thread reads the request, and gets nothing");
        }
        try {
            var n = input(next);
            count += Math.max(n, 0);
            taken |= n < 0 || count == length();
            return n;
        } finally {
            reading.unlock();
        }
    }

    /// Reads and discards the rest, for a few seconds at most. False if no valid end came: then no
    /// other request may be read behind it, and the exchange must not be closed. After an invalid
    /// end of the last chunk, the JDK's server reads on as if the next request began there (with
    /// `-ea` it even loses its dispatching thread to an AssertionError).
    public boolean discard() {
        if (isTaken()) {
            return true;
        }
        if (broken) {
            return false;
        }
        watch.discarding();
        pending.begin();
        try {
            var buffer = new byte[SLICE];
            int n = 0;
            for (long left = MOST_DISCARDED; n >= 0 && left > 0; left -= n) {
                n = read(buffer);
            }
            return n < 0 && !broken;
        } catch (IOException | HttpError _) {
            return false;
        } finally {
            pending.end();
            watch.done();
        }
    }

    /// Discards the body to its end, before the request is served.
    ///
    /// @throws HttpError 400 if it has no valid end
    public void ignore() throws HttpError {
        if (!discard()) {
            throw HttpError.malformed("the request has a body that does not end");
        }
    }

    /// Whether the JDK's server has closed it.
    public boolean isClosed() {
        try {
            exchange.getRequestBody().read(new byte[0]);
            return false;
        } catch (IOException _) {
            return true;
        }
    }

    /// Whether all of it has come, as is usual for a body that came with the head.
    private boolean isHere() throws IOException {
        return length() >= 0 && body.available() >= declared;
    }

    /// The JDK's server tells a malformed chunk from a broken connection by its message alone, and
    /// reads a chunk size of eight digits from 80000000 on as negative.
    private <T> T input(ReadTimeout.Input<T> input) throws IOException, HttpError {
        try {
            return isHere() ? body.readNow(input) : body.read(input);
        } catch (HttpError late) {
            broken = true;
            throw late;
        } catch (IndexOutOfBoundsException e) {
            broken = true;
            throw HttpError.malformed("a chunk of the request's body is too large");
        } catch (IOException e) {
            broken = true;
            if (String.valueOf(e.getMessage()).startsWith("invalid chunk")) {
                throw HttpError.malformed("the request's body does not come in valid chunks");
            }
            throw e;
        }
    }
}
