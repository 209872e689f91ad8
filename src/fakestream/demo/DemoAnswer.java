package fakestream.demo;

import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import java.nio.charset.StandardCharsets;

/// An answer as the demo sends it.
///
/// @param type its media type
record DemoAnswer(int status, String type, byte[] body) {
    static DemoAnswer json(String body) {
        return json(200, body);
    }

    static DemoAnswer error(int status, String message) {
        var type = status < 500 ? "invalid_request_error" : "server_error";
        var error = new JsonObject.Builder().add("message", message).add("type", type)
                .add("param", JsonNull.NULL).add("code", JsonNull.NULL).build();
        return json(status, new JsonObject.Builder().add("error", error).build().toString());
    }

    private static DemoAnswer json(int status, String body) {
        return new DemoAnswer(status, "application/json", body.getBytes(StandardCharsets.UTF_8));
    }
}
