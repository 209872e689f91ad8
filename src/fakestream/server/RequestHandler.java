package fakestream.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import fakestream.http.ClientDisconnected;
import fakestream.http.ClientExchange;
import fakestream.http.Cors;
import fakestream.http.HttpError;
import fakestream.http.RequestId;
import fakestream.http.Response;
import fakestream.http.ServerState;
import fakestream.http.StreamAborted;
import fakestream.http.UpstreamKey;
import fakestream.protocol.ApiError;
import fakestream.telemetry.AccessLine;
import fakestream.telemetry.Log;
import fakestream.telemetry.Metrics;
import fakestream.telemetry.RequestRecord.Outcome;
import java.io.IOException;
import java.util.Map;

/// Routes every request, and turns every failure into the client's response. It is the one place
/// that catches everything: an Error from a handler would leak the connection for ever, and an
/// exception before the headers would close it without a response.
final class RequestHandler implements HttpHandler {
    /// An upstream may send HTML or SVG with a script in it. A browser that is led there must not
    /// run it, because the test page keeps a key in the same origin. The page's own files have a
    /// policy of their own (Content Security Policy Level 3, section 6.3.2).
    private static final Map<String, String> NO_PAGE = Map.of(
            "Content-Security-Policy", "sandbox; default-src 'none'",
            "X-Content-Type-Options", "nosniff");

    private final Generations generations;
    private final ServerState serverState;
    private final Log log;

    RequestHandler(Generations generations, ServerState serverState, Log log) {
        this.generations = generations;
        this.serverState = serverState;
        this.log = log;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        if (!generations.pending().end()) {
            throw new IOException("the head came too late, and the connection is cut");
        }
        var generation = generations.enter();
        try (var client = generations.client(exchange, generation)) {
            var record = client.record();
            generations.metrics().begin();
            try {
                serve(client, generation);
            } catch (ClientDisconnected e) {
                record.outcome(Outcome.CLIENT_LEFT);
                throw e;
            } catch (StreamAborted e) {
                record.outcome(Outcome.BROKEN_OFF);
                throw e;
            } catch (Throwable e) {
                record.outcome(Outcome.FAILED);
                log.bug(describe(client), e);
                sendInternalError(client, e);
            } finally {
                record.over();
                generations.metrics().end(record);
                log.access(record);
            }
        } finally {
            generation.leave();
        }
    }

    private void serve(ClientExchange client, Generation generation) throws IOException {
        client.responseHeaders().set(RequestId.HEADER, client.id());
        NO_PAGE.forEach(client.responseHeaders()::set);
        generation.cors.allow(client.headers(), client.responseHeaders());
        var route = Route.of(client.target(), generation.basePath,
                client.headers().containsKey(UpstreamKey.AZURES));
        client.record().route(Metrics.word(route.kind()), route.kind().isProbe());
        try {
            generation.rules.check(client);
            if (serverState.isRefusing() && !route.kind().isProbe()) {
                throw new HttpError(503, ApiError.shutdown(), Map.of("Retry-After", "1"));
            }
            if (Cors.isPreflight(client)) {
                client.send(generation.cors.preflight(client.headers()));
                return;
            }
            generation.router.serve(client, route);
        } catch (HttpError e) {
            log.debug(describe(client) + ": " + e.getMessage());
            client.record().refused(e.error().code());
            client.send(answer(client, generation.router, route, e));
        }
    }

    /// Answers `OPTIONS` from the refusal of its method (RFC 9110 section 9.3.7).
    private static Response answer(ClientExchange client, Router router, Route route, HttpError e) {
        if (e.status() == 405 && client.method().equals("OPTIONS")) {
            return Response.empty(204, Map.of("Allow", e.headers().get("Allow") + ", OPTIONS"));
        }
        return Response.error(router.protocol(route, client), e.status(), e.error())
                .with(e.headers());
    }

    /// Reports a bug: 500 if the response has not begun, otherwise an abrupt end.
    private static void sendInternalError(ClientExchange client, Throwable fault)
            throws IOException {
        if (client.record().status() != 0) {
            throw new StreamAborted(fault.toString());
        }
        client.send(Response.json(500, ApiError.bug().body()));
    }

    private static String describe(ClientExchange client) {
        return AccessLine.describe(client.record().request());
    }
}
