package fakestream.endpoint;

import fakestream.access.Gate;
import fakestream.config.Config;
import fakestream.config.Setting;
import fakestream.http.BodyMemory;
import fakestream.http.Lifetime;
import fakestream.http.Reply;
import fakestream.json.JsonObject;
import fakestream.telemetry.Build;
import fakestream.telemetry.Exposition;
import fakestream.telemetry.Metrics;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// What those are told that watch the proxy: whether it lives, whether it can take requests, which
/// program it is, and its figures. Nothing of it asks the upstream, for whose failures nobody
/// should restart a proxy; and none of it needs a key.
public final class Probes {
    private final Lifetime lifetime;
    private final Gate gate;
    private final BodyMemory memory;
    private final Duration interval;
    private final Metrics metrics;
    private final boolean showsMetrics;
    private final Reply version;

    /// @param gate whose places tell whether there is room
    public Probes(Config config, Build build, Lifetime lifetime, Gate gate, BodyMemory memory,
            Metrics metrics) {
        this.lifetime = lifetime;
        this.gate = gate;
        this.memory = memory;
        this.interval = config.get(Setting.HEARTBEAT_INTERVAL_MS);
        this.metrics = metrics;
        this.showsMetrics = config.get(Setting.METRICS);
        this.version = Reply.json(200, new JsonObject.Builder()
                .add("version", build.version())
                .add("revision", build.revision())
                .add("java", Runtime.version().toString()).build());
    }

    /// Whether the process lives.
    ///
    /// @param name of the probe: llama.cpp's answers in JSON
    public Reply health(String name) {
        return name.equals("health") ? status(200, "ok") : Reply.text(200, "ok\n");
    }

    /// Whether it can take a request now.
    public Reply ready() {
        return lifetime.isRefusing() ? status(503, "draining")
                : lifetime.isStarting() ? status(503, "starting")
                : gate.isFull() || memory.isFullFor(interval) ? status(503, "saturated")
                : status(200, "ready");
    }

    /// Which program it is.
    public Reply version() {
        return version;
    }

    /// Its figures; empty where the settings hide them.
    public Optional<Reply> metrics() {
        return showsMetrics ? Optional.of(Reply.text(200, metrics.expose())
                .with(Map.of("Content-Type", Exposition.TYPE))) : Optional.empty();
    }

    private static Reply status(int code, String word) {
        return Reply.json(code, new JsonObject.Builder().add("status", word).build());
    }
}
