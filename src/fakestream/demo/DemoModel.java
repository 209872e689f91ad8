package fakestream.demo;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The models of the demo; each shows one behaviour of an upstream.
enum DemoModel {
    ECHO("demo-echo", 0),
    LONG("demo-long", 10),
    TOOLS("demo-tools", 4),
    REASONING("demo-reasoning", 4),
    ERROR("demo-error", 5),
    CHOICES("demo-choices", 2),
    WAIT_65("demo-wait-65", 65),
    WAIT_130("demo-wait-130", 130),
    WAIT_310("demo-wait-310", 310);

    private static final String STORY = """
            This answer came in one piece, ten seconds after you asked for it. The heartbeats \
            before it kept the connection alive, and now it is told as a stream.

            它不会把字切开：你好，世界。 Nor will it cut 👨‍👩‍👧‍👦, 🇫🇷 or e\u0301 in two.

            ```java
            for (var piece : pieces) {
                stream.send(piece);
            }
            ```

            Joined, the pieces are the answer to the byte.""";

    private final String id;
    private final Duration delay;

    DemoModel(String id, int seconds) {
        this.id = id;
        this.delay = Duration.ofSeconds(seconds);
    }

    private DemoAnswer answer(DemoApi api, String message) {
        return this == ERROR
                ? DemoAnswer.error(500,
                        "The demo model fails on purpose, after the first heartbeat.")
                : api.answer(id, said(message));
    }

    /// The messages of the choices. A model that only waits tells how long it waited.
    private List<JsonObject> said(String message) {
        return switch (this) {
            case ECHO -> List.of(text("You said: " + message));
            case LONG -> List.of(text("You said: " + message + "\n\n" + STORY));
            case TOOLS -> List.of(new JsonObject.Builder().add("role", "assistant")
                    .add("content", JsonNull.NULL).add("tool_calls", JsonArray.of(
                            call("call_demo_1", "Paris"), call("call_demo_2", "東京"))).build());
            case REASONING -> List.of(text("Forty-two. 四十二。👩‍🚀")
                    .with("reasoning_content", new JsonString("The question was \"" + message
                            + "\". There is one answer that is always right.")));
            case CHOICES -> List.of(text("One way to put it: " + message),
                    text("Another way to put it, a little longer: " + message));
            default -> List.of(text("You waited " + delay.toSeconds() + " s."));
        };
    }

    /// The time that it takes to answer.
    Duration delay() {
        return delay;
    }

    static List<String> names() {
        return Arrays.stream(values()).map(model -> model.id).toList();
    }

    static DemoAnswer list() {
        var data = Arrays.stream(values()).<JsonValue>map(DemoModel::description).toList();
        return DemoAnswer.json(new JsonObject.Builder().add("object", "list")
                .add("data", new JsonArray(data)).build().toString());
    }

    static DemoAnswer describe(String id) {
        return named(id).map(model -> DemoAnswer.json(model.description().toString()))
                .orElseGet(() -> unknown(id));
    }

    /// Answers a request after the model's delay.
    ///
    /// @param longest the limit of any model's delay
    static DemoAnswer complete(String path, JsonObject request, Duration longest) {
        var api = DemoApi.at(path).orElse(null);
        if (api == null) {
            return DemoAnswer.error(404, "There is nothing at " + path + " in the demo.");
        }
        var id = api.model(path, request);
        return named(id).map(model -> {
            model.think(longest);
            return model.answer(api, DemoApi.message(request));
        }).orElseGet(() -> unknown(id));
    }

    private static Optional<DemoModel> named(String id) {
        return Arrays.stream(values()).filter(model -> model.id.equals(id)).findFirst();
    }

    private static DemoAnswer unknown(String id) {
        return DemoAnswer.error(404, "There is no model '" + id + "' in the demo; there are "
                + String.join(", ", names()) + ".");
    }

    /// Waits for the delay; closing the demo interrupts it.
    private void think(Duration longest) {
        try {
            Thread.sleep(delay.compareTo(longest) < 0 ? delay : longest);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private JsonObject description() {
        return new JsonObject.Builder().add("id", id).add("object", "model").add("created", 0)
                .add("owned_by", "fakestream").build();
    }

    private static JsonObject text(String content) {
        return new JsonObject.Builder().add("role", "assistant").add("content", content)
                .add("refusal", JsonNull.NULL).build();
    }

    private static JsonObject call(String id, String city) {
        var arguments = new JsonObject.Builder().add("city", city).build().toString();
        return new JsonObject.Builder().add("id", id).add("type", "function")
                .add("function", new JsonObject.Builder().add("name", "get_weather")
                        .add("arguments", arguments).build()).build();
    }
}
