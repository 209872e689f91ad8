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

/// What those are told that watch the proxy: whether it lives, whether it can take requests, which
/// program it is, and its figures. Nothing of it asks the upstream, for whose failures nobody
/// should restart a proxy; and none of it needs a key.
public final class Probes {
    private final ServerState serverState;
    private final AccessControl gate;
    private final BodyMemory memory;
    private final Duration interval;
    private final Metrics metrics;
    private final boolean showsMetrics;
    private final Response version;

    /// @param gate whose places tell whether there is room
    public Probes(Config config, Build build, ServerState serverState, AccessControl gate,
            BodyMemory memory,
            Metrics metrics) {
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
    /// @param name of the probe: llama.cpp's answers in JSON
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

    /// Which program it is.
    public Response version() {
        return version;
    }

    /// Its figures; empty where the settings hide them.
    public Optional<Response> metrics() {
        return showsMetrics ? Optional.of(Response.text(200, metrics.expose())
                .with(Map.of("Content-Type", PrometheusText.TYPE))) : Optional.empty();
    }

    private static Response status(int code, String word) {
        return Response.json(code, new JsonObject.Builder().add("status", word).build());
    }
}
