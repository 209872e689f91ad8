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
import fakestream.upstream.Upstream;
import fakestream.upstream.UpstreamAnswer;
import fakestream.upstream.UpstreamEvents;
import fakestream.upstream.UpstreamCalls;
import fakestream.upstream.UpstreamException;
import fakestream.upstream.UpstreamHead;
import fakestream.upstream.UpstreamRequest;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/// Passes everything that does not become a stream through unchanged, both ways, without reading or
/// keeping it: embeddings, files, sound, with any method and any body. It reads only the beginning
/// of a request, for a model's name whose prefix must go, an error or a redirect, for the secrets
/// that may be in it, and an answer that blank lines keep alive.
public final class PassThrough {
    /// The proxy waits for JSON up to this many bytes; longer JSON passes as it comes.
    private static final int LONGEST_WAIT = 256 * 1024;

    private final Config config;
    private final AccessControl gate;
    private final Upstream upstream;
    private final StreamFactory streams;

    public PassThrough(Config config, AccessControl gate, Upstream upstream,
            StreamFactory streams) {
        this.config = config;
        this.gate = gate;
        this.upstream = upstream;
        this.streams = streams;
    }

    /// Sends a request on, and waits for its answer's headers.
    @FunctionalInterface
    interface Sending {
        UpstreamAnswer send() throws UpstreamException, HttpError, ClientDisconnected;
    }

    /// One request on its way.
    private record Job(ClientExchange client, String endpoint, Protocol protocol,
            Sending sending) {
        private boolean isBodiless(UpstreamHead head) {
            return client.method().equals("HEAD") || head.status() == 204
                    || head.status() == 304 || head.length() == 0;
        }
    }

    /// Serves one request.
    ///
    /// @param endpoint the upstream's endpoint, with its query
    /// @param protocol the form of the proxy's own failures
    /// @param keyHeader in which the upstream expects its key
    /// @throws HttpError if the request is refused, such as 413 for a body that is too large
    /// @throws IOException if the client left, or the response had to be broken off
    public void serve(ClientExchange client, String endpoint, Protocol protocol, String keyHeader)
            throws HttpError, IOException {
        try (var admitted = gate.pass(client, keyHeader);
                var up = new UpstreamRequest(upstream, admitted.key(), client.id(),
                        client.headers());
                var body = new UploadPublisher(client, config.get(Setting.MAX_BODY_BYTES))) {
            body.readBeginning();
            body.takeOffPrefix();
            admitted.enter();
            client.asks(up::figures, up::cancel);
            serve(client, endpoint, protocol, () -> upload(client, endpoint, up, body));
        }
    }

    private static UpstreamAnswer upload(ClientExchange client, String endpoint,
            UpstreamRequest up, UploadPublisher body)
            throws UpstreamException, HttpError, ClientDisconnected {
        try {
            return UpstreamCalls.send(up, client.method(), endpoint,
                    HeaderRules.ofBodyToUpstream(client.headers()), body, body::canBeSentAgain);
        } catch (UpstreamException e) {
            body.check();
            throw e;
        }
    }

    /// Serves a request that was admitted already, in this way of sending it.
    ///
    /// @throws IOException if the client left, or the response had to be broken off
    void serve(ClientExchange client, String endpoint, Protocol protocol, Sending sending)
            throws HttpError, IOException {
        client.record().mode(RequestRecord.Mode.PASS);
        var job = new Job(client, endpoint, protocol, sending);
        try {
            if (streams.keepsWholeAnswersAlive()
                    && JsonExpected.by(client.method(), endpoint, client.headers())) {
                relayAlive(job);
            } else {
                relay(job, send(job));
            }
        } catch (UpstreamException e) {
            var failure = StreamFactory.failure(client, protocol, e);
            if (client.record().status() != 0) {
                throw new StreamAborted(e.getMessage());
            }
            client.send(failure);
        }
    }

    /// Sends the request on. Refuses an answer that declares itself too large: it would be cut off
    /// under a good status.
    private UpstreamAnswer send(Job job) throws UpstreamException, HttpError, ClientDisconnected {
        var answer = job.sending.send();
        if (!job.isBodiless(answer.head())
                && answer.head().length() > config.get(Setting.MAX_UPSTREAM_BYTES)) {
            throw UpstreamException.tooLarge();
        }
        return answer;
    }

    /// Sends blank lines before the answer, and while its JSON comes if that is not long. An answer
    /// that arrives before the first blank line passes as if there were none.
    private void relayAlive(Job job) throws UpstreamException, HttpError, IOException {
        try (var stream = streams.openWhole(job.client)) {
            try {
                var answer = send(job);
                if (isJson(answer) && !answer.isEventStream()) {
                    answer.isLongerThan(LONGEST_WAIT);
                }
                if (stream.withdraw()) {
                    relay(job, answer);
                } else {
                    tell(job, stream, answer.decoded());
                }
            } catch (UpstreamException e) {
                if (stream.withdraw()) {
                    throw e;
                }
                stream.end(StreamFactory.failure(job.client, job.protocol, e));
            }
        }
    }

    /// After a blank line only the body can report an error, and an empty object reports no
    /// content. An answer that is not JSON becomes an error, because the blank line has spoilt it.
    private static void tell(Job job, EventStream stream, UpstreamAnswer answer)
            throws UpstreamException, IOException {
        if (answer.head().status() == 204) {
            stream.end(Response.json(200, JsonObject.EMPTY));
        } else if (answer.head().isSuccess() && answer.isEventStream()
                || isJson(answer) && answer.isLongerThan(LONGEST_WAIT)) {
            tellAsItComes(job.client, stream, answer);
        } else {
            stream.end(AnswerResponse.json(answer, job.protocol, stream.record()));
        }
    }

    /// Blank lines are harmless before and between events, but must not come within JSON.
    private static void tellAsItComes(ClientExchange client, EventStream stream,
            UpstreamAnswer answer) throws IOException {
        try {
            if (!answer.isEventStream()) {
                stream.close();
                copy(client, answer);
                return;
            }
            var events = new UpstreamEvents(answer);
            for (var event = events.next(); event.isPresent(); event = events.next()) {
                stream.send(List.of(event.get()));
            }
            stream.end(events.rest());
        } catch (UpstreamException e) {
            stream.record().failed(e.error().code());
            throw new StreamAborted(e.getMessage());
        }
    }

    private static boolean isJson(UpstreamAnswer answer) {
        var head = answer.head();
        return head.isSuccess() && head.length() != 0 && JsonExpected.isJson(head.contentType());
    }

    private void relay(Job job, UpstreamAnswer answer)
            throws UpstreamException, ClientDisconnected {
        var client = job.client;
        var head = answer.head();
        head.headersForClient().forEach(client.responseHeaders()::set);
        upstream.location(job.endpoint, head).ifPresent(location ->
                client.responseHeaders().set("Location", before(client, location) + location));
        if (client.method().equals("HEAD") && head.length() >= 0) {
            client.responseHeaders().set("Content-Length", String.valueOf(head.length()));
        }
        if (job.isBodiless(head)) {
            client.send(Response.empty(head.status(), head.headersOfBody()));
        } else if (!head.isSuccess()) {
            client.send(error(answer, job.protocol));
        } else {
            client.begin(head.status(), head.headersOfBody(), Math.max(head.length(), 0));
            client.flush();
            copy(client, answer);
        }
    }

    /// The path that the client needs before one of the proxy's own paths; empty for most clients.
    private String before(ClientExchange client, String location) {
        var base = config.get(Setting.BASE_PATH);
        return location.startsWith("/") && client.path().startsWith(base + "/") ? base : "";
    }

    /// An error or a redirect without secrets. If secrets could hide in its body, ours replaces it.
    private static Response error(UpstreamAnswer answer, Protocol protocol)
            throws UpstreamException {
        var head = answer.head();
        var body = ErrorBody.of(answer);
        if (body.isEmpty()) {
            var message = "the upstream answered " + head.status() + "; its body is not shown, "
                    + "because it could hide a key: it is longer than " + ErrorBody.LONGEST
                    + " bytes, or it is not text that fakestream can read";
            return Response.error(protocol, head.status(),
                    ApiError.upstream("upstream_body_withheld", message));
        }
        var headers = head.headersOfBody();
        headers.remove("content-encoding");
        return new Response(head.status(), headers, body.get());
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
}
