package fakestream.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import fakestream.connections.ConnectionLimiter;
import fakestream.connections.DisconnectWatcher;
import fakestream.connections.WriteTimeouts;
import fakestream.json.Parts;
import fakestream.telemetry.RequestRecord;
import fakestream.telemetry.UpstreamMetrics;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// The client's side of one exchange: what it asked, and the way back to it. Used by one thread at
/// a time; `EventStream` puts its lock around what its two threads do here. Once it is known to be
/// gone, whatever is sent to it throws [ClientDisconnected].
public final class ClientExchange implements AutoCloseable {
    /// What is written at once: the JDK's server keeps a buffer of twice the largest write with
    /// the connection.
    private static final int SLICE = 8 * 1024;

    /// Something that is done to the body of the response.
    @FunctionalInterface
    private interface Output {
        void to(OutputStream body) throws IOException;
    }

    private final HttpExchange exchange;
    private final WriteTimeouts.Watch watch;
    private final DisconnectWatcher.Watch presence;
    private final ServerState serverState;
    private final RequestBody request;
    private final RequestRecord record;
    private final ConnectionLimiter connections;
    private boolean hasShownKey;
    private boolean requestNeverEnds;

    /// @param trustsProxy whether a balancer names the client's address
    public ClientExchange(HttpExchange exchange, String id, boolean trustsProxy,
            Duration readTimeout,
            WriteTimeouts writeTimeouts, DisconnectWatcher disconnects, ServerState serverState,
            ConnectionLimiter connections) {
        this.exchange = exchange;
        this.record = record(id, trustsProxy);
        this.watch = writeTimeouts.watch();
        this.presence = disconnects.watch(exchange.getLocalAddress(), exchange.getRemoteAddress());
        this.serverState = serverState;
        this.connections = connections;
        this.request = new RequestBody(exchange, watch, readTimeout, connections);
    }

    public String method() {
        return exchange.getRequestMethod();
    }

    /// The request's target as it came, query included. `getPath` would decode it, and takes the
    /// `v1` of `//v1/models` for a host.
    public String target() {
        return exchange.getRequestURI().toString();
    }

    /// The target without what stands behind the path.
    public String path() {
        return Query.path(target());
    }

    /// The query of the request. It may hold a key.
    public Query query() {
        return Query.of(target());
    }

    /// Where the connection comes from.
    public InetAddress address() {
        return exchange.getRemoteAddress().getAddress();
    }

    /// The version as it came: what stands behind the last blank of the request line.
    String version() {
        return exchange.getProtocol();
    }

    /// The name of the request, see [RequestId].
    public String id() {
        return record.request().id();
    }

    public Headers headers() {
        return exchange.getRequestHeaders();
    }

    /// The headers of the response, to be set before it begins.
    public Headers responseHeaders() {
        return exchange.getResponseHeaders();
    }

    public RequestRecord record() {
        return record;
    }

    public RequestBody request() {
        return request;
    }

    /// The memory that the body of its request fills, in this budget.
    ///
    /// @param patience for all its waits
    public RequestMemory memory(ByteBudget budget, Duration patience) {
        return new RequestMemory(presence, budget, patience);
    }

    /// The upstream is asked for this client.
    ///
    /// @param figures what there is to say of that in the end
    /// @param cancel ends it when the client leaves
    public void asks(Supplier<UpstreamMetrics> figures, Runnable cancel) {
        record.asks(figures);
        onLeaving(cancel);
    }

    /// The client has shown a right key, so its connection stays longer than a stranger's.
    public void hasShownKey() {
        hasShownKey = true;
    }

    /// Watches from now on whether the client leaves, until its answer is there.
    ///
    /// @param action runs once, on any thread, when it is gone; it must cancel what is done for it
    public void onLeaving(Runnable action) {
        presence.onLeaving(action);
    }

    /// Nothing has to be done for a client that is gone, and what fails then fails for that.
    ///
    /// @throws ClientDisconnected where it is known to be gone
    public void checkPresence() throws ClientDisconnected {
        if (presence.hasLeft()) {
            throw new ClientDisconnected();
        }
    }

    /// Sends a whole response and closes the exchange.
    ///
    /// @throws ClientDisconnected where it could not be written
    public void send(Response reply) throws ClientDisconnected {
        // Whoever has the whole of its answer may go.
        presence.close();
        reply.headers().forEach(responseHeaders()::set);
        var withoutBody = reply.body().length == 0 || method().equals("HEAD");
        try {
            if (withoutBody) {
                sendHead(reply.status());
            } else {
                start(reply.status(), reply.body().length);
                write(Parts.of(reply.body()));
                flush();
                requestNeverEnds = !request.discard();
            }
            if (!requestNeverEnds) {
                exchange.close();
            }
        } catch (IOException e) {
            throw left(e);
        }
    }

    /// The JDK's server ends the exchange with the headers of a response without a body, and would
    /// wait for the rest of the request for as long as that takes.
    private void sendHead(int status) throws IOException {
        if (!request.discard()) {
            throw new IOException("the request has no good end");
        }
        // Length 0 would mean chunked; -1 is the one that says that there is no body.
        start(status, -1);
    }

    /// Sends the headers of a response whose body is written piece by piece.
    ///
    /// @param length of the body in bytes, 0 for chunked, -1 for none
    public void begin(int status, Map<String, String> headers, long length)
            throws ClientDisconnected {
        headers.forEach(responseHeaders()::set);
        try {
            start(status, length);
            // Copied by now; the JDK's server would keep them until the end of the stream.
            responseHeaders().clear();
        } catch (IOException e) {
            throw left(e);
        }
    }

    /// Writes a part of the body; it may stay in a buffer until [#flush()].
    public void write(Parts text) throws ClientDisconnected {
        output(out -> {
            for (var part : text.list()) {
                for (int i = 0; i < part.length(); i += SLICE) {
                    out.write(part.bytes(), part.from() + i, Math.min(SLICE, part.length() - i));
                    watch.writing();
                }
            }
        });
        record.wrote(text.length());
    }

    /// Sends what was written. The headers of [#begin] too stay in a buffer until then.
    public void flush() throws ClientDisconnected {
        output(OutputStream::flush);
        record.flushed();
    }

    /// Sends what was written and the terminating chunk, in one write. The JDK's server swallows
    /// whatever fails in it (`ChunkedOutputStream.close`), but closes the request's body only
    /// behind a good end. It would then read what is left of the request, which in chunks it must
    /// not: see [RequestBody#discard()].
    ///
    /// @throws ClientDisconnected where it could not be written, or the request has no good end
    public void end() throws ClientDisconnected {
        presence.close();
        if (request.length() < 0 && !request.discard()) {
            throw new ClientDisconnected(new IOException("the request has no good end"));
        }
        output(OutputStream::close);
        if (!request.isClosed()) {
            throw left(new IOException("the client did not take the end"));
        }
        record.flushed();
        exchange.close();
    }

    /// The end of the exchange, however it came: nothing is watched any more.
    ///
    /// @throws StreamAborted where the request has not ended: the one way to have the JDK's server
    ///     close the connection
    @Override
    public void close() throws StreamAborted {
        watch.close();
        presence.close();
        if (requestNeverEnds) {
            throw new StreamAborted("the request was refused before its end");
        }
    }

    private RequestRecord record(String id, boolean trustsProxy) {
        var agent = headers().getFirst("User-Agent");
        var address = ClientAddress.full(address(), headers(), trustsProxy).getHostAddress();
        return new RequestRecord(new RequestRecord.Request(id, address, method(), path(), version(),
                agent == null ? "" : agent), System::nanoTime);
    }

    private void output(Output output) throws ClientDisconnected {
        checkPresence();
        watch.writing();
        try {
            output.to(exchange.getResponseBody());
        } catch (IOException e) {
            throw left(e);
        } finally {
            watch.done();
        }
    }

    private ClientDisconnected left(IOException cause) {
        presence.left();
        return cause instanceof ClientDisconnected already ? already
                : new ClientDisconnected(cause);
    }

    private void start(int status, long length) throws IOException {
        checkPresence();
        record.status(status);
        if (isLastOfConnection(length)) {
            responseHeaders().set("Connection", "close");
            responseHeaders().remove("Keep-Alive");
        }
        // A head without a body is written at once, and may find no room.
        watch.writing();
        try {
            exchange.sendResponseHeaders(status, length);
        } finally {
            watch.done();
        }
    }

    /// The JDK's server closes where it reads `close` alone, and does not say so. To a client of
    /// HTTP/1.0 it sends no chunks, but promises to keep the connection whose end tells the body's.
    /// In chunks it sees an end where there is none (in a size of `100000000`, which overflows to
    /// 0, in a size of no digits, in digits around a CR), and shows nobody the sizes: what stands
    /// behind chunks is never taken for another request.
    private boolean isLastOfConnection(long length) {
        var old = version().equals("HTTP/1.0");
        return serverState.isRefusing() || request.length() < 0
                || Token.isListed("close", headers().getOrDefault("Connection", List.of()))
                || old && (length == 0 || !responseHeaders().containsKey("Keep-Alive"))
                || !connections.mayStay(exchange.getRemoteAddress(), hasShownKey);
    }
}
