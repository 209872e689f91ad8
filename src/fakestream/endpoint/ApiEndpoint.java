package fakestream.endpoint;

import fakestream.access.AccessControl;
import fakestream.config.Config;
import fakestream.config.Setting;
import fakestream.config.StreamMode;
import fakestream.http.ByteBudget;
import fakestream.http.ClientDisconnected;
import fakestream.http.ClientExchange;
import fakestream.http.HttpError;
import fakestream.http.RequestMemory;
import fakestream.http.RequestValidator;
import fakestream.http.Response;
import fakestream.json.Parts;
import fakestream.protocol.ApiError;
import fakestream.protocol.Protocol;
import fakestream.stream.ComputeSlots;
import fakestream.telemetry.Log;
import fakestream.telemetry.RequestRecord.Mode;
import fakestream.upstream.StreamedBody;
import fakestream.upstream.Upstream;
import fakestream.upstream.UpstreamAnswer;
import fakestream.upstream.UpstreamException;
import fakestream.upstream.UpstreamRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Supplier;

/// The endpoints whose answers may be streamed. It checks the request as far as it must read it,
/// asks the upstream, and sends the client a whole answer or a stream of it.
public final class ApiEndpoint {
    private final Upstream upstream;
    private final PassThrough passThrough;
    private final StreamFactory streams;
    private final StreamModes modes;
    private final CallSharing sharing;
    private final RecentStreams recent;
    private final Duration window;
    private final int mostBytes;
    private final ByteBudget requests;
    private final Duration patience;
    private final ComputeSlots slots;
    private final Log log;

    /// @param requests the memory for request bodies
    public ApiEndpoint(Config config, Upstream upstream, PassThrough passThrough,
            StreamFactory streams, CallSharing sharing, RecentStreams recent, ByteBudget requests,
            ComputeSlots slots, Log log) {
        this.slots = slots;
        this.upstream = upstream;
        this.passThrough = passThrough;
        this.streams = streams;
        this.modes = new StreamModes(config);
        this.sharing = sharing;
        this.recent = recent;
        this.window = config.get(Setting.IDEMPOTENCY_WINDOW_MS);
        this.mostBytes = config.get(Setting.MAX_BODY_BYTES);
        this.requests = requests;
        this.patience = config.get(Setting.UPSTREAM_TIMEOUT_MS);
        this.log = log;
    }

    /// One request on its way to an answer.
    ///
    /// @param caller see [AccessControl.Admitted]
    private record Job(ClientExchange client, ApiTarget target, ApiRequest request,
            Supplier<String> caller, UpstreamRequest upstream, RequestMemory memory) {
        private Protocol protocol() {
            return target.protocol();
        }
    }

    /// Whether the memory for requests could ever hold this request, as far as it declares its
    /// length.
    public boolean fits(ClientExchange client) {
        return client.request().length() <= requests.longestBody();
    }

    /// Serves one request.
    ///
    /// @throws HttpError if the request is wrong; then nothing was sent upstream
    /// @throws IOException if the client left, or its stream had to be broken off
    public void serve(ClientExchange client, ApiTarget target, AccessControl.Admitted admitted)
            throws HttpError, IOException {
        RequestValidator.checkCharset(client.headers());
        ApiRequest.checkModel(target.model().orElse(null));
        try (var memory = client.memory(requests, patience)) {
            serve(client, target, read(client, target, admitted, memory), admitted, memory);
        }
    }

    /// A method of its own, so that no frame below keeps the body.
    private ApiRequest read(ClientExchange client, ApiTarget target,
            AccessControl.Admitted admitted, RequestMemory memory)
            throws HttpError, ClientDisconnected {
        var body = client.request().whole(mostBytes, memory);
        admitted.enter();
        var type = client.headers().getFirst("Content-Type");
        return slots.take(() -> ApiRequest.read(target, type, body));
    }

    private void serve(ClientExchange client, ApiTarget target, ApiRequest request,
            AccessControl.Admitted admitted, RequestMemory memory)
            throws HttpError, IOException {
        try (var up = upstream.request(admitted.key(), client.id(), client.headers())) {
            client.asks(up::figures, up::cancel);
            client.record().model(request.model());
            var job = new Job(client, target, request, admitted.caller(), up, memory);
            if (request.isStreamed()) {
                stream(job);
            } else if (target.protocol().passesWhole()) {
                pass(job);
            } else {
                streams.sendWhole(client, () -> whole(job));
            }
        }
    }

    private Response whole(Job job) {
        var record = job.client().record();
        record.mode(Mode.WHOLE);
        try {
            return AnswerResponse.of(postWhole(job, false), job.protocol(), record);
        } catch (UpstreamException e) {
            record.failed(e.error().code());
            return Response.error(job.protocol(), e.status(), e.error());
        }
    }

    private void pass(Job job) throws HttpError, IOException {
        var body = new StreamedBody.Here(job.request().asItCame());
        job.memory().settle(body.contentLength());
        passThrough.serve(job.client(), job.target().whole(), job.upstream(), body,
                job.protocol());
    }

    private void stream(Job job) throws IOException {
        try (var stream = streams.open(job.client(), job.target(), job.request().told())) {
            recent.add(job.client().record());
            var answer = streams.into(stream, job.target(), job.request().told());
            try {
                answer.tell(ask(job));
            } catch (UpstreamException e) {
                answer.fail(Failure.of(job.protocol(), e.status(), e.error()));
            } catch (RuntimeException | Error bug) {
                log.bug("the stream of " + job.client().path(), bug);
                answer.fail(Failure.of(job.protocol(), 500, ApiError.bug()));
            }
        }
    }

    /// Asks for a whole answer or for the upstream's own stream, depending on the mode.
    private UpstreamAnswer ask(Job job) throws UpstreamException {
        var mode = job.request().mode(modes);
        job.client().record().mode(mode == StreamMode.REAL || mode == StreamMode.AUTO ? Mode.REAL
                : Mode.FAKE);
        return switch (mode) {
            case FAKE, TOOLS -> postWhole(job, true);
            case REAL -> postStreamed(job, true);
            case AUTO -> tryStream(job);
        };
    }

    /// If a request for a whole answer may follow, the request's memory stays.
    private UpstreamAnswer postStreamed(Job job, boolean last) throws UpstreamException {
        var body = job.request().forStream(last);
        if (last) {
            job.memory().settle(body.length());
        }
        var answer = job.upstream().post(job.target().streamed(), job.request().headers(), body,
                check(job, true));
        if (last) {
            job.memory().settle(0);
        }
        return answer;
    }

    /// If the upstream answers whole all the same, that answer is sent; no second call is needed.
    private UpstreamAnswer tryStream(Job job) throws UpstreamException {
        var answer = postStreamed(job, false);
        if (StreamModes.refusesStreams(answer, job.request().model())) {
            modes.remember(job.request().model());
            return postWhole(job, true);
        }
        if (answer.isSuccess() && !answer.isEventStream()) {
            modes.remember(job.request().model());
        }
        job.request().forget();
        job.memory().settle(0);
        return answer;
    }

    private AnswerCheck check(Job job, boolean streamed) {
        return new AnswerCheck(job.protocol(), streamed, slots);
    }

    /// Asks for a whole answer, or joins a running call that asks for the same.
    ///
    /// @param streamed whether the client wants a stream
    private UpstreamAnswer postWhole(Job job, boolean streamed) throws UpstreamException {
        var name = window.isZero() ? "" : CallSharing.name(job.caller().get(),
                job.target().whole(), job.client().headers(), job.request().content());
        var body = job.request().forWhole();
        job.memory().settle(body.length());
        var answer = postWhole(job, name, body, streamed);
        job.memory().settle(0);
        return answer;
    }

    /// @param name see [CallSharing#name]; empty if no call is shared
    private UpstreamAnswer postWhole(Job job, String name, Parts body, boolean streamed)
            throws UpstreamException {
        var endpoint = job.target().whole();
        var own = job.request().headers();
        if (name.isEmpty()) {
            return job.upstream().post(endpoint, own, body, check(job, streamed));
        }
        var sharer = new CallSharing.Sharer(name,
                CallSharing.isRepetition(job.client().headers()), window,
                job.client()::onLeaving, job.upstream()::cancel);
        return job.upstream().open(sharing.answer(sharer, check(job, false),
                judge -> job.upstream().post(endpoint, own, body, judge)));
    }
}
