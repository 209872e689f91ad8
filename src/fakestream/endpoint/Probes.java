package fakestream.endpoint;

import fakestream.access.AccessControl;
import fakestream.config.Config;
import fakestream.config.Setting;
import fakestream.http.BodyMemory;
import fakestream.http.Response;
import fakestream.http.ServerState;
import fakestream.json.JsonObject;
import fakestream.telemetry.Build;
import fakestream.telemetry.Metrics;
import fakestream.telemetry.PrometheusText;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Answers monitors of the proxy: whether it lives, whether it can take requests, its version, and
/// its metrics. No probe asks the upstream, because an upstream failure is no reason to restart the
/// proxy; and no probe needs a key.
public final class Probes {
    private final ServerState serverState;
    private final AccessControl gate;
    private final BodyMemory memory;
    private final Duration interval;
    private final Metrics metrics;
    private final boolean showsMetrics;
    private final Response version;

    /// @param gate tells whether there is room
    public Probes(Config config, Build build, ServerState serverState, AccessControl gate,
            BodyMemory memory, Metrics metrics) {
        this.serverState = serverState;
        this.gate = gate;
        this.memory = memory;
        this.interval = config.get(Setting.HEARTBEAT_INTERVAL_MS);
        this.metrics = metrics;
        this.showsMetrics = config.get(Setting.METRICS);
        this.version = Response.json(200, new JsonObject.Builder()
                .add("version", build.version())
                .add("revision", build.revision())
                .add("java", Runtime.version().toString()).build());
    }

    /// Whether the process lives.
    ///
    /// @param name the probe's name; `health` is llama.cpp's, and answers in JSON
    public Response health(String name) {
        return name.equals("health") ? status(200, "ok") : Response.text(200, "ok\n");
    }

    /// Whether it can take a request now.
    public Response ready() {
        return serverState.isRefusing() ? status(503, "draining")
                : serverState.isStarting() ? status(503, "starting")
                : gate.isFull() || memory.isFullFor(interval) ? status(503, "saturated")
                : status(200, "ready");
    }

    /// The version of this program.
    public Response version() {
        return version;
    }

    /// The metrics; empty if the settings hide them.
    public Optional<Response> metrics() {
        return showsMetrics ? Optional.of(Response.text(200, metrics.expose())
                .with(Map.of("Content-Type", PrometheusText.TYPE))) : Optional.empty();
    }

    private static Response status(int code, String word) {
        return Response.json(code, new JsonObject.Builder().add("status", word).build());
    }
}
