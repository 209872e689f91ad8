package fakestream.upstream;

import fakestream.json.Parts;
import fakestream.upstream.UpstreamException.Kind;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/// The calls that ask for one thing, of one upstream after another, until an answer is usable, or
/// another call would not help or might be paid for twice. A request makes at most 1 + RETRY_MAX +
/// fallbacks calls, and one on a new connection. The thread that serves the client uses it.
public final class UpstreamCalls implements AutoCloseable {
    /// When a call may follow a failed one. The answer to a request that was sent may already be
    /// paid for (RFC 9110 section 9.2.2).
    enum Repeat {
        /// Only on a new connection, in place of a kept one that was dead.
        IF_STALE,
        /// Unless an answer was lost.
        UNLESS_LOST,
        /// If an answer was lost, at the same upstream only: it knows the request by its
        /// `Idempotency-Key`.
        BY_KEY,
        /// At any upstream: the request costs nothing and changes nothing.
        ALWAYS
    }

    /// What to post, and where.
    public record Post(String endpoint, Parts body) {
    }

    /// The statuses with which an upstream refuses a key, or limits it.
    private static final Set<Integer> ABOUT_KEY = Set.of(401, 403, 429);
    private static final Duration REST = Duration.ofMinutes(1);

    private final UpstreamRequest request;
    private final Function<UpstreamTarget, HttpRequest.Builder> sending;
    private final Map<String, String> own;
    private final Repeat repeat;
    private final BooleanSupplier repeatable;
    private final Runnable forgetBody;
    private final UpstreamCall.Limits limits;
    private UpstreamTarget target;
    /// The place of the target among the upstreams.
    private int place;
    /// The operator's key of the last call; null if it had none.
    private String key;
    private UpstreamHead head;
    /// Whether the next call needs a new connection.
    private boolean fresh;
    /// Whether an answer was lost that may already be paid for.
    private boolean lost;
    /// Whether no call may follow.
    private boolean over;

    /// @param sending makes the request for each upstream, without its headers
    /// @param own replace the headers that every request has
    /// @param repeatable whether the body could be sent once more from its beginning
    /// @param forgetBody see [#close()]
    private UpstreamCalls(UpstreamRequest request,
            Function<UpstreamTarget, HttpRequest.Builder> sending, Map<String, String> own,
            Repeat repeat, BooleanSupplier repeatable, Runnable forgetBody) {
        this.request = request;
        this.sending = sending;
        this.own = own;
        this.repeat = repeat;
        this.repeatable = repeatable;
        this.forgetBody = forgetBody;
        this.limits = repeat == Repeat.IF_STALE ? request.limits().passing() : request.limits();
        this.target = request.upstream().targets().getFirst();
    }

    /// Posts a body to an endpoint such as `chat/completions`.
    ///
    /// @param own replace the headers that every request has
    /// @param model the model's name
    /// @param posts gives what to post to an upstream by its own name for the model
    public static UpstreamCalls post(UpstreamRequest request, Map<String, String> own,
            String model, Function<String, Post> posts) {
        var body = new AtomicReference<Parts>();
        return new UpstreamCalls(request, target -> {
            var post = posts.apply(target.name(model));
            body.set(post.body);
            return request(target, "POST", post.endpoint,
                    SendingBody.text(body::get, post.body.length()));
        }, own, request.hasKey() ? Repeat.BY_KEY : Repeat.UNLESS_LOST, () -> true,
                () -> body.set(null));
    }

    /// Gets an endpoint such as `models`, and waits for the answer's headers.
    ///
    /// @throws UpstreamException if none come
    public static UpstreamAnswer get(UpstreamRequest request, String endpoint)
            throws UpstreamException {
        try (var calls = calls(request, "GET", endpoint, Map.of(), new Parts(List.of()),
                Repeat.ALWAYS)) {
            return calls.next();
        }
    }

    /// Sends any method with any body to the first upstream, without trying again, and waits for
    /// the answer's headers. The answer's body comes as it is.
    ///
    /// @param own in addition to those that every request has
    /// @param repeatable whether the body could be sent once more from its beginning
    /// @throws UpstreamException if no headers come
    public static UpstreamAnswer send(UpstreamRequest request, String method, String endpoint,
            Map<String, String> own, BodyPublisher body, BooleanSupplier repeatable)
            throws UpstreamException {
        return new UpstreamCalls(request, target -> request(target, method, endpoint, body), own,
                Repeat.IF_STALE, repeatable, () -> { }).next();
    }

    /// Sends a body that is here already, likewise.
    ///
    /// @throws UpstreamException if no headers come
    public static UpstreamAnswer send(UpstreamRequest request, String method, String endpoint,
            Map<String, String> own, Parts text) throws UpstreamException {
        try (var calls = calls(request, method, endpoint, own, text, Repeat.IF_STALE)) {
            return calls.next();
        }
    }

    private static UpstreamCalls calls(UpstreamRequest request, String method, String endpoint,
            Map<String, String> own, Parts text, Repeat repeat) {
        var body = new AtomicReference<>(text);
        var length = text.length();
        return new UpstreamCalls(request, target -> request(target, method, endpoint,
                SendingBody.text(body::get, length)), own, repeat, () -> true,
                () -> body.set(null));
    }

    private static HttpRequest.Builder request(UpstreamTarget target, String method,
            String endpoint, BodyPublisher body) {
        return HttpRequest.newBuilder(target.url().at(endpoint)).method(method,
                new SendingBody(body.contentLength() == 0 ? BodyPublishers.noBody() : body));
    }

    /// Waits for the headers of an answer with a good status; if none comes, of the last answer.
    ///
    /// @throws UpstreamException if there is no answer at all
    public UpstreamAnswer next() throws UpstreamException {
        while (true) {
            try {
                var call = request.begin(nextRequest(), fresh, limits);
                head = call.await();
                var answer = new UpstreamAnswer(head, call);
                if (repeat == Repeat.IF_STALE) {
                    hasOtherKey(head.status(), Optional::empty);
                    return answer;
                }
                var decoded = answer.decoded();
                if (head.isSuccess() || !again(head.status(), decoded::retryAfter)) {
                    return decoded;
                }
            } catch (UpstreamException e) {
                request.upstream().failed(e, request.redactor());
                if (!again(e)) {
                    throw e;
                }
            }
        }
    }

    /// The next request; its key may be another than before.
    private HttpRequest nextRequest() {
        key = request.key().own() == null ? target.keys().next().orElse(null) : null;
        var next = sending.apply(target);
        request.headers().forEach(next::setHeader);
        target.sign(next, request.key(), key);
        own.forEach(next::setHeader);
        return next.build();
    }

    /// Prepares another call after an answer that should have come with this status, and pauses
    /// before it.
    ///
    /// @param delay how long its error asks to wait; empty if it does not say
    /// @return false if no call may follow
    public boolean again(int status, Supplier<Optional<Duration>> delay) {
        if (!over && hasOtherKey(status, delay) && request.allowance().atOnce()) {
            fresh = false;
            return true;
        }
        if (key != null && (status == 401 || status == 403)) {
            // Only a vendor with a key of its own may help now.
            var refused = target.keys();
            over |= repeat == Repeat.IF_STALE;
            while (!over && target.keys() == refused) {
                over = !nextTarget();
            }
            return !over;
        }
        return again(Retries.isPassing(status) && !head.forbidsRetry(),
                () -> request.allowance().pause(head, delay));
    }

    /// Lets the operator's key rest if the status is about it and there are others.
    ///
    /// @return whether another key may be used at once
    private boolean hasOtherKey(int status, Supplier<Optional<Duration>> delay) {
        return key != null && target.keys().all().size() > 1 && ABOUT_KEY.contains(status)
                && target.keys().rest(key,
                        request.upstream().retries().asked(head, delay).orElse(REST));
    }

    /// Prepares another call after a call or its answer broke off, likewise.
    public boolean again(UpstreamException failure) {
        var kind = failure.kind();
        fresh = kind == Kind.STALE && repeatable.getAsBoolean() && request.allowance().freshen();
        if (fresh) {
            return true;
        }
        if (kind == Kind.SLOW) {
            return again(repeat != Repeat.IF_STALE, () -> false);
        }
        var isLost = kind == Kind.LOST || kind == Kind.STALE;
        lost |= isLost;
        return again(kind == Kind.NOT_SENT && repeat != Repeat.IF_STALE
                || isLost && repeat.compareTo(Repeat.BY_KEY) >= 0, request.allowance()::pause);
    }

    private boolean again(boolean helps, BooleanSupplier pause) {
        fresh = false;
        over |= !helps;
        if (!over && !pause.getAsBoolean()) {
            over = lost && repeat == Repeat.BY_KEY || !nextTarget();
        }
        return !over;
    }

    /// Goes on to the next upstream; returns whether there is one.
    private boolean nextTarget() {
        var targets = request.upstream().targets();
        do {
            place++;
        } while (place < targets.size() && !targets.get(place).serves(request.key()));
        target = place < targets.size() ? targets.get(place) : target;
        return place < targets.size();
    }

    /// Forgets the body: the JDK keeps the request as long as its answer is read.
    @Override
    public void close() {
        forgetBody.run();
    }
}
