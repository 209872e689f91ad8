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

/// Checks each request for the upstream: its key and rate before its body is read, then whether a
/// place is free once the body has come. A few slow uploads would otherwise take all places. While
/// no place is free, a request is refused before its body is read.
public final class AccessControl {
    /// A request that has passed the checks. It holds a place from [#enter()] until it is closed.
    /// Used by one thread.
    public final class Admitted implements AutoCloseable {
        private final ClientExchange client;
        private final UpstreamKey key;
        private boolean entered;

        private Admitted(ClientExchange client, UpstreamKey key) {
            this.client = client;
            this.key = key;
        }

        /// The key for the upstream.
        public UpstreamKey key() {
            return key;
        }

        /// Names the caller: a digest of the key that it sent, or its address if it sent none.
        public String caller() {
            return nameOf(client);
        }

        /// Takes a place. Called once, when the request's body has arrived.
        ///
        /// @throws HttpError 503 if no place is free
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

    /// The wrong keys that one address may send in a minute. A right key always passes, because the
    /// address may be a balancer's. So this limit only saves processor time and log lines; only
    /// long keys help against guessing.
    public static final int MOST_WRONG_KEYS = 10;

    private final Authenticator keys;
    private final RateLimiter rate;
    private final RateLimiter wrongKeys;
    private final ConcurrencyLimiter admission;
    private final Config config;
    private final int places;

    /// The limiters are kept when changed settings create a new access control.
    public AccessControl(Config config, RateLimiter rate, RateLimiter wrongKeys,
            ConcurrencyLimiter admission) {
        this.keys = new Authenticator(config);
        this.rate = rate;
        this.wrongKeys = wrongKeys;
        this.admission = admission;
        this.config = config;
        var given = config.get(Setting.MAX_STREAMS);
        this.places = given > 0 ? given : Capacity.ofThisProcess().streams();
    }

    /// Admits a request; its body need not have come.
    ///
    /// @param header in which the upstream expects its key
    /// @throws HttpError 401 for a missing or wrong key, 429 for the rate or too many wrong keys,
    ///     503 if all places are taken
    public Admitted pass(ClientExchange client, String header) throws HttpError {
        if (!knows(client)) {
            throw Authenticator.unauthorised(client);
        }
        var key = keys.upstreamKey(client, header);
        client.hasShownKey();
        limitRate(client);
        if (!admission.hasRoom(places)) {
            throw overloaded();
        }
        return new Admitted(client, key);
    }

    /// Admits a request that goes no further than this proxy; it takes no place.
    ///
    /// @throws HttpError 401 for a missing or wrong key, 429 for the rate or too many wrong keys
    public void passHere(ClientExchange client) throws HttpError {
        if (!knows(client)) {
            throw Authenticator.unauthorised(client);
        }
        limitRate(client);
    }

    /// Whether a request may see data for the proxy's own clients only.
    ///
    /// @throws HttpError 429 if its address sends too many wrong keys; a missing key does not count
    public boolean knows(ClientExchange client) throws HttpError {
        var knows = keys.knows(client);
        if (!knows && Authenticator.shownKey(client).isPresent()) {
            check(wrongKeys.take(List.of(addressOf(client)), MOST_WRONG_KEYS),
                    "too_many_wrong_keys", "this address sent more than " + MOST_WRONG_KEYS
                    + " wrong API keys in a minute; a right key passes at any time, a wrong one");
        }
        return knows;
    }

    /// Whether every place is taken.
    public boolean isFull() {
        return admission.open() >= places;
    }

    private void limitRate(ClientExchange client) throws HttpError {
        var perMinute = config.get(Setting.RATE_LIMIT_PER_MINUTE);
        if (perMinute > 0) {
            var own = nameOf(client);
            check(rate.take(keys.canProve() ? List.of(own) : List.of(own, addressOf(client)),
                    perMinute), "rate_limit_exceeded", "this client sent more than " + perMinute
                    + " requests in a minute (RATE_LIMIT_PER_MINUTE); the next one");
        }
    }

    private String nameOf(ClientExchange client) {
        return Authenticator.shownKey(client).map(key -> "key " + new Secret(key).digest())
                .orElseGet(() -> addressOf(client));
    }

    private String addressOf(ClientExchange client) {
        return "address " + ClientAddress.of(client.address(), client.headers(),
                config.get(Setting.TRUST_PROXY));
    }

    /// @param what names the exceeded limit; the error's message begins with it
    private static void check(Duration wait, String code, String what) throws HttpError {
        if (!wait.isZero()) {
            var seconds = wait.plusNanos(999_999_999).toSeconds();
            throw new HttpError(429, ApiError.of("rate_limit_error", code, null,
                    what + " may come in " + seconds + " s"), retryAfter(seconds));
        }
    }

    /// The delay is random, so that the clients do not all come back at once.
    private HttpError overloaded() {
        var seconds = ThreadLocalRandom.current().nextInt(1, LONGEST_RETRY_SECONDS + 1);
        return new HttpError(503, ApiError.of("server_error", "overloaded", null,
                "fakestream already serves " + places + " requests (MAX_STREAMS); try again in "
                + seconds + " s"), retryAfter(seconds));
    }

    private static Map<String, String> retryAfter(long seconds) {
        return Map.of("Retry-After", Long.toString(seconds));
    }
}
