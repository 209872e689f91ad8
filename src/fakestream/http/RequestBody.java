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

/// The body of a client's request: read whole, read piece by piece, or thrown away. The lock is for
/// an upload whose answer comes before its end: what is left is then discarded by another thread.
public final class RequestBody {
    private static final int SLICE = 8 * 1024;

    /// How much of an unread request is taken and thrown away, so that the client, still sending,
    /// gets to read the answer instead of a reset. [WriteTimeouts] bounds the time.
    private static final long MOST_DISCARDED = 16L * 1024 * 1024;

    private final HttpExchange exchange;
    private final WriteTimeouts.Watch watch;
    private final PendingClients pending;
    private final ReadTimeout body;
    private final boolean chunked;
    private final long declared;
    private final ReentrantLock reading = new ReentrantLock();
    private volatile boolean broken;
    /// Whether nothing is left of it, its end included.
    private volatile boolean taken;
    /// Bytes that were read piece by piece; under the lock.
    private long count;

    RequestBody(HttpExchange exchange, WriteTimeouts.Watch watch, Duration timeout,
            ConnectionLimiter connections) {
        this.exchange = exchange;
        this.watch = watch;
        this.pending = connections.pending();
        this.body = new ReadTimeout(exchange.getRequestBody(), () -> connections.patience(timeout));
        this.chunked = exchange.getRequestHeaders().containsKey("Transfer-Encoding");
        // The JDK's server has parsed it in the same way, and refused what is no number.
        var length = exchange.getRequestHeaders().getFirst("Content-Length");
        this.declared = length == null ? 0 : Long.parseLong(length);
    }

    /// How long the request says that it is, in bytes; -1 where it comes in chunks, 0 for none.
    public long length() {
        return chunked ? -1 : declared;
    }

    /// Whether all of it has come; any thread may ask.
    public boolean isTaken() {
        return taken || length() == 0;
    }

    /// All of it, decoded where it is coded.
    ///
    /// @param memory that it fills
    /// @throws HttpError 413 where it is larger than `most`, coded or not, of which a declared
    ///     length is proof enough; 415 where it has a coding that cannot be decoded; 400 where its
    ///     chunks are none, or it does not have the coding that it says; 408 where it comes too
    ///     slowly
    /// @throws ClientDisconnected where it breaks off
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

    /// Of what is larger than allowed no more is decoded than shows that it is.
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

    /// RFC 9110 section 15.5.16: a client that knows what it may send leaves the coding out.
    private static HttpError unreadable(String coding) {
        var name = Token.is(coding) ? coding : "that the request has";
        return new HttpError(415, ApiError.invalidRequest("unsupported_encoding", null,
                "the content coding " + name + " cannot be read here, but gzip and deflate can"),
                Map.of("Accept-Encoding", "gzip, deflate"));
    }

    /// Reads on; -1 at its end.
    ///
    /// @throws HttpError 400 where its chunks are none, 408 where it comes too slowly
    public int read(byte[] buffer) throws IOException, HttpError {
        return read(in -> in.read(buffer));
    }

    /// Reads on until the buffer is full or the body ends; -1 at its end.
    ///
    /// @throws HttpError 400 where its chunks are none, 408 where it comes too slowly
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

    /// Reads on and forgets, for a few seconds at most. False where no good end came: then no other
    /// request may be looked for behind it, and the exchange must not be closed: behind a bad end
    /// of the last chunk the JDK's server reads on, as if the next request began there (with `-ea`
    /// it even loses its dispatching thread to an AssertionError).
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

    /// Reads to its end what nobody wants, before the request is served.
    ///
    /// @throws HttpError 400 where it has no good end
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

    /// Whether all of it has come already, as most of it has that came with the head.
    private boolean isHere() throws IOException {
        return length() >= 0 && body.available() >= declared;
    }

    /// The JDK's server tells a malformed chunk from a broken connection by its message alone, and
    /// takes a size of eight digits from 80000000 on for a negative one.
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
