package fakestream.endpoint;

import fakestream.access.AccessControl;
import fakestream.config.Config;
import fakestream.config.Setting;
import fakestream.http.ClientDisconnected;
import fakestream.http.ClientExchange;
import fakestream.http.HttpError;
import fakestream.http.Response;
import fakestream.http.StreamAborted;
import fakestream.json.JsonObject;
import fakestream.json.Parts;
import fakestream.protocol.ApiError;
import fakestream.protocol.Protocol;
import fakestream.stream.EventStream;
import fakestream.telemetry.RequestRecord;
import fakestream.upstream.HeaderRules;
import fakestream.upstream.StreamedBody;
import fakestream.upstream.Upstream;
import fakestream.upstream.UpstreamAnswer;
import fakestream.upstream.UpstreamException;
import fakestream.upstream.UpstreamRequest;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/// Passes everything that does not become a stream through unchanged, both ways, without reading or
/// keeping it: embeddings, files, sound, with any method and any body. It reads only an error or a
/// redirect, for the secrets that may be in it, and an answer that blank lines keep alive.
public final class PassThrough {
    /// The proxy waits for JSON up to this many bytes; longer JSON passes as it comes.
    private static final int LONGEST_WAIT = 256 * 1024;

    /// Sends the request.
    @FunctionalInterface
    private interface Sending {
        UpstreamAnswer send() throws UpstreamException, HttpError, ClientDisconnected;
    }

    private final Upstream upstream;
    private final StreamFactory streams;
    private final int mostBytes;
    private final int mostUpstreamBytes;

    public PassThrough(Upstream upstream, StreamFactory streams, Config config) {
        this.upstream = upstream;
        this.streams = streams;
        this.mostBytes = config.get(Setting.MAX_BODY_BYTES);
        this.mostUpstreamBytes = config.get(Setting.MAX_UPSTREAM_BYTES);
    }

    /// Serves one request.
    ///
    /// @param endpoint the upstream's endpoint, with its query
    /// @param protocol the form of the proxy's own failures
    /// @throws HttpError 413 if a body is too large, 503 if there is no place
    /// @throws IOException if the client left, or the response had to be broken off
    public void serve(ClientExchange client, String endpoint, AccessControl.Admitted passed,
            Protocol protocol)
            throws HttpError, IOException {
        try (var up = upstream.request(passed.key(), client.id(), client.headers());
                var body = UploadPublisher.of(client, mostBytes)) {
            body.readBeginning();
            passed.enter();
            client.asks(up::figures, up::cancel);
            serve(client, endpoint, protocol, () -> send(client, endpoint, up, body));
        }
    }

    /// Serves a request whose body was read already.
    ///
    /// @param up asks for this client already
    /// @param body is released once the answer begins
    /// @throws IOException if the client left, or the response had to be broken off
    void serve(ClientExchange client, String endpoint, UpstreamRequest up, StreamedBody.Here body,
            Protocol protocol) throws HttpError, IOException {
        var headers = HeaderRules.ofBodyToUpstream(client.headers());
        // It was decoded when it was read.
        headers.remove("content-encoding");
        serve(client, endpoint, protocol, () -> {
            try (body) {
                return up.send(client.method(), endpoint, headers, body);
            }
        });
    }

    private void serve(ClientExchange client, String endpoint, Protocol protocol, Sending sending)
            throws HttpError, IOException {
        client.record().mode(RequestRecord.Mode.PASS);
        try {
            if (streams.keepsWholeAnswersAlive()
                    && JsonExpected.by(client.method(), endpoint, client.headers())) {
                relayAlive(client, endpoint, protocol, sending);
            } else {
                relay(client, endpoint, sending.send(), protocol);
            }
        } catch (UpstreamException e) {
            client.checkPresence();
            client.record().failed(e.error().code());
            if (client.record().status() != 0) {
                throw new StreamAborted(e.getMessage());
            }
            client.send(Response.error(protocol, e.status(), e.error()));
        }
    }

    /// Sends blank lines before the answer, and while its JSON comes if that is not long. An answer
    /// that arrives before the first blank line passes as if there were none.
    private void relayAlive(ClientExchange client, String endpoint, Protocol protocol,
            Sending sending)
            throws UpstreamException, HttpError, IOException {
        try (var stream = streams.openWhole(client)) {
            try {
                var answer = sending.send();
                checkLength(client, answer);
                if (isJson(answer) && !answer.isEventStream()) {
                    answer.isLongerThan(LONGEST_WAIT);
                }
                if (stream.withdraw()) {
                    relay(client, endpoint, answer, protocol);
                } else {
                    tell(client, stream, answer.decoded(), protocol);
                }
            } catch (UpstreamException e) {
                if (stream.withdraw()) {
                    throw e;
                }
                client.checkPresence();
                client.record().failed(e.error().code());
                stream.end(Response.error(protocol, e.status(), e.error()));
            }
        }
    }

    /// After a blank line only the body can report an error, and an empty object reports no
    /// content. An answer that is not JSON becomes an error, because the blank line has spoilt it.
    private static void tell(ClientExchange client, EventStream stream, UpstreamAnswer answer,
            Protocol protocol) throws UpstreamException, IOException {
        if (answer.status() == 204) {
            stream.end(Response.json(200, JsonObject.EMPTY));
        } else if (answer.isSuccess() && answer.isEventStream()
                || isJson(answer) && answer.isLongerThan(LONGEST_WAIT)) {
            tellAsItComes(client, stream, answer);
        } else {
            stream.end(AnswerResponse.json(answer, protocol, stream.record()));
        }
    }

    /// Blank lines are harmless before and between events, but must not come within JSON.
    private static void tellAsItComes(ClientExchange client, EventStream stream,
            UpstreamAnswer answer)
            throws IOException {
        try {
            if (!answer.isEventStream()) {
                stream.close();
                copy(client, answer);
                return;
            }
            for (var event = answer.events().next(); event.isPresent();
                    event = answer.events().next()) {
                stream.send(List.of(event.get()));
            }
            stream.end(answer.events().rest());
        } catch (UpstreamException e) {
            stream.record().failed(e.error().code());
            throw new StreamAborted(e.getMessage());
        }
    }

    private static boolean isJson(UpstreamAnswer answer) {
        return answer.isSuccess() && answer.length() != 0
                && JsonExpected.isJson(answer.contentType());
    }

    private static UpstreamAnswer send(ClientExchange client, String endpoint, UpstreamRequest up,
            UploadPublisher body) throws UpstreamException, HttpError, ClientDisconnected {
        var headers = HeaderRules.ofBodyToUpstream(client.headers());
        try {
            return up.send(client.method(), endpoint, headers, body);
        } catch (UpstreamException e) {
            body.check();
            throw e;
        }
    }

    private void relay(ClientExchange client, String endpoint, UpstreamAnswer answer,
            Protocol protocol)
            throws UpstreamException, ClientDisconnected {
        checkLength(client, answer);
        answer.headersForClient().forEach(client.responseHeaders()::set);
        upstream.location(endpoint, answer)
                .ifPresent(location -> client.responseHeaders().set("Location", location));
        if (client.method().equals("HEAD") && answer.length() >= 0) {
            client.responseHeaders().set("Content-Length", String.valueOf(answer.length()));
        }
        if (isBodiless(client, answer)) {
            client.send(new Response(answer.status(), answer.headersOfBody(), new byte[0]));
            return;
        }
        if (!answer.isSuccess()) {
            client.send(error(answer, protocol));
            return;
        }
        client.begin(answer.status(), answer.headersOfBody(), Math.max(answer.length(), 0));
        client.flush();
        copy(client, answer);
    }

    /// An error or a redirect without secrets. If secrets could hide in its body, ours replaces it.
    private static Response error(UpstreamAnswer answer, Protocol protocol)
            throws UpstreamException {
        var body = ErrorBody.of(answer);
        if (body.isEmpty()) {
            var message = "the upstream answered " + answer.status() + " with a body that is not "
                    + "shown, for a key could stand in it unseen: it is longer than "
                    + ErrorBody.LONGEST + " bytes, or no text that can be read here";
            return Response.error(protocol, answer.status(),
                    ApiError.upstream("upstream_body_withheld", message));
        }
        var headers = answer.headersOfBody();
        headers.remove("content-encoding");
        return new Response(answer.status(), headers, body.get());
    }

    private static void copy(ClientExchange client, UpstreamAnswer answer)
            throws UpstreamException, ClientDisconnected {
        var buffer = new byte[16 * 1024];
        for (int n = answer.read(buffer); n >= 0; n = answer.read(buffer)) {
            client.write(Parts.of(n == buffer.length ? buffer : Arrays.copyOf(buffer, n)));
            client.flush();
        }
        client.end();
    }

    /// Refuses an answer that declares itself too large: it would be cut off under a good status.
    private void checkLength(ClientExchange client, UpstreamAnswer answer)
            throws UpstreamException {
        if (!isBodiless(client, answer) && answer.length() > mostUpstreamBytes) {
            throw UpstreamException.tooLarge();
        }
    }

    private static boolean isBodiless(ClientExchange client, UpstreamAnswer answer) {
        return client.method().equals("HEAD") || answer.status() == 204
                || answer.status() == 304 || answer.length() == 0;
    }
}
