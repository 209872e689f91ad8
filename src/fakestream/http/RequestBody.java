package fakestream.http;

import com.sun.net.httpserver.HttpExchange;
import fakestream.concurrent.Guard;
import fakestream.connections.ConnectionLimiter;
import fakestream.connections.DisconnectWatcher;
import fakestream.connections.PendingClients;
import fakestream.connections.WriteTimeouts;
import fakestream.protocol.ApiError;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipException;

/// The body of a client's request: read whole, read in pieces, or discarded. The lock is for an
/// upload whose answer comes before its end: another thread then discards the rest.
public final class RequestBody {
    private static final int SLICE = 8 * 1024;

    /// The most bytes of an unread request that are discarded, so that a client that still sends
    /// can read the response instead of a reset. [WriteTimeouts] bounds the time.
    private static final long MOST_DISCARDED = 16L * 1024 * 1024;

    private final HttpExchange exchange;
    private final WriteTimeouts.Watch watch;
    private final DisconnectWatcher.Watch presence;
    private final PendingClients pending;
    private final ReadTimeout body;
    private final long length;
    private final Guard reading = new Guard();
    private volatile boolean broken;
    /// Whether all of it has been read, its end included.
    private volatile boolean taken;
    /// Bytes that were read in pieces; guarded by the lock.
    private long count;

    RequestBody(HttpExchange exchange, WriteTimeouts.Watch watch, DisconnectWatcher.Watch presence,
            Duration timeout, ConnectionLimiter connections) {
        this.exchange = exchange;
        this.watch = watch;
        this.presence = presence;
        this.pending = connections.pending();
        this.body = new ReadTimeout(exchange.getRequestBody(), () -> connections.patience(timeout));
        var headers = exchange.getRequestHeaders();
        // The JDK's server has parsed it in the same way. It refuses other values than numbers, and
        // a length of chunks.
        this.length = headers.containsKey("Transfer-Encoding") ? -1
                : Long.parseLong(headers.getOrDefault("Content-Length", List.of("0")).getFirst());
    }

    /// The declared length in bytes; -1 for chunks, 0 for no body.
    public long length() {
        return length;
    }

    /// Whether all of it has been read; any thread may ask.
    public boolean isTaken() {
        return taken || length == 0;
    }

    /// All of it, decoded if it is coded.
    ///
    /// @param bytes the memory that it fills
    /// @param patience for all waits for memory together
    /// @throws HttpError 413 if it is longer than `most`, coded or decoded; a declared length is
    ///     proof enough. 415 if it has a coding that cannot be decoded. 400 if its chunks are
    ///     invalid, or it does not have the named coding. 408 if it comes too slowly. 503 if there
    ///     is no memory in time
    /// @throws ClientDisconnected if it breaks off
    public byte[] whole(int most, ByteBudget.Hold bytes, Duration patience)
            throws HttpError, ClientDisconnected {
        var codings = exchange.getRequestHeaders().getOrDefault("Content-Encoding", List.of());
        var unknown = ContentCoding.unknown(codings);
        if (unknown.isPresent()) {
            throw unreadable(unknown.get());
        }
        if (length > most) {
            throw HttpError.tooLarge(most);
        }
        var memory = new Memory(presence, bytes, System.nanoTime() + patience.toNanos());
        Memory.Source source = (buffer, offset, count) ->
                input(in -> in.readNBytes(buffer, offset, count));
        try {
            var coded = length < 0 ? memory.all(most, 0, source)
                    : memory.exactly((int) length, source);
            taken = true;
            return ContentCoding.isNone(codings) ? coded : decoded(coded, codings, most, memory);
        } catch (IOException e) {
            throw new ClientDisconnected(e);
        }
    }

    /// Stops decoding as soon as the body is longer than allowed.
    private static byte[] decoded(byte[] coded, List<String> codings, int most,
            Memory memory) throws HttpError, IOException {
        try (var plain = ContentCoding.decoded(new ByteArrayInputStream(coded), codings)) {
            return memory.all(most, coded.length, plain::readNBytes);
        } catch (EOFException | ZipException _) {
            throw new HttpError(400, ApiError.invalidRequest("malformed_encoding", null,
                    "the request's body is not encoded as its Content-Encoding says"));
        }
    }

    /// Names the accepted codings, so that the client can omit this one (RFC 9110 section 15.5.16).
    private static HttpError unreadable(String coding) {
        var name = HttpToken.is(coding) ? coding : "of the request";
        return new HttpError(415, ApiError.invalidRequest("unsupported_encoding", null,
                "the content coding " + name + " is not supported, but gzip and deflate are"),
                Map.of("Accept-Encoding", "gzip, deflate"));
    }

    /// Reads the next bytes; -1 at its end.
    ///
    /// @throws HttpError 400 if its chunks are invalid, 408 if it comes too slowly
    public int read(byte[] buffer) throws IOException, HttpError {
        return read(in -> in.read(buffer));
    }

    /// Like [#read(byte[])], but waits until the buffer is full or the body ends.
    public int fill(byte[] buffer) throws IOException, HttpError {
        return read(in -> {
            var n = in.readNBytes(buffer, 0, buffer.length);
            return n == 0 ? -1 : n;
        });
    }

    private int read(ReadTimeout.Input next) throws IOException, HttpError {
        try {
            reading.lockInterruptibly();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while another thread reads the body");
        }
        try {
            var n = input(next);
            count += Math.max(n, 0);
            taken |= n < 0 || count == length;
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
        if (isTaken() || broken) {
            return isTaken();
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
            throw HttpError.malformed("the request's body has no valid end");
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

    /// Usually all of the body came with the head, so no read waits. The JDK's server tells a
    /// malformed chunk from a broken connection by its message alone, and reads a chunk size of
    /// eight digits from 80000000 on as negative.
    private int input(ReadTimeout.Input input) throws IOException, HttpError {
        try {
            var isHere = length >= 0 && body.available() >= length;
            return isHere ? input.from(body) : body.await(input);
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

    /// Reads a body into memory that it takes from a budget. While there is none, it does not read
    /// on, so that the client waits too; this time does not count against the client.
    ///
    /// @param presence of the client; a wait ends when the client leaves
    /// @param bytes the memory; the caller frees it
    /// @param until when to give up, by `System.nanoTime`; for all waits together
    private record Memory(DisconnectWatcher.Watch presence, ByteBudget.Hold bytes, long until) {
        private static final int SMALLEST = 16 * 1024;

        /// Reads until `length` bytes are there or no more come, and returns how many came.
        @FunctionalInterface
        interface Source {
            int read(byte[] buffer, int offset, int length) throws IOException, HttpError;
        }

        /// Reads `length` bytes, or fewer if the source ends before. Takes their memory before the
        /// first of them.
        byte[] exactly(int length, Source source) throws IOException, HttpError {
            grow((long) ByteBudget.COPIES * length);
            var all = new byte[length];
            var filled = source.read(all, 0, length);
            return filled == length ? all : Arrays.copyOf(all, filled);
        }

        /// Reads all bytes of a source.
        ///
        /// @param beside bytes that are held in addition
        /// @throws HttpError 413 if there are more than `most`
        byte[] all(int most, int beside, Source source) throws IOException, HttpError {
            var all = new byte[Math.min(SMALLEST, most + 1)];
            var filled = source.read(all, 0, all.length);
            while (filled == all.length) {
                if (filled > most) {
                    throw HttpError.tooLarge(most);
                }
                grow(beside + (long) ByteBudget.COPIES * filled);
                all = Arrays.copyOf(all, (int) Math.min(2L * filled, most + 1L));
                filled += source.read(all, filled, all.length - filled);
            }
            grow(beside + (long) ByteBudget.COPIES * filled);
            return Arrays.copyOf(all, filled);
        }

        /// @throws HttpError 413 if there will never be so many bytes, 503 if there are not in time
        /// @throws ClientDisconnected if the client leaves meanwhile
        private void grow(long total) throws HttpError, ClientDisconnected {
            if (bytes.tryGrow(total)) {
                return;
            }
            presence.onLeaving(bytes::end);
            switch (bytes.grow(total, until)) {
                case GIVEN -> { }
                case NEVER -> throw HttpError.refused(413, "request_too_large",
                        "the request's body is larger than " + bytes.longestBody()
                        + " bytes, the longest that fits into the memory for requests "
                        + "(BODY_MEMORY_MIB)");
                case LATE -> throw new HttpError(503, ApiError.of("server_error", "overloaded",
                        null, "the memory for requests was full all the time (BODY_MEMORY_MIB)"),
                        HttpError.CLOSE);
                case ENDED -> {
                    if (presence.hasLeft()) {
                        throw new ClientDisconnected();
                    }
                    throw new HttpError(503, ApiError.shutdown(), HttpError.CLOSE);
                }
            }
        }
    }
}
