package fakestream.server;

import fakestream.config.StreamMode;
import fakestream.http.Response;
import fakestream.json.Json;
import fakestream.json.JsonArray;
import fakestream.json.JsonException;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Lists each model once more for each mode, under the name that chooses the mode: some clients let
/// people only pick from the list. OpenAI and Anthropic list models under `data` by their `id`,
/// Gemini under `models` by its `name`.
record ModelList(List<StreamMode> modes) {
    /// A longer list passes unchanged: the response is built in memory, with all modes. In bytes.
    private static final int LONGEST = 2 * 1024 * 1024;

    /// Gemini's names begin with this; the prefix comes behind it.
    private static final String GEMINI = "models/";

    /// The members that clients show to people. Two models must not look the same.
    private static final List<String> SHOWN = List.of("id", "name", "display_name", "displayName");

    /// The response with the additional names; unchanged if it lists no models.
    Response with(Response response) {
        if (modes.isEmpty() || response.status() != 200 || response.body().length > LONGEST) {
            return response;
        }
        try {
            var list = Json.parse(response.body());
            var longer = list instanceof JsonObject object
                    ? longer(longer(object, "data", "id"), "models", "name") : list;
            return longer == list ? response : new Response(response.status(), response.headers(),
                    longer.toString().getBytes(StandardCharsets.UTF_8));
        } catch (JsonException _) {
            // Whoever sent it has sent no list.
            return response;
        }
    }

    private JsonObject longer(JsonObject list, String member, String name) {
        var all = new ArrayList<>(list.elements(member));
        var models = list.objects(member).stream()
                .filter(model -> model.string(name) != null).toList();
        for (var mode : modes) {
            models.forEach(model -> all.add(named(model, mode)));
        }
        return models.isEmpty() ? list : list.with(member, new JsonArray(all));
    }

    private static JsonValue named(JsonObject model, StreamMode mode) {
        var named = model;
        for (var member : SHOWN) {
            if (model.string(member) instanceof String text) {
                named = named.with(member, new JsonString(text.startsWith(GEMINI)
                        ? GEMINI + mode.prefix() + text.substring(GEMINI.length())
                        : mode.prefix() + text));
            }
        }
        return named;
    }
}
