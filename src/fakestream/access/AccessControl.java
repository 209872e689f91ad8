package fakestream.access;

import fakestream.config.Config;
import fakestream.config.Secret;
import fakestream.config.Setting;
import fakestream.connections.Capacity;
import fakestream.http.ClientAddress;
import fakestream.http.ClientExchange;
import fakestream.http.HttpError;
import fakestream.http.UpstreamKey;
import fakestream.protocol.ApiError;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/// Checks each request for the upstream: its key and its rate before the body is read, and then
/// whether there is a place. A request whose body is still coming holds no place, or a few slow
/// ones would keep all others out; while all places are taken, it is refused without its body.
public final class AccessControl {
    /// A request that was let through. It holds a place from [#enter()] until it is closed. Used
    /// by one thread.
    public final class Admitted implements AutoCloseable {
        private final UpstreamKey key;
        private final Supplier<String> caller;
        private boolean entered;

        private Admitted(UpstreamKey key, Supplier<String> caller) {
            this.key = key;
            this.caller = caller;
        }

        /// The key for the upstream.
        public UpstreamKey key() {
            return key;
        }

        /// Tells who made the request: a digest of its own key, or else its address.
        public Supplier<String> caller() {
            return caller;
        }

        /// Takes a place, once. Called when the request's body is there.
        ///
        /// @throws HttpError 503 where there is none
        public void enter() throws HttpError {
            entered = admission.enter(places);
            if (!entered) {
                throw overloaded();
            }
        }

        @Override
        public void close() {
            if (entered) {
                admission.leave();
            }
        }
    }

    private static final int LONGEST_RETRY_SECONDS = 3;

    /// Wrong keys of one address in a minute. A right key passes at any time, for the address may
    /// be a balancer's. So this limit spares the processor and the log; only long keys help against
    /// guessing.
    public static final int MOST_WRONG_KEYS = 10;

    private final Authenticator keys;
    private final RateLimiter rate;
    private final RateLimiter wrongKeys;
    private final ConcurrencyLimiter admission;
    private final int perMinute;
    private final boolean trustsProxy;
    private final int places;

    /// The limits live on when other settings make another gate.
    public AccessControl(Config config, RateLimiter rate, RateLimiter wrongKeys,
            ConcurrencyLimiter admission) {
        this.keys = new Authenticator(config);
        this.rate = rate;
        this.wrongKeys = wrongKeys;
        this.admission = admission;
        this.perMinute = config.get(Setting.RATE_LIMIT_PER_MINUTE);
        this.trustsProxy = config.get(Setting.TRUST_PROXY);
        this.places = places(config);
    }

    /// Lets a request through, whose body need not have come.
    ///
    /// @throws HttpError 401 for the key, 429 for the rate or too many wrong keys, 503 where
    ///     all places are taken
    public Admitted pass(ClientExchange client, Authenticator.Form form) throws HttpError {
        if (!knows(client)) {
            throw Authenticator.unauthorised(client);
        }
        var key = keys.upstreamKey(client, form);
        client.hasShownKey();
        limitRate(client);
        if (!admission.hasRoom(places)) {
            throw overloaded();
        }
        return new Admitted(key, () -> nameOf(client));
    }

    /// Lets a request through that goes no further than this proxy, and takes no place.
    ///
    /// @throws HttpError 401 for the key, 429 for the rate or too many wrong keys
    public void passHere(ClientExchange client) throws HttpError {
        if (!knows(client)) {
            throw Authenticator.unauthorised(client);
        }
        limitRate(client);
    }

    /// Whether a request may know what only the proxy's own clients may.
    ///
    /// @throws HttpError 429 for too many wrong keys
    public boolean knows(ClientExchange client) throws HttpError {
        var knows = keys.knows(client);
        if (!knows) {
            countWrongKey(client);
        }
        return knows;
    }

    /// Whether every place is taken.
    public boolean isFull() {
        return admission.open() >= places;
    }

    /// MAX_STREAMS, or as many as this process can hold.
    private static int places(Config config) {
        var given = config.get(Setting.MAX_STREAMS);
        return given > 0 ? given : Capacity.ofThisProcess().streams();
    }

    private void limitRate(ClientExchange client) throws HttpError {
        if (perMinute > 0) {
            var own = nameOf(client);
            check(rate.take(keys.canProve() ? List.of(own) : List.of(own, addressOf(client)),
                    perMinute), "rate_limit_exceeded", "more than " + perMinute
                    + " requests in a minute (RATE_LIMIT_PER_MINUTE); the next one");
        }
    }

    /// A request without a key is no try.
    private void countWrongKey(ClientExchange client) throws HttpError {
        if (Authenticator.shownKey(client).isPresent()) {
            check(wrongKeys.take(List.of(addressOf(client)), MOST_WRONG_KEYS),
                    "too_many_wrong_keys", "more than " + MOST_WRONG_KEYS + " wrong API keys in a "
                    + "minute came from this address; a right one may come at any time, another");
        }
    }

    private String nameOf(ClientExchange client) {
        return Authenticator.shownKey(client).map(key -> "key " + new Secret(key).digest())
                .orElseGet(() -> addressOf(client));
    }

    private String addressOf(ClientExchange client) {
        return "address " + ClientAddress.of(client.address(), client.headers(), trustsProxy);
    }

    /// @param what happened too often, and may happen again
    private static void check(Duration wait, String code, String what) throws HttpError {
        if (!wait.isZero()) {
            var seconds = wait.plusNanos(999_999_999).toSeconds();
            throw new HttpError(429, ApiError.of("rate_limit_error", code, null,
                    what + " may come in " + seconds + " s"), retryAfter(seconds));
        }
    }

    /// The clients come back at different times, not all at once.
    private HttpError overloaded() {
        var seconds = ThreadLocalRandom.current().nextInt(1, LONGEST_RETRY_SECONDS + 1);
        return new HttpError(503, ApiError.of("server_error", "overloaded", null,
                "fakestream serves " + places + " requests at once (MAX_STREAMS), and all places "
                + "are taken; try again in " + seconds + " s"), retryAfter(seconds));
    }

    private static Map<String, String> retryAfter(long seconds) {
        return Map.of("Retry-After", Long.toString(seconds));
    }
}
