package fakestream.server;

import fakestream.access.AccessControl;
import fakestream.access.Authenticator;
import fakestream.config.Config;
import fakestream.config.Setting;
import fakestream.config.StreamMode;
import fakestream.endpoint.AnswerResponse;
import fakestream.endpoint.ApiEndpoint;
import fakestream.endpoint.ApiTarget;
import fakestream.endpoint.PassThrough;
import fakestream.endpoint.PathCheck;
import fakestream.endpoint.Probes;
import fakestream.endpoint.RecentStreams;
import fakestream.endpoint.StreamFactory;
import fakestream.endpoint.TestPage;
import fakestream.http.ClientDisconnected;
import fakestream.http.ClientExchange;
import fakestream.http.Cors;
import fakestream.http.HttpError;
import fakestream.http.Query;
import fakestream.http.Response;
import fakestream.http.ServerState;
import fakestream.http.UpstreamKey;
import fakestream.protocol.ApiError;
import fakestream.protocol.Protocol;
import fakestream.protocol.audio.Speech;
import fakestream.protocol.audio.Transcriptions;
import fakestream.protocol.chat.ChatCompletions;
import fakestream.protocol.chat.Completions;
import fakestream.protocol.gemini.GenerateContent;
import fakestream.protocol.images.Images;
import fakestream.protocol.messages.Messages;
import fakestream.protocol.responses.Responses;
import fakestream.stream.Framing;
import fakestream.telemetry.Redactor;
import fakestream.telemetry.RequestRecord;
import fakestream.upstream.Upstream;
import fakestream.upstream.UpstreamCalls;
import fakestream.upstream.UpstreamRequest;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Serves each route: the endpoints whose answers become streams, those that pass through
/// unchanged, and the proxy's own pages.
final class Router {
    private static final Protocol CHAT = new ChatCompletions();
    private static final Protocol COMPLETIONS = new Completions();
    private static final Protocol RESPONSES = new Responses();
    private static final Protocol MESSAGES = new Messages();
    private static final Protocol GEMINI = new GenerateContent();
    private static final Protocol IMAGES = Images.generations();
    private static final Protocol IMAGE_EDITS = Images.edits();
    private static final Protocol SPEECH = new Speech();
    private static final Protocol TRANSCRIPTIONS = new Transcriptions();

    private final Upstream upstream;
    private final AccessControl gate;
    private final StreamFactory streams;
    private final ApiEndpoint endpoint;
    private final PassThrough passThrough;
    private final TestPage page;
    private final PathCheck check;
    private final RecentStreams recent;
    private final Redactor redactor;
    private final Config config;
    private final Probes probes;

    Router(Config config, ServerState serverState, Upstream upstream, AccessControl gate,
            StreamFactory streams, ApiEndpoint endpoint, PassThrough passThrough, Probes probes,
            RecentStreams recent) {
        this.config = config;
        this.upstream = upstream;
        this.gate = gate;
        this.streams = streams;
        this.endpoint = endpoint;
        this.passThrough = passThrough;
        this.page = new TestPage(config.get(Setting.TEST_PAGE));
        this.check = new PathCheck(streams, CHAT, serverState);
        this.recent = recent;
        this.redactor = Upstream.redactor(config);
        this.probes = probes;
    }

    /// Serves a route.
    ///
    /// @throws HttpError if nothing is there, or the request is wrong
    /// @throws IOException if the client left, or its stream had to be broken off
    void serve(ClientExchange client, Route route) throws HttpError, IOException {
        switch (route.kind()) {
            case CHAT, COMPLETIONS, RESPONSES, MESSAGES, IMAGES -> {
                allow(client, "POST");
                endpoint.serve(client, target(client, route), keyHeader(route, client));
            }
            case GENERATE -> {
                allow(client, "POST");
                endpoint.serve(client, gemini(client, route).in(mode(client, route)),
                        keyHeader(route, client));
            }
            case SPEECH, TRANSCRIPTIONS -> readOrPass(client, route);
            case MODELS -> models(client, route);
            case OTHER -> other(client, route);
            case STATUS -> {
                allow(client, "GET", "HEAD");
                client.send(probes.status(gate.knows(client)));
            }
            case CHECK -> {
                allow(client, "GET");
                gate.passHere(client);
                check.serve(client);
            }
            case CLIENTS -> clients(client);
            case PAGE -> show(client, route.name().isEmpty() ? withSlash(client)
                    : page.file(route.name()).orElseThrow(() -> nothingAt(client)));
            case HEALTH -> show(client, probes.health(route.name()));
            case READY -> show(client, probes.ready());
            case VERSION -> show(client, probes.version());
            case METRICS -> show(client, probes.metrics().orElseThrow(() -> nothingAt(client)));
            case NONE -> throw nothingAt(client);
        }
    }

    /// The protocol for errors at a route. Anthropic's clients name theirs in a header.
    Protocol protocol(Route route, ClientExchange client) {
        return switch (route.kind()) {
            case CHAT, STATUS, CHECK, CLIENTS, PAGE, NONE, HEALTH, READY, VERSION, METRICS -> CHAT;
            case COMPLETIONS -> COMPLETIONS;
            case RESPONSES -> RESPONSES;
            case MESSAGES -> MESSAGES;
            case GENERATE -> GEMINI;
            case IMAGES -> route.isEdit() ? IMAGE_EDITS : IMAGES;
            case SPEECH -> SPEECH;
            case TRANSCRIPTIONS -> TRANSCRIPTIONS;
            case MODELS, OTHER -> route.isGemini() ? GEMINI
                    : client.headers().containsKey("anthropic-version") ? MESSAGES : CHAT;
        };
    }

    private static void show(ClientExchange client, Response page)
            throws HttpError, ClientDisconnected {
        allow(client, "GET", "HEAD");
        client.send(page);
    }

    /// Leads from `/proxy` to `/proxy/`, relatively: a proxy in front may know more of the path.
    private static Response withSlash(ClientExchange client) {
        var path = client.path();
        return Response.empty(308, Map.of("Location", path.substring(path.lastIndexOf('/') + 1)
                + "/" + client.query().suffix()));
    }

    /// Only the daemon's own page can read this, so it exists only with that page. A stranger sees
    /// only its own streams: those of its address, unless it has shown a key.
    private void clients(ClientExchange client) throws HttpError, ClientDisconnected {
        if (!config.get(Setting.TEST_PAGE)) {
            throw nothingAt(client);
        }
        allow(client, "GET", "HEAD");
        gate.passHere(client);
        Cors.refuse(client.responseHeaders());
        var isOpen = config.get(Setting.PROXY_API_KEYS).isEmpty();
        client.send(recent.reply(redactor, isOpen ? client.record().request().address() : ""));
    }

    /// Passes a request unread if it has not the form of the API, such as a form for an API of
    /// JSON, or if it is too long for the memory: a recording may be.
    private void readOrPass(ClientExchange client, Route route) throws HttpError, IOException {
        var target = target(client, route);
        if (client.method().equals("POST")
                && target.reads(client.headers().getFirst("Content-Type"))
                && endpoint.fits(client)) {
            endpoint.serve(client, target, keyHeader(route, client));
        } else {
            other(client, route);
        }
    }

    private ApiTarget target(ClientExchange client, Route route) throws HttpError {
        var asked = asked(client, route);
        return new ApiTarget(protocol(route, client), asked, asked, route.deployment(),
                Framing.EVENTS, mode(client, route));
    }

    /// The mode that the caller chooses in a header, or else in the path.
    private static Optional<StreamMode> mode(ClientExchange client, Route route)
            throws HttpError {
        var words = client.headers().get(StreamMode.HEADER);
        if (words == null) {
            return route.mode();
        }
        var mode = StreamMode.choice(String.join(",", words).strip());
        if (mode.isEmpty()) {
            throw new HttpError(400, ApiError.invalidRequest("invalid_stream_mode", null,
                    "the header " + StreamMode.HEADER + " must be fake, real or auto"));
        }
        return mode;
    }

    /// The path alone says whether to stream.
    private static ApiTarget gemini(ClientExchange client, Route route) {
        var query = query(client).without(Set.of("alt"));
        var whole = route.whole() + query.suffix();
        var streamed = new Query(query.raw().isEmpty() ? "alt=sse" : query.raw() + "&alt=sse");
        var framing = route.name().equals(route.whole()) ? Framing.DOCUMENT
                : "sse".equals(client.query().get("alt")) ? Framing.EVENTS : Framing.JSON_ARRAY;
        return new ApiTarget(GEMINI, whole, route.streamed() + streamed.suffix(),
                Optional.of(route.model()), framing);
    }

    /// Reads a list or a description, to tell HTML from it; passes on the deletion of a model.
    private void models(ClientExchange client, Route route) throws HttpError, IOException {
        if (client.method().equals("DELETE") && !route.name().endsWith("models")) {
            other(client, route);
            return;
        }
        allow(client, "GET", "HEAD");
        var protocol = protocol(route, client);
        var list = new ModelList(route.name().endsWith("models")
                ? config.get(Setting.MODEL_LIST_MODES) : List.of());
        try (var admitted = gate.pass(client, keyHeader(route, client));
                var up = new UpstreamRequest(upstream, admitted.key(), client.id(),
                        client.headers())) {
            client.request().ignore();
            admitted.enter();
            client.asks(up::figures, up::cancel);
            client.record().mode(RequestRecord.Mode.WHOLE);
            streams.sendWhole(client, protocol, () -> list.with(AnswerResponse.json(
                    UpstreamCalls.get(up, asked(client, route)), protocol, client.record())));
        }
    }

    private void other(ClientExchange client, Route route) throws HttpError, IOException {
        if (!config.get(Setting.PASS_THROUGH)) {
            throw nothingAt(client);
        }
        passThrough.serve(client, asked(client, route), protocol(route, client),
                keyHeader(route, client));
    }

    /// The upstream's endpoint, with the client's query.
    private static String asked(ClientExchange client, Route route) {
        return route.name() + query(client).suffix();
    }

    /// Removes keys: a key goes upstream only in a header, where no server's log shows it.
    private static Query query(ClientExchange client) {
        return client.query().withoutKeys(Authenticator.shownKey(client).orElse(""));
    }

    /// The header in which the upstream expects its key.
    private String keyHeader(Route route, ClientExchange client) {
        var protocol = protocol(route, client);
        return route.isAzures() ? UpstreamKey.AZURES : protocol == MESSAGES ? "x-api-key"
                : protocol == GEMINI ? "x-goog-api-key"
                : upstream.url().isAzures() ? UpstreamKey.AZURES : "Authorization";
    }

    private static void allow(ClientExchange client, String... methods) throws HttpError {
        if (!Set.of(methods).contains(client.method())) {
            throw new HttpError(405, ApiError.invalidRequest("method_not_allowed", null,
                    client.method() + " is not allowed here"),
                    Map.of("Allow", String.join(", ", methods)));
        }
    }

    private static HttpError nothingAt(ClientExchange client) {
        return new HttpError(404, ApiError.invalidRequest("unknown_url", null,
                "there is nothing at " + client.path() + "; an API's base URL ends in /v1, "
                + "as in POST /v1/chat/completions"));
    }
}
