package fakestream.endpoint;

import fakestream.concurrent.Guard;
import fakestream.config.Config;
import fakestream.config.ModelMode;
import fakestream.config.Setting;
import fakestream.config.StreamMode;
import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.protocol.VendorError;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.regex.Pattern;

/// Decides for each request how to get its stream, and remembers for a while which models the
/// upstream will not stream.
public final class StreamModes {
    private static final Duration REMEMBERED = Duration.ofMinutes(10);
    /// The most models, and the most UTF-16 units of their names; beyond either the oldest goes.
    private static final int MOST_REMEMBERED = 1000;
    private static final int MOST_OF_NAMES = 128 * 1024;

    /// Statuses by which upstreams say that they cannot do this at all.
    private static final Set<Integer> REFUSALS = Set.of(400, 403, 404, 405, 415, 422, 501);

    /// The parameters that ask for a stream.
    private static final Set<String> PARAMETERS = Set.of("stream", "stream_options",
            "stream_format");
    /// Quoted words; they repeat the request, except the parameter itself.
    private static final Pattern QUOTED = Pattern.compile(
            "(?<!\\w)(['\"`])(?!stream\\b)[^'\"`]*+\\1(?!\\w)");
    /// How FastAPI names a parameter.
    private static final Pattern PLACE = Pattern.compile("^body\\.(\\w++)[^:]*+:");
    /// Phrases in which `stream` means the way of answering, and not a stream of sound or of bytes.
    private static final String STREAM = "(\\bstream(ing|ed)\\b|['\"`]stream['\"`]"
            + "|\\bstream(_(options|format)\\b|GenerateContent\\b|\\s*[=:]"
            + "| (mode|option|parameter|output)\\b)"
            + "|\\b(to|with|support|supports|parameter:?|argument:?|field:?) stream\\b|流式)";
    private static final String DENIAL = "(\\b(not|\\w+n't|cannot|only|must|disabled?|invalid"
            + "|without|unsupported|unknown|unable|unavailable|unrecognized|unexpected)\\b|不)";
    /// A sentence that denies streams. A gateway's `upstream_error` does not count.
    private static final Pattern REFUSAL = Pattern.compile("(?i)" + STREAM + "[^.。]*" + DENIAL
            + "|" + DENIAL + "[^.。]*" + STREAM + "|\\bstream (is )?(not (supported|allowed"
            + "|available|enabled)|unsupported|disabled)\\b");
    /// How much of a message is searched, in UTF-16 units.
    private static final int LONGEST_MESSAGE = 1000;

    private final Guard guard = new Guard();
    private final StreamMode mode;
    private final List<ModelMode> models;
    /// The oldest first.
    private final SequencedMap<String, Long> unstreamable = new LinkedHashMap<>();
    private int sizeOfNames;

    StreamModes(Config config) {
        this.mode = config.get(Setting.STREAM_MODE);
        this.models = config.get(Setting.STREAM_MODE_MODELS);
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
            case AUTO -> isUnstreamable(model) ? StreamMode.FAKE : StreamMode.AUTO;
        };
    }

    private StreamMode configured(String model) {
        return models.stream().filter(entry -> entry.fits(model))
                .map(ModelMode::mode).findFirst().orElse(mode);
    }

    /// Whether the upstream says that it cannot stream this model, and not that something else is
    /// wrong. Its error names the parameter, or denies streams in a sentence that does more than
    /// repeat the request.
    static boolean refusesStreams(ReadAnswer answer, String model) {
        if (!(answer instanceof ReadAnswer.Failed failed) || failed.json() == null
                || !REFUSALS.contains(failed.head().status())) {
            return false;
        }
        var error = VendorError.in(failed.json());
        if (error.object().get("param") instanceof JsonString(var name) && !name.isEmpty()) {
            return PARAMETERS.contains(name);
        }
        return isRefusal(error.message(), model);
    }

    /// Whether a message refuses streams; only the beginning of a long one is read.
    public static boolean isRefusal(String whole, String model) {
        var message = whole.substring(0, Math.min(whole.length(), LONGEST_MESSAGE));
        var place = PLACE.matcher(message);
        if (place.find()) {
            return PARAMETERS.contains(place.group(1));
        }
        var own = model.isEmpty() ? message
                : message.replaceAll("(?<!\\w)" + Pattern.quote(model) + "(?!\\w)", "");
        return REFUSAL.matcher(QUOTED.matcher(own).replaceAll("")).find();
    }

    /// Remembers that the upstream will not stream this model.
    void remember(String model) {
        guard.run(() -> {
            forget(model);
            unstreamable.put(model, System.nanoTime());
            sizeOfNames += model.length();
            while (unstreamable.size() > MOST_REMEMBERED || sizeOfNames > MOST_OF_NAMES) {
                forget(unstreamable.firstEntry().getKey());
            }
        });
    }

    private boolean isUnstreamable(String model) {
        return guard.get(() -> {
            var since = unstreamable.get(model);
            return since != null && System.nanoTime() - since < REMEMBERED.toNanos();
        });
    }

    private void forget(String model) {
        sizeOfNames -= unstreamable.remove(model) == null ? 0 : model.length();
    }

    private static boolean hasTools(JsonObject request) {
        return request.get("tools") instanceof JsonArray(var tools) && !tools.isEmpty()
                || request.get("functions") instanceof JsonArray(var old) && !old.isEmpty();
    }
}
