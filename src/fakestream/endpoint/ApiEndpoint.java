package fakestream.endpoint;

import fakestream.access.AccessControl;
import fakestream.concurrent.ComputeSlots;
import fakestream.config.Config;
import fakestream.config.Setting;
import fakestream.config.StreamMode;
import fakestream.endpoint.StreamModes.Way;
import fakestream.http.ByteBudget;
import fakestream.http.ClientDisconnected;
import fakestream.http.ClientExchange;
import fakestream.http.HttpError;
import fakestream.http.RequestValidator;
import fakestream.json.Parts;
import fakestream.protocol.ApiError;
import fakestream.telemetry.Log;
import fakestream.telemetry.RequestRecord.Mode;
import fakestream.upstream.HeaderRules;
import fakestream.upstream.Upstream;
import fakestream.upstream.UpstreamCalls;
import fakestream.upstream.UpstreamCalls.Post;
import fakestream.upstream.UpstreamException;
import fakestream.upstream.UpstreamRequest;
import java.io.IOException;
import java.time.Duration;

/// The endpoints whose answers may be streamed. It admits a request, reads it as far as it must,
/// asks the upstream, and sends the client a whole answer or a stream of it.
public final class ApiEndpoint {
    private final Config config;
    private final AccessControl gate;
    private final Upstream upstream;
    private final PassThrough passThrough;
    private final StreamFactory streams;
    private final StreamModes modes;
    private final CallSharing sharing;
    private final RecentStreams recent;
    private final ByteBudget requests;
    private final ComputeSlots slots;
    private final Log log;

    /// @param requests the memory for request bodies
    public ApiEndpoint(Config config, AccessControl gate, Upstream upstream,
            PassThrough passThrough, StreamFactory streams, CallSharing sharing,
            RecentStreams recent, ByteBudget requests, ComputeSlots slots, Log log) {
        this.config = config;
        this.gate = gate;
        this.upstream = upstream;
        this.passThrough = passThrough;
        this.streams = streams;
        this.modes = new StreamModes(config);
        this.sharing = sharing;
        this.recent = recent;
        this.requests = requests;
        this.slots = slots;
        this.log = log;
    }

    /// One request on its way to an answer.
    private record Job(ClientExchange client, ApiTarget target, ApiRequest request,
            AccessControl.Admitted admitted, UpstreamRequest upstream, ByteBudget.Hold memory) {
    }

    /// Whether the memory for requests could ever hold this request, as far as it declares its
    /// length.
    public boolean fits(ClientExchange client) {
        try (var memory = requests.hold()) {
            return client.request().length() <= memory.longestBody();
        }
    }

    /// Serves one request: admits it, reads it, and asks the upstream.
    ///
    /// @param keyHeader in which the upstream expects its key
    /// @throws HttpError if the request is refused; then nothing was sent upstream
    /// @throws IOException if the client left, or its stream had to be broken off
    public void serve(ClientExchange client, ApiTarget target, String keyHeader)
            throws HttpError, IOException {
        try (var admitted = gate.pass(client, keyHeader);
                var memory = requests.hold()) {
            var request = read(client, target, admitted, memory);
            try (var up = new UpstreamRequest(upstream, admitted.key(), client.id(),
                    client.headers())) {
                client.asks(up::figures, up::cancel);
                client.record().model(request.model());
                var job = new Job(client, target, request, admitted, up, memory);
                if (request.isStreamed()) {
                    stream(job);
                } else if (request.passesOn()) {
                    pass(job);
                } else {
                    client.record().mode(Mode.WHOLE);
                    streams.sendWhole(client, target.protocol(), () -> AnswerResponse.of(
                            askWhole(job, false), client.record()));
                }
            }
        }
    }

    /// Reads a request, and takes its place once its body has come. A method of its own, so that no
    /// frame below keeps the body.
    private ApiRequest read(ClientExchange client, ApiTarget target,
            AccessControl.Admitted admitted, ByteBudget.Hold memory)
            throws HttpError, ClientDisconnected {
        RequestValidator.checkCharset(client.headers());
        ApiRequest.checkModel(target.model().orElse(null));
        var body = client.request().whole(config.get(Setting.MAX_BODY_BYTES), memory,
                config.get(Setting.UPSTREAM_TIMEOUT_MS));
        admitted.enter();
        var type = client.headers().getFirst("Content-Type");
        return slots.take(() -> new ApiRequest(target, type, body));
    }

    /// Passes on a request that does not ask for a stream; releases it once its answer begins.
    private void pass(Job job) throws HttpError, IOException {
        var headers = HeaderRules.ofBodyToUpstream(job.client.headers());
        // The body was decoded when it was read.
        headers.remove("content-encoding");
        passThrough.serve(job.client, job.target.whole(), job.target.protocol(), () -> {
            var body = job.request.asItCame();
            job.request.forget();
            job.memory.settle(body.length());
            var answer = UpstreamCalls.send(job.upstream, job.client.method(),
                    job.target.whole(), headers, body);
            job.memory.settle(0);
            return answer;
        });
    }

    /// Sends heartbeats until the answer comes, then the answer or the failure.
    private void stream(Job job) throws IOException {
        try (var stream = streams.open(job.client, job.target, job.request.told())) {
            recent.add(job.client.record());
            var sender = streams.into(stream, job.target, job.request.told());
            try {
                sender.tell(switch (mode(job)) {
                    case FAKE, TOOLS -> askWhole(job, true);
                    case REAL -> askForStream(job, true);
                    case AUTO -> askForStream(job, false);
                });
            } catch (UpstreamException e) {
                sender.fail(e.status(), e.error());
            } catch (RuntimeException | Error bug) {
                log.bug("the stream of " + job.client.path(), bug);
                sender.fail(500, ApiError.bug());
            }
        }
    }

    private StreamMode mode(Job job) {
        var mode = job.request.mode(modes);
        job.client.record().mode(mode == StreamMode.FAKE ? Mode.FAKE : Mode.REAL);
        return mode;
    }

    /// Asks for the upstream's own stream. If the upstream answers whole all the same, that answer
    /// is sent, and no second call is needed.
    ///
    /// @param only whether no request for a whole answer follows if the upstream refuses streams;
    ///     otherwise the request stays in memory
    private ReadAnswer askForStream(Job job, boolean only) throws UpstreamException {
        var model = job.request.model();
        var body = job.request.forStream();
        if (only) {
            job.request.forget();
            job.memory.settle(body.length());
        }
        var answer = post(job, job.target.streamed(), body, reader(job, true));
        if (!only && StreamModes.refusesStreams(answer, model)) {
            modes.remember(model, Way.WHOLE);
            return askWhole(job, true);
        }
        if (!only && answer.head().isSuccess() && !answer.streamed()) {
            modes.remember(model, Way.WHOLE);
        }
        job.request.forget();
        job.memory.settle(0);
        return answer;
    }

    /// Asks for a whole answer, or folds a stream if the upstream only streams the model. If that
    /// turns out now and memory is short, the client gets the upstream's refusal.
    ///
    /// @param streamed whether the client wants a stream
    private ReadAnswer askWhole(Job job, boolean streamed) throws UpstreamException {
        var model = job.request.model();
        var window = config.get(Setting.IDEMPOTENCY_WINDOW_MS);
        var sharer = window.isZero() ? null : sharer(job, window);
        var folds = modes.mustFold(model);
        var body = folds ? job.request.toFold() : job.request.forWhole();
        job.request.forget();
        job.memory.settle(body.length());
        var endpoint = folds ? job.target.streamed() : job.target.whole();
        var live = streamed && !folds;
        // Most requests share nothing: many wait here, and each keeps its frames.
        var answer = sharer == null ? post(job, endpoint, body, reader(job, live))
                : share(job, sharer, endpoint, body, live);
        if (!folds && modes.learnsToFold(answer, model)
                && job.memory.tryGrow((long) ByteBudget.COPIES * body.length())) {
            body = toFold(job, body);
            answer = share(job, sharer, job.target.streamed(), body, false);
        }
        job.memory.settle(0);
        return answer;
    }

    /// A method of its own, so that no frame below keeps both bodies.
    private Parts toFold(Job job, Parts whole) {
        var body = slots.take(() -> job.request.toFold(whole));
        job.memory.settle(body.length());
        return body;
    }

    /// Makes a call, or joins a running one that asks for the same.
    ///
    /// @param sharer null if no call is shared
    /// @param live whether a stream passes on; otherwise it is folded
    private ReadAnswer share(Job job, CallSharing.Sharer sharer, String endpoint, Parts body,
            boolean live) throws UpstreamException {
        return sharer == null ? post(job, endpoint, body, reader(job, live))
                : reader(job, live).read(job.upstream.open(sharing.answer(sharer,
                        reader(job, false), reader -> post(job, endpoint, body, reader)))).answer();
    }

    /// Posts a body, once or several times, until its answer is usable or no call may follow.
    private <T> T post(Job job, String endpoint, Parts body, AnswerReader<T> reader)
            throws UpstreamException {
        try (var calls = UpstreamCalls.post(job.upstream, job.request.headers(),
                job.request.model(), name -> named(job, name, endpoint, body))) {
            while (true) {
                try {
                    var read = reader.read(calls.next());
                    if (!calls.again(read.status(), read::delay)) {
                        return read.answer();
                    }
                } catch (UpstreamException e) {
                    if (!calls.again(e)) {
                        throw e;
                    }
                }
            }
        }
    }

    /// What to post to an upstream that knows the model by this name. Another name is written into
    /// the body when a fallback is asked, so that no body waits for that twice in memory.
    private Post named(Job job, String name, String endpoint, Parts body) {
        return name.equals(job.request.model()) ? new Post(endpoint, body)
                : new Post(job.target.named(endpoint, name),
                        slots.take(() -> job.request.named(body, name)));
    }

    private static CallSharing.Sharer sharer(Job job, Duration window) {
        var headers = job.client.headers();
        return new CallSharing.Sharer(CallSharing.name(job.admitted.caller(), job.target.whole(),
                headers, job.request.content()), CallSharing.isRepetition(headers), window,
                job.client::onLeaving, job.upstream::cancel);
    }

    private AnswerCheck reader(Job job, boolean streamed) {
        return new AnswerCheck(job.target.protocol(), streamed, slots);
    }
}
