package fakestream.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import fakestream.connections.ConnectionLimiter;
import fakestream.connections.DisconnectWatcher;
import fakestream.connections.WriteTimeouts;
import fakestream.json.Parts;
import fakestream.telemetry.RequestRecord;
import fakestream.telemetry.UpstreamSummary;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// The client's side of one exchange: its request and our response. Used by one thread at a time;
/// `EventStream` holds its lock while its two threads call it. Once the client is known to be gone,
/// every write throws [ClientDisconnected].
public final class ClientExchange implements AutoCloseable {
    /// The longest single write: the JDK's server keeps a buffer of twice the largest write with
    /// the connection.
    private static final int SLICE = 8 * 1024;

    /// An operation that writes to the client, and may block.
    @FunctionalInterface
    private interface Output {
        void run() throws IOException;
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
            Duration readTimeout, WriteTimeouts writeTimeouts, DisconnectWatcher disconnects,
            ServerState serverState, ConnectionLimiter connections) {
        this.exchange = exchange;
        var address = ClientAddress.full(address(), headers(), trustsProxy).getHostAddress();
        var agent = headers().getOrDefault("User-Agent", List.of("")).getFirst();
        this.record = new RequestRecord(new RequestRecord.Request(id, address, method(), path(),
                version(), agent), System::nanoTime);
        this.watch = writeTimeouts.watch();
        this.presence = disconnects.watch(exchange.getLocalAddress(), exchange.getRemoteAddress());
        this.serverState = serverState;
        this.connections = connections;
        this.request = new RequestBody(exchange, watch, presence, readTimeout, connections);
    }

    public String method() {
        return exchange.getRequestMethod();
    }

    /// The request's target as it came, query included. `getPath` would decode it, and would take
    /// the `v1` of `//v1/models` for a host.
    public String target() {
        return exchange.getRequestURI().toString();
    }

    /// The path of the target, without query or fragment.
    public String path() {
        return Query.path(target());
    }

    /// The query of the request. It may hold a key.
    public Query query() {
        return Query.of(target());
    }

    /// The address that the connection comes from.
    public InetAddress address() {
        return exchange.getRemoteAddress().getAddress();
    }

    /// The version as it came: the text after the last blank of the request line.
    String version() {
        return exchange.getProtocol();
    }

    /// The id of the request, see [RequestId].
    public String id() {
        return record.request().id();
    }

    public Headers headers() {
        return exchange.getRequestHeaders();
    }

    /// The headers of the response; they must be set before it begins.
    public Headers responseHeaders() {
        return exchange.getResponseHeaders();
    }

    public RequestRecord record() {
        return record;
    }

    public RequestBody request() {
        return request;
    }

    /// Notes that the upstream is asked for this client.
    ///
    /// @param figures gives the upstream's metrics at the end
    /// @param cancel ends the upstream's work when the client leaves
    public void asks(Supplier<UpstreamSummary> figures, Runnable cancel) {
        record.asks(figures);
        onLeaving(cancel);
    }

    /// The client has sent a right key, so its connection is kept longer than others.
    public void hasShownKey() {
        hasShownKey = true;
    }

    /// Watches from now on whether the client leaves, until its response is complete.
    ///
    /// @param action cancels the client's work; runs once, on any thread, when the client is gone
    public void onLeaving(Runnable action) {
        presence.onLeaving(action);
    }

    /// @throws ClientDisconnected if the client is known to be gone: it needs no more work, and any
    ///     error is only a consequence
    public void checkPresence() throws ClientDisconnected {
        if (presence.hasLeft()) {
            throw new ClientDisconnected();
        }
    }

    /// Sends a whole response and closes the exchange.
    ///
    /// @throws ClientDisconnected if it could not be written
    public void send(Response reply) throws ClientDisconnected {
        // The response is complete, so the client may leave.
        presence.close();
        reply.headers().forEach(responseHeaders()::set);
        if (reply.body().length == 0 || method().equals("HEAD")) {
            // With headers alone, the JDK's server ends the exchange, and would wait for the rest
            // of the request without limit.
            discardRequest();
            start(reply.status(), -1);
        } else {
            start(reply.status(), reply.body().length);
            write(Parts.of(reply.body()));
            flush();
            requestNeverEnds = !request.discard();
        }
        if (!requestNeverEnds) {
            exchange.close();
        }
    }

    private void discardRequest() throws ClientDisconnected {
        if (!request.discard()) {
            throw left(new IOException("the request has no valid end"));
        }
    }

    /// Sends the headers of a response whose body is written in pieces.
    ///
    /// @param length of the body in bytes, 0 for chunked, -1 for none
    public void begin(int status, Map<String, String> headers, long length)
            throws ClientDisconnected {
        headers.forEach(responseHeaders()::set);
        start(status, length);
        // They are copied by now; the JDK's server would keep them until the stream ends.
        responseHeaders().clear();
    }

    /// Writes a part of the body; it may stay in a buffer until [#flush()].
    public void write(Parts text) throws ClientDisconnected {
        output(() -> {
            var out = exchange.getResponseBody();
            for (var part : text.list()) {
                for (int i = 0; i < part.length(); i += SLICE) {
                    out.write(part.bytes(), part.from() + i, Math.min(SLICE, part.length() - i));
                    watch.writing();
                }
            }
        });
        record.wrote(text.length());
    }

    /// Sends the buffered bytes, the headers of [#begin] included.
    public void flush() throws ClientDisconnected {
        output(exchange.getResponseBody()::flush);
        record.flushes.add();
    }

    /// Sends the buffered bytes and the terminating chunk, in one write. The JDK's server swallows
    /// any error of it (`ChunkedOutputStream.close`), but closes the request's body only after a
    /// success. The closing would read the rest of the request, which is wrong for chunks: see
    /// [RequestBody#discard()].
    ///
    /// @throws ClientDisconnected if it could not be written, or the request has no valid end
    public void end() throws ClientDisconnected {
        presence.close();
        if (request.length() < 0) {
            discardRequest();
        }
        output(exchange.getResponseBody()::close);
        if (!request.isClosed()) {
            throw left(new IOException("the client did not take the end"));
        }
        record.flushes.add();
        exchange.close();
    }

    /// Ends the exchange, after success or failure; nothing is watched any more.
    ///
    /// @throws StreamAborted if the request has not ended: only this makes the JDK's server close
    ///     the connection
    @Override
    public void close() throws StreamAborted {
        watch.close();
        presence.close();
        if (requestNeverEnds) {
            throw new StreamAborted("the request was refused before its end");
        }
    }

    private void output(Output output) throws ClientDisconnected {
        checkPresence();
        watch.writing();
        try {
            output.run();
        } catch (IOException e) {
            throw left(e);
        } finally {
            watch.done();
        }
    }

    private ClientDisconnected left(IOException cause) {
        presence.left();
        return new ClientDisconnected(cause);
    }

    /// @param length see [#begin]
    private void start(int status, long length) throws ClientDisconnected {
        output(() -> {
            record.status(status);
            if (isLastOfConnection(length)) {
                responseHeaders().set("Connection", "close");
                responseHeaders().remove("Keep-Alive");
            }
            exchange.sendResponseHeaders(status, length);
        });
    }

    /// The JDK's server closes the connection if `Connection` is `close` alone, but does not
    /// announce it. To HTTP/1.0 clients it sends no chunks and ends the body by closing, but
    /// promises to keep the connection. In chunks it finds false ends (a size of `100000000`, which
    /// overflows to 0; a size without digits; digits around a CR), and it hides the sizes, so bytes
    /// after chunks are never read as a request.
    private boolean isLastOfConnection(long length) {
        var old = version().equals("HTTP/1.0");
        return serverState.isRefusing() || request.length() < 0
                || HttpToken.isListed("close", headers().getOrDefault("Connection", List.of()))
                || old && (length == 0 || !responseHeaders().containsKey("Keep-Alive"))
                || !connections.mayStay(exchange.getRemoteAddress(), hasShownKey);
    }
}
