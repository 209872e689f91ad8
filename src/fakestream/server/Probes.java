package fakestream.server;

import fakestream.config.Config;
import fakestream.config.Setting;
import fakestream.json.JsonObject;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// What those are told that watch the proxy: whether it lives, whether it can take requests, which
/// program it is, and its figures. Nothing of it asks the upstream, for whose failures nobody
/// should restart a proxy; and none of it needs a key.
final class Probes {
    private final Lifetime lifetime;
    private final Gate gate;
    private final BodyMemory memory;
    private final Duration interval;
    private final Metrics metrics;
    private final boolean showsMetrics;
    private final Reply version;

    /// @param gate whose places tell whether there is room
    Probes(Config config, Shared shared, Gate gate) {
        this.lifetime = shared.lifetime();
        this.gate = gate;
        this.memory = shared.memory();
        this.interval = config.get(Setting.HEARTBEAT_INTERVAL_MS);
        this.metrics = shared.metrics();
        this.showsMetrics = config.get(Setting.METRICS);
        this.version = Reply.json(200, new JsonObject.Builder()
                .add("version", shared.build().version())
                .add("revision", shared.build().revision())
                .add("java", Runtime.version().toString()).build());
    }

    /// What there is at one of their routes; empty where there is nothing.
    Optional<Reply> reply(Route route) {
        return switch (route.kind()) {
            case HEALTH -> Optional.of(route.name().equals("health") ? status(200, "ok")
                    : Reply.text(200, "ok\n"));
            case READY -> Optional.of(lifetime.isRefusing() ? status(503, "draining")
                    : lifetime.isStarting() ? status(503, "starting")
                    : gate.isFull() || memory.isFullFor(interval) ? status(503, "saturated")
                    : status(200, "ready"));
            case VERSION -> Optional.of(version);
            case METRICS -> showsMetrics ? Optional.of(Reply.text(200, metrics.expose())
                    .with(Map.of("Content-Type", Exposition.TYPE))) : Optional.empty();
            case CHAT, COMPLETIONS, RESPONSES, MESSAGES, GENERATE, MODELS, STATUS, CHECK, CLIENTS,
                    PAGE, OTHER, NONE -> Optional.empty();
        };
    }

    private static Reply status(int code, String word) {
        return Reply.json(code, new JsonObject.Builder().add("status", word).build());
    }
}
