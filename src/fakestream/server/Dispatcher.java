package fakestream.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import fakestream.protocol.ApiError;
import java.io.IOException;
import java.util.Map;

/// Takes every request to where it belongs, and every failure to what the client sees of it. It is
/// the one place that catches everything: an Error out of a handler would leak the connection for
/// ever, and an exception before the headers would close it without a word.
final class Dispatcher implements HttpHandler {
    private final Services services;
    private final Closing closing;
    private final Log log;

    Dispatcher(Services services, Closing closing, Log log) {
        this.services = services;
        this.closing = closing;
        this.log = log;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        var service = services.enter();
        try (var client = service.client(exchange)) {
            handle(client, service);
        } finally {
            service.leave();
        }
    }

    private void handle(Client client, Service service) throws IOException {
        var started = System.nanoTime();
        var outcome = "";
        try {
            serve(client, service);
        } catch (ClientLeft e) {
            outcome = " client left";
            throw e;
        } catch (BrokenOff e) {
            outcome = " broken off";
            throw e;
        } catch (Throwable e) {
            outcome = " failed";
            log.bug(told(client), e);
            apologise(client, e);
        } finally {
            log.access(line(client, started, outcome));
        }
    }

    private void serve(Client client, Service service) throws IOException {
        var cors = service.cors();
        var site = service.site();
        cors.allow(client.headers(), client.responseHeaders());
        var route = Route.of(client.target());
        try {
            service.rules().check(client);
            if (closing.isRefusing()) {
                throw shuttingDown();
            }
            if (Cors.isPreflight(client)) {
                client.send(cors.preflight(client.headers()));
                return;
            }
            site.serve(client, route);
        } catch (ProxyException e) {
            log.debug(told(client) + ": " + e.getMessage());
            client.send(answer(client, site, route, e));
        }
    }

    private static ProxyException shuttingDown() {
        return new ProxyException(503, ApiError.shutdown(), Map.of("Retry-After", "1"));
    }

    /// What `OPTIONS` asks for is what its own refusal tells (RFC 9110 section 9.3.7).
    private static Reply answer(Client client, Site site, Route route, ProxyException e) {
        if (e.status() == 405 && client.method().equals("OPTIONS")) {
            return Reply.empty(204, Map.of("Allow", e.headers().get("Allow") + ", OPTIONS"));
        }
        return Reply.error(site.protocol(route, client), e.status(), e.error()).with(e.headers());
    }

    /// A bug: 500 where the response has not begun, and else an end that is no clean one.
    private static void apologise(Client client, Throwable fault) throws IOException {
        if (client.status() != 0) {
            throw new BrokenOff(fault.toString());
        }
        client.send(Reply.json(500, ApiError.bug().body()));
    }

    /// 499, as nginx has it, is a client that left before the end. The path comes without its
    /// query, in which some clients send keys.
    private static String line(Client client, long started, String outcome) {
        var status = outcome.equals(" client left") ? 499 : client.status();
        return told(client) + " " + status + " " + client.sent() + "B "
                + (System.nanoTime() - started) / 1_000_000 + "ms" + outcome;
    }

    /// A request in a log: the JDK's server takes anything for a method, a line break too.
    private static String told(Client client) {
        return (client.method() + " " + client.path()).replaceAll("[^\\x20-\\x7E]", "?");
    }
}
