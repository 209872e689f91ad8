package fakestream.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import fakestream.json.Json;
import fakestream.json.JsonException;
import fakestream.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// A small upstream beside the proxy, for a first look without a key and without a network. It
/// answers slowly and in one piece, like an API that cannot stream.
public final class DemoUpstream implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService requests;

    private DemoUpstream(HttpServer server, ExecutorService requests) {
        this.server = server;
        this.requests = requests;
    }

    /// Starts it on a free port of the loopback address.
    ///
    /// @throws IOException if no port is free
    public static DemoUpstream start() throws IOException {
        return start(Duration.ofDays(1));
    }

    /// Starts it as [#start()] does.
    ///
    /// @param longest the limit of any model's delay
    static DemoUpstream start(Duration longest) throws IOException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        var server = HttpServer.create(address, 0);
        server.createContext("/", exchange -> handle(exchange, longest));
        var requests = Executors.newVirtualThreadPerTaskExecutor();
        server.setExecutor(requests);
        server.start();
        return new DemoUpstream(server, requests);
    }

    /// Its base URL.
    public String url() {
        var address = server.getAddress();
        return "http://" + address.getHostString() + ":" + address.getPort();
    }

    /// The first steps with a proxy at this address.
    public static String invitation(String proxy) {
        return """

                Open %s/ or run

                  curl -N %s/v1/chat/completions -H 'Content-Type: application/json' \\
                    -d '{"model":"demo-long","stream":true,
                         "messages":[{"role":"user","content":"Hi"}]}'

                Its models: %s
                """.formatted(proxy, proxy, String.join(", ", DemoModel.names()));
    }

    /// Stops at once.
    @Override
    public void close() {
        server.stop(0);
        requests.shutdownNow();
    }

    private static void handle(HttpExchange exchange, Duration longest) throws IOException {
        try (exchange) {
            var answer = answer(exchange, longest);
            exchange.getResponseHeaders().set("Content-Type", answer.type());
            exchange.getResponseHeaders().set("x-request-id", "demo-request");
            if (answer.status() >= 400) {
                // It fails on purpose; a retry would fail too.
                exchange.getResponseHeaders().set("x-should-retry", "false");
            }
            exchange.sendResponseHeaders(answer.status(), answer.body().length);
            exchange.getResponseBody().write(answer.body());
        }
    }

    private static DemoAnswer answer(HttpExchange exchange, Duration longest)
            throws IOException {
        var path = exchange.getRequestURI().getPath();
        if (path.equals("/v1/models")) {
            return DemoModel.list();
        }
        if (path.startsWith("/v1/models/") && DemoApi.at(path).isEmpty()) {
            return DemoModel.describe(path.substring("/v1/models/".length()));
        }
        return DemoModel.complete(path, request(exchange), longest);
    }

    /// The members of the JSON or of the form. The proxy passes other bodies only to paths that the
    /// demo does not have.
    private static JsonObject request(HttpExchange exchange) throws IOException {
        var body = exchange.getRequestBody().readAllBytes();
        var type = exchange.getRequestHeaders().getFirst("Content-Type");
        if (type != null && type.startsWith("multipart/form-data")) {
            return DemoForm.read(type, body);
        }
        try {
            return JsonObject.orEmpty(Json.parse(body));
        } catch (JsonException _) {
            return JsonObject.EMPTY;
        }
    }
}
