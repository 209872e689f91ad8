package fakestream.endpoint;

import fakestream.access.AccessControl;
import fakestream.config.Config;
import fakestream.config.Setting;
import fakestream.http.BodyMemory;
import fakestream.http.Response;
import fakestream.http.ServerState;
import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.telemetry.Build;
import fakestream.telemetry.Metrics;
import fakestream.telemetry.PrometheusText;
import fakestream.upstream.Upstream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Answers monitors of the proxy: whether it lives, whether it can take requests, its version, its
/// settings, and its metrics. No probe asks the upstream, because an upstream failure is no reason
/// to restart the proxy; and no probe needs a key.
public final class Probes {
    private final Config config;
    private final Build build;
    private final ServerState serverState;
    private final AccessControl gate;
    private final BodyMemory memory;
    private final Metrics metrics;

    /// @param gate tells whether there is room
    public Probes(Config config, Build build, ServerState serverState, AccessControl gate,
            BodyMemory memory, Metrics metrics) {
        this.config = config;
        this.build = build;
        this.serverState = serverState;
        this.gate = gate;
        this.memory = memory;
        this.metrics = metrics;
    }

    /// Whether the process lives.
    ///
    /// @param name the probe's name; `health` is llama.cpp's, and answers in JSON
    public Response health(String name) {
        return name.equals("health") ? status(200, "ok") : Response.text(200, "ok\n");
    }

    /// Whether it can take a request now.
    public Response ready() {
        var patience = config.get(Setting.HEARTBEAT_INTERVAL_MS);
        return serverState.isRefusing() ? status(503, "draining")
                : serverState.isStarting() ? status(503, "starting")
                : gate.isFull() || memory.isFullFor(patience) ? status(503, "saturated")
                : status(200, "ready");
    }

    /// The version of this program.
    public Response version() {
        return Response.json(200, new JsonObject.Builder()
                .add("version", build.version())
                .add("revision", build.revision())
                .add("java", Runtime.version().toString()).build());
    }

    /// `GET /api/status`, in the form of this program's ancestor. It shows no key.
    ///
    /// @param showsUpstream whether to show the upstream's URL; otherwise the field is empty
    public Response status(boolean showsUpstream) {
        return Response.json(200, new JsonObject.Builder()
                .add("status", "ok")
                .add("message", "fakestream is running")
                .add("timestamp", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString())
                .add("version", build.version())
                .add("features", new JsonObject.Builder()
                        .add("streaming", true).add("non_streaming", true).add("cors", true)
                        .build())
                .add("endpoints", new JsonArray(Stream.of("POST /v1/chat/completions",
                        "POST /v1/completions", "POST /v1/responses", "POST /v1/messages",
                        "POST /v1/images/generations", "POST /v1/images/edits",
                        "POST /v1/audio/transcriptions", "POST /v1/audio/speech",
                        "POST /v1beta/models/{model}:streamGenerateContent", "POST /api/chat",
                        "GET /v1/models", "GET /v1/models/{id}", "GET /api/models",
                        "GET /v1beta/models", "GET /api/status", "GET /api/check",
                        "GET /api/clients")
                        .<JsonValue>map(JsonString::new).toList()))
                .add("environment", new JsonObject.Builder()
                        .add("has_api_key", !config.get(Setting.OPENAI_API_KEY).isEmpty())
                        .add("needs_key", !config.get(Setting.ALLOW_ENV_API_KEY)
                                || !config.get(Setting.PROXY_API_KEYS).isEmpty())
                        .add("source_api_url", showsUpstream
                                ? config.shown(Setting.SOURCE_API_URL) : "")
                        .add("upstream_proxy", showsUpstream ? Upstream.proxy(config) : "")
                        .build())
                .build());
    }

    /// The metrics; empty if the settings hide them.
    public Optional<Response> metrics() {
        return config.get(Setting.METRICS) ? Optional.of(Response.text(200, metrics.expose())
                .with(Map.of("Content-Type", PrometheusText.TYPE))) : Optional.empty();
    }

    private static Response status(int code, String word) {
        return Response.json(code, new JsonObject.Builder().add("status", word).build());
    }
}
