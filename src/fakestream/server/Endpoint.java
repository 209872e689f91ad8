package fakestream.server;

import fakestream.config.Config;
import fakestream.config.Setting;
import fakestream.json.Json;
import fakestream.json.JsonBoolean;
import fakestream.json.JsonException;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.protocol.ApiError;
import fakestream.protocol.BadRequest;
import fakestream.protocol.Protocol;
import fakestream.upstream.Upstream;
import fakestream.upstream.UpstreamException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// An endpoint whose answers may be streamed. It judges the request as far as it must read it,
/// asks the upstream for a whole answer, and gives the client that, or a stream of it.
final class Endpoint {
    private final Protocol protocol;
    private final String path;
    private final Upstream upstream;
    private final Storyteller storyteller;
    private final int mostBytes;

    /// @param path upstream, such as `chat/completions`
    Endpoint(Protocol protocol, String path, Upstream upstream, Storyteller storyteller,
            Config config) {
        this.protocol = protocol;
        this.path = path;
        this.upstream = upstream;
        this.storyteller = storyteller;
        this.mostBytes = config.get(Setting.MAX_BODY_BYTES);
    }

    /// Serves one request.
    ///
    /// @param key goes upstream
    /// @throws ProxyException where the request is wrong; nothing was sent upstream then
    /// @throws IOException where the client left, or its stream had to be broken off
    void serve(Client client, String key) throws ProxyException, IOException {
        var request = read(client);
        var body = protocol.whole(request).toString().getBytes(StandardCharsets.UTF_8);
        try (var call = upstream.post(path, key, client.headers(), body)) {
            if (JsonBoolean.TRUE.equals(request.get("stream"))) {
                storyteller.tell(client, protocol, request, call);
            } else {
                client.send(WholeAnswer.of(call.answer(), protocol));
            }
        } catch (UpstreamException e) {
            client.send(Reply.error(e.status(), e.error()));
        }
    }

    private JsonObject read(Client client) throws ProxyException, ClientLeft {
        try {
            if (!(Json.parse(client.body(mostBytes)) instanceof JsonObject request)) {
                throw badRequest(null, "the request's body must be a JSON object");
            }
            checkStream(request);
            protocol.check(request);
            return request;
        } catch (JsonException e) {
            throw badRequest(null, "the request's body is not JSON: " + e.getMessage());
        } catch (BadRequest e) {
            throw new ProxyException(400, e.error());
        }
    }

    /// OpenAI's schema lets `stream` be null.
    private static void checkStream(JsonObject request) throws ProxyException {
        switch (request.get("stream")) {
            case null -> { }
            case JsonBoolean _, JsonNull _ -> { }
            default -> throw badRequest("stream", "'stream' must be true or false");
        }
    }

    private static ProxyException badRequest(String param, String message) {
        return new ProxyException(400, ApiError.invalidRequest(null, param, message));
    }
}
