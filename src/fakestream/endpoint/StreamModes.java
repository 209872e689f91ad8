package fakestream.endpoint;

import fakestream.concurrent.Guard;
import fakestream.config.Config;
import fakestream.config.ModelRule;
import fakestream.config.Setting;
import fakestream.config.StreamMode;
import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.StreamRefusal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/// Decides for each request how to get its stream, and remembers for a while which models the
/// upstream will not stream, and which it will only stream.
public final class StreamModes {
    private static final Duration REMEMBERED = Duration.ofMinutes(10);
    /// The most models, and the most UTF-16 units of their names; beyond either the oldest goes.
    private static final int MOST_REMEMBERED = 1000;
    private static final int MOST_OF_NAMES = 128 * 1024;

    /// Statuses by which upstreams say that they cannot stream at all.
    private static final Set<Integer> REFUSALS = Set.of(400, 403, 404, 405, 415, 422, 501);

    private final Guard guard = new Guard();
    private final StreamMode mode;
    private final List<ModelRule<StreamMode>> models;
    private final List<String> streamOnly;
    /// The oldest first. The guard protects it and the size of its names.
    private final SequencedMap<String, Learned> learned = new LinkedHashMap<>();
    private int sizeOfNames;

    /// The only way in which the upstream answers for a model.
    enum Way { WHOLE, STREAMED }

    private record Learned(Way way, long since) {
    }

    StreamModes(Config config) {
        this.mode = config.get(Setting.STREAM_MODE);
        this.models = config.get(Setting.STREAM_MODE_MODELS);
        this.streamOnly = config.get(Setting.STREAM_ONLY_MODELS);
    }

    /// How to get a stream: [StreamMode#FAKE], [StreamMode#REAL], or [StreamMode#AUTO] if it must
    /// be tried.
    ///
    /// @param chosen the mode that the caller chooses instead of the settings
    StreamMode of(Optional<StreamMode> chosen, String model, JsonObject request) {
        var wanted = chosen.orElseGet(() -> configured(model));
        return switch (wanted) {
            case FAKE, REAL -> wanted;
            case TOOLS -> hasTools(request) ? StreamMode.FAKE : StreamMode.REAL;
            case AUTO -> isKnown(model, Way.WHOLE) ? StreamMode.FAKE : StreamMode.AUTO;
        };
    }

    private StreamMode configured(String model) {
        return ModelRule.first(models, model).orElse(mode);
    }

    /// Whether the upstream says that it cannot stream this model.
    static boolean refusesStreams(ReadAnswer answer, String model) {
        return answer instanceof ReadAnswer.Failed failed
                && failed.json() instanceof JsonValue body
                && REFUSALS.contains(failed.head().status())
                && StreamRefusal.deniesStreams(body, model);
    }

    /// Whether a whole answer must be folded from a stream.
    boolean mustFold(String model) {
        return streamOnly.stream().anyMatch(pattern -> ModelRule.fits(pattern, model))
                || isKnown(model, Way.STREAMED);
    }

    /// Whether the answer to a request for a whole answer says that the upstream only streams this
    /// model; then remembers it.
    boolean learnsToFold(ReadAnswer answer, String model) {
        var learns = answer instanceof ReadAnswer.Failed failed
                && failed.json() instanceof JsonValue body
                && StreamRefusal.demandsStreams(body, model);
        if (learns) {
            remember(model, Way.STREAMED);
        }
        return learns;
    }

    /// Remembers that the upstream answers only in this way for a model, and no more in the other.
    void remember(String model, Way way) {
        guard.run(() -> {
            forget(model);
            learned.put(model, new Learned(way, System.nanoTime()));
            sizeOfNames += model.length();
            while (learned.size() > MOST_REMEMBERED || sizeOfNames > MOST_OF_NAMES) {
                forget(learned.firstEntry().getKey());
            }
        });
    }

    private boolean isKnown(String model, Way way) {
        return guard.get(() -> {
            var known = learned.get(model);
            return known != null && known.way == way
                    && System.nanoTime() - known.since < REMEMBERED.toNanos();
        });
    }

    private void forget(String model) {
        sizeOfNames -= learned.remove(model) == null ? 0 : model.length();
    }

    private static boolean hasTools(JsonObject request) {
        return request.get("tools") instanceof JsonArray(var tools) && !tools.isEmpty()
                || request.get("functions") instanceof JsonArray(var old) && !old.isEmpty();
    }
}
