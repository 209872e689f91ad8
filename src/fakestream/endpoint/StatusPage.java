package fakestream.endpoint;

import fakestream.config.Config;
import fakestream.config.Setting;
import fakestream.http.Response;
import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.Stream;

/// `GET /api/status`, in the form of this program's ancestor. It asks nothing of the upstream and
/// shows no key.
public final class StatusPage {
    private final String version;
    private final Config config;

    public StatusPage(String version, Config config) {
        this.version = version;
        this.config = config;
    }

    /// @param showsUpstream whether to show the upstream's URL; otherwise the field is empty
    public Response reply(boolean showsUpstream) {
        return Response.json(200, new JsonObject.Builder()
                .add("status", "ok")
                .add("message", "fakestream is running")
                .add("timestamp", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString())
                .add("version", version)
                .add("features", new JsonObject.Builder()
                        .add("streaming", true).add("non_streaming", true).add("cors", true)
                        .build())
                .add("endpoints", new JsonArray(Stream.of("POST /v1/chat/completions",
                        "POST /v1/completions", "POST /v1/responses", "POST /v1/messages",
                        "POST /v1beta/models/{model}:streamGenerateContent", "POST /api/chat",
                        "GET /v1/models", "GET /v1/models/{id}", "GET /api/models",
                        "GET /v1beta/models", "GET /api/status", "GET /api/check",
                        "GET /api/clients")
                        .<JsonValue>map(JsonString::new).toList()))
                .add("environment", new JsonObject.Builder()
                        .add("has_api_key", config.get(Setting.OPENAI_API_KEY).isPresent())
                        .add("needs_key", !config.get(Setting.ALLOW_ENV_API_KEY)
                                || !config.get(Setting.PROXY_API_KEYS).isEmpty())
                        .add("source_api_url", showsUpstream
                                ? config.shown(Setting.SOURCE_API_URL) : "").build())
                .build());
    }
}
