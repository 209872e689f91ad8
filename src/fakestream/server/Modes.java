package fakestream.server;

import fakestream.config.Config;
import fakestream.config.ModelMode;
import fakestream.config.Setting;
import fakestream.config.StreamMode;
import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.upstream.UpstreamAnswer;
import fakestream.upstream.UpstreamException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

/// Decides for each request how its stream is got, and remembers for a while which models the
/// upstream will not stream.
final class Modes {
    private static final Duration REMEMBERED = Duration.ofMinutes(10);
    private static final int MOST_REMEMBERED = 1000;

    /// The statuses with which upstreams say that they cannot do this at all.
    private static final Set<Integer> REFUSALS = Set.of(400, 403, 404, 405, 415, 422, 501);
    /// A gateway's `upstream_error` is not about them.
    private static final Pattern ABOUT_STREAMS = Pattern.compile("(?i)(?<!up|down)stream");

    private final StreamMode mode;
    private final List<ModelMode> models;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Long> unstreamable = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    Modes(Config config) {
        this.mode = config.get(Setting.STREAM_MODE);
        this.models = config.get(Setting.STREAM_MODE_MODELS);
    }

    /// How to get a stream: [StreamMode#FAKE], [StreamMode#REAL], or [StreamMode#AUTO] where it
    /// must be tried.
    StreamMode of(String model, JsonObject request) {
        var configured = models.stream().filter(entry -> entry.fits(model))
                .map(ModelMode::mode).findFirst().orElse(mode);
        return switch (configured) {
            case FAKE, REAL -> configured;
            case TOOLS -> hasTools(request) ? StreamMode.FAKE : StreamMode.REAL;
            case AUTO -> isUnstreamable(model) ? StreamMode.FAKE : StreamMode.AUTO;
        };
    }

    /// Whether the upstream says that it cannot stream this, and not that something else is wrong.
    ///
    /// @throws UpstreamException where its answer breaks off
    static boolean refusesStreams(UpstreamAnswer answer) throws UpstreamException {
        return REFUSALS.contains(answer.status())
                && answer.json() instanceof JsonObject body
                && ABOUT_STREAMS.matcher(body.toString()).find();
    }

    /// The upstream will not stream this model.
    void remember(String model) {
        lock.lock();
        try {
            unstreamable.remove(model);
            unstreamable.put(model, System.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    private boolean isUnstreamable(String model) {
        lock.lock();
        try {
            var since = unstreamable.get(model);
            return since != null && System.nanoTime() - since < REMEMBERED.toNanos();
        } finally {
            lock.unlock();
        }
    }

    private static boolean hasTools(JsonObject request) {
        return request.get("tools") instanceof JsonArray(var tools) && !tools.isEmpty()
                || request.get("functions") instanceof JsonArray(var old) && !old.isEmpty();
    }
}
