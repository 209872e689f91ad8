package fakestream.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import fakestream.protocol.ApiError;
import fakestream.upstream.Upstream;
import fakestream.upstream.UpstreamException;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/// Takes every request to where it belongs, and every failure to what the client sees of it. It is
/// the one place that catches everything: an Error out of a handler would leak the connection for
/// ever, and an exception before the headers would close it without a word.
final class Dispatcher implements HttpHandler {
    private final Cors cors;
    private final Keys keys;
    private final Endpoint chat;
    private final Upstream upstream;
    private final StatusPage status;
    private final TestPage page;
    private final StalledWriters stalled;
    private final Log log;

    Dispatcher(Cors cors, Keys keys, Endpoint chat, Upstream upstream, StatusPage status,
            TestPage page, StalledWriters stalled, Log log) {
        this.cors = cors;
        this.keys = keys;
        this.chat = chat;
        this.upstream = upstream;
        this.status = status;
        this.page = page;
        this.stalled = stalled;
        this.log = log;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        var client = new Client(exchange, stalled);
        var started = System.nanoTime();
        var outcome = "";
        try {
            serve(client);
        } catch (ClientLeft e) {
            outcome = " client left";
            throw e;
        } catch (BrokenOff e) {
            outcome = " broken off";
            throw e;
        } catch (Throwable e) {
            outcome = " failed";
            log.bug(client.method() + " " + path(client), e);
            apologise(client, e);
        } finally {
            log.access(line(client, started, outcome));
        }
    }

    private void serve(Client client) throws IOException {
        cors.allow(client.headers(), client.responseHeaders());
        try {
            if (Cors.isPreflight(client)) {
                client.send(cors.preflight(client.headers()));
            } else {
                dispatch(client, Route.of(client.target()));
            }
        } catch (ProxyException e) {
            client.send(e.reply());
        }
    }

    private void dispatch(Client client, Route route) throws ProxyException, IOException {
        switch (route.kind()) {
            case CHAT -> {
                allow(client, "POST");
                chat.serve(client, keys.upstreamKey(client.headers()));
            }
            case MODELS -> models(client, "models");
            case MODEL -> models(client, "models/" + route.name());
            case STATUS -> {
                allow(client, "GET", "HEAD");
                client.send(status.reply());
            }
            case PAGE -> {
                allow(client, "GET", "HEAD");
                client.send(page.file(route.name()));
            }
            case NONE -> throw new ProxyException(404, ApiError.invalidRequest("unknown_url", null,
                    "there is nothing at " + path(client) + "; there are "
                    + "POST /v1/chat/completions, GET /v1/models and GET /v1/models/{id}"));
        }
    }

    private void models(Client client, String path) throws ProxyException, ClientLeft {
        allow(client, "GET", "HEAD");
        try (var call = upstream.get(path, keys.upstreamKey(client.headers()),
                client.headers())) {
            client.send(WholeAnswer.of(call.answer()));
        } catch (UpstreamException e) {
            client.send(Reply.error(e.status(), e.error()));
        }
    }

    private static void allow(Client client, String... methods) throws ProxyException {
        if (!Set.of(methods).contains(client.method())) {
            throw new ProxyException(405, ApiError.invalidRequest("method_not_allowed", null,
                    client.method() + " is not allowed here"),
                    Map.of("Allow", String.join(", ", methods)));
        }
    }

    /// A bug: 500 where the response has not begun, and else an end that is no clean one.
    private static void apologise(Client client, Throwable fault) throws IOException {
        if (client.status() != 0) {
            throw new BrokenOff(fault.toString());
        }
        client.send(Reply.error(500, ApiError.of("server_error", "internal_error", null,
                "fakestream has a bug, and its log says where")));
    }

    /// 499, as nginx has it, is a client that left before the end.
    private static String line(Client client, long started, String outcome) {
        var status = outcome.contains("client left") ? 499 : client.status();
        return client.method() + " " + path(client) + " " + status + " " + client.sent() + "B "
                + (System.nanoTime() - started) / 1_000_000 + "ms" + outcome;
    }

    /// Without the query, in which some clients send keys.
    private static String path(Client client) {
        return client.target().split("[?#]", 2)[0];
    }
}
