package fakestream.server;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import fakestream.protocol.ApiError;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/// The client's side of one exchange: what it asked, and the way back to it. Used by one thread at
/// a time; [EventStream] puts its lock around what its two threads do here. Once it is known to be
/// gone, whatever is sent to it throws [ClientLeft].
final class Client implements AutoCloseable {
    /// What is written at once: the JDK's server keeps a buffer of twice the largest write with
    /// the connection.
    private static final int SLICE = 8 * 1024;

    /// How much of an unread request is taken and thrown away, so that the client, still sending,
    /// gets to read the answer instead of a reset.
    private static final long MOST_DISCARDED = 16L * 1024 * 1024;

    /// Something that is done to the body of the response.
    @FunctionalInterface
    private interface Output {
        void to(OutputStream body) throws IOException;
    }

    private final HttpExchange exchange;
    private final StalledWriters.Watch watch;
    private final Closing closing;
    private final LeavingClients.Watch presence;
    private final ReentrantLock reading = new ReentrantLock();
    private int status;
    private long sent;

    Client(HttpExchange exchange, StalledWriters stalled, LeavingClients leaving,
            Closing closing) {
        this.exchange = exchange;
        this.watch = stalled.watch();
        this.presence = leaving.watch(exchange.getLocalAddress(), exchange.getRemoteAddress());
        this.closing = closing;
    }

    String method() {
        return exchange.getRequestMethod();
    }

    /// The request's target as it came, query included. `getPath` would decode it, and takes the
    /// `v1` of `//v1/models` for a host.
    String target() {
        return exchange.getRequestURI().toString();
    }

    /// The target without what stands behind the path.
    String path() {
        return target().split("[?#]", 2)[0];
    }

    /// What stands behind the path; it may hold a key.
    Query query() {
        return Query.of(target());
    }

    /// Where the connection comes from.
    InetAddress address() {
        return exchange.getRemoteAddress().getAddress();
    }

    Headers headers() {
        return exchange.getRequestHeaders();
    }

    /// The headers of the response, to be set before it begins.
    Headers responseHeaders() {
        return exchange.getResponseHeaders();
    }

    /// The status that was sent, or 0 while there is none.
    int status() {
        return status;
    }

    /// How many bytes of body were written.
    long sent() {
        return sent;
    }

    /// The whole body of the request.
    ///
    /// @throws ProxyException 413 where it is larger than `most`; a declared length is enough
    /// @throws ClientLeft where it breaks off
    byte[] body(int most) throws ProxyException, ClientLeft {
        if (declaredLength() > most) {
            throw tooLarge(most);
        }
        try {
            var body = exchange.getRequestBody().readNBytes(most + 1);
            if (body.length > most) {
                throw tooLarge(most);
            }
            return body;
        } catch (IOException e) {
            throw new ClientLeft(e);
        }
    }

    private long declaredLength() {
        var declared = headers().getFirst("Content-Length");
        return declared == null || !declared.matches("[0-9]{1,18}") ? 0 : Long.parseLong(declared);
    }

    static ProxyException tooLarge(int most) {
        return new ProxyException(413, ApiError.invalidRequest("request_too_large", null,
                "the request's body is larger than " + most + " bytes (MAX_BODY_BYTES)"));
    }

    /// Reads on in the body of the request; -1 at its end. The lock is for an upload whose answer
    /// comes before its end: what is left is then thrown away by another thread.
    int read(byte[] buffer) throws IOException {
        reading.lock();
        try {
            return exchange.getRequestBody().read(buffer);
        } finally {
            reading.unlock();
        }
    }

    /// How long the request says its body is, in bytes; -1 where it comes in chunks, 0 for none.
    long bodyLength() {
        return headers().containsKey("Transfer-Encoding") ? -1 : declaredLength();
    }

    /// Watches from now on whether the client leaves, until its answer is there.
    ///
    /// @param action runs once, on any thread, when it is gone; it must cancel what is done for it
    void onLeaving(Runnable action) {
        presence.onLeaving(action);
    }

    /// Nothing has to be done for a client that is gone, and what fails then fails for that.
    ///
    /// @throws ClientLeft where it is known to be gone
    void checkPresence() throws ClientLeft {
        presence.check();
    }

    /// Sends a whole response and closes the exchange.
    ///
    /// @throws ClientLeft where it could not be written
    void send(Reply reply) throws ClientLeft {
        // Whoever has the whole of its answer may go.
        presence.close();
        set(reply.headers());
        var withoutBody = reply.body().length == 0 || method().equals("HEAD");
        try {
            // Length 0 would mean chunked; -1 is the one that says that there is no body.
            start(reply.status(), withoutBody ? -1 : reply.body().length);
            if (!withoutBody) {
                write(reply.body());
                flush();
                discardRequest();
            }
            exchange.close();
        } catch (IOException e) {
            throw left(e);
        }
    }

    private void discardRequest() {
        var buffer = new byte[SLICE];
        long left = MOST_DISCARDED;
        for (int n = 0; n >= 0 && left > 0; left -= n) {
            n = readMore(buffer);
        }
    }

    /// The client has its answer by now: that it breaks off is no more than the end. An [Upload]
    /// may still be reading its last piece.
    private int readMore(byte[] buffer) {
        try {
            return read(buffer);
        } catch (IOException _) {
            return -1;
        }
    }

    /// Sends the headers of a response whose body is written piece by piece.
    ///
    /// @param length of the body in bytes, 0 for chunked, -1 for none
    void begin(int status, Map<String, String> headers, long length) throws ClientLeft {
        set(headers);
        try {
            start(status, length);
        } catch (IOException e) {
            throw left(e);
        }
    }

    /// Writes a part of the body; it may stay in a buffer until [#flush()].
    void write(byte[] bytes) throws ClientLeft {
        output(out -> {
            for (int i = 0; i < bytes.length; i += SLICE) {
                out.write(bytes, i, Math.min(SLICE, bytes.length - i));
                watch.writing();
            }
        });
        sent += bytes.length;
    }

    /// Sends what was written. The headers of [#begin] too stay in a buffer until then.
    void flush() throws ClientLeft {
        output(OutputStream::flush);
    }

    /// Sends what was written and the terminating chunk, in one write.
    void end() throws ClientLeft {
        presence.close();
        output(OutputStream::close);
        exchange.close();
    }

    /// The end of the exchange, however it came: nothing is watched any more.
    @Override
    public void close() {
        watch.close();
        presence.close();
    }

    private void output(Output output) throws ClientLeft {
        presence.check();
        watch.writing();
        try {
            output.to(exchange.getResponseBody());
        } catch (IOException e) {
            throw left(e);
        } finally {
            watch.written();
        }
    }

    private ClientLeft left(IOException cause) {
        presence.left();
        return cause instanceof ClientLeft already ? already : new ClientLeft(cause);
    }

    private void start(int status, long length) throws IOException {
        presence.check();
        this.status = status;
        if (closing.isRefusing()) {
            responseHeaders().set("Connection", "close");
        }
        exchange.sendResponseHeaders(status, length);
    }

    private void set(Map<String, String> headers) {
        headers.forEach(responseHeaders()::set);
    }
}
