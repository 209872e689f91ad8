package fakestream.endpoint;

import fakestream.config.StreamMode;
import fakestream.http.HttpError;
import fakestream.json.Json;
import fakestream.json.JsonBoolean;
import fakestream.json.JsonException;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.Parts;
import fakestream.protocol.ApiError;
import fakestream.protocol.BadRequest;
import java.nio.charset.StandardCharsets;

/// What a client asks with the body of its request. It may be as long as a book, and its answer may
/// take minutes: so it is kept once, in the bytes that it came in, of which what goes upstream is
/// made of parts, and only while it may have to be asked. What it takes to tell the answer stays.
/// For one thread.
final class ApiRequest {
    /// Names are kept, logged and compared; those of real models are far shorter.
    private static final int LONGEST_MODEL = 512;

    private final ApiCall ask;
    private final String model;
    private final boolean streamed;
    private final JsonObject told;
    /// Null once it was let go of.
    private JsonObject request;

    private ApiRequest(ApiCall ask, JsonObject request) {
        this.ask = ask;
        this.request = request;
        this.told = ask.protocol().told(request).detached();
        var named = request.string("model");
        this.model = ask.model().orElse(named == null ? "" : named);
        this.streamed = ask.alwaysStreams() || JsonBoolean.TRUE.equals(request.get("stream"));
    }

    /// Reads it from a body.
    ///
    /// @throws HttpError where it is none that the upstream could be asked
    static ApiRequest read(ApiCall ask, byte[] body) throws HttpError {
        try {
            if (!(Json.parse(body) instanceof JsonObject request)) {
                throw badRequest(null, "the request's body must be a JSON object");
            }
            checkStream(request);
            checkModel(request.string("model"));
            ask.protocol().check(request);
            return new ApiRequest(ask, request);
        } catch (JsonException e) {
            throw badRequest(null, "the request's body is not JSON: " + e.getMessage());
        } catch (BadRequest e) {
            throw new HttpError(400, e.error());
        }
    }

    /// Whether a model's name is not too long.
    ///
    /// @param name null where there is none
    /// @throws HttpError 400 where it is
    static void checkModel(String name) throws HttpError {
        if (name != null && (name.length() > LONGEST_MODEL
                || name.getBytes(StandardCharsets.UTF_8).length > LONGEST_MODEL)) {
            throw badRequest("model", "'model' is longer than " + LONGEST_MODEL + " bytes");
        }
    }

    /// OpenAI's schema lets `stream` be null.
    private static void checkStream(JsonObject request) throws HttpError {
        var stream = request.get("stream");
        if (stream != null && !(stream instanceof JsonBoolean || stream instanceof JsonNull)) {
            throw badRequest("stream", "'stream' must be true or false");
        }
    }

    private static HttpError badRequest(String param, String message) {
        return new HttpError(400, ApiError.invalidRequest(null, param, message));
    }

    /// Which model is asked; empty where none is named.
    String model() {
        return model;
    }

    /// Whether the client wants a stream.
    boolean isStreamed() {
        return streamed;
    }

    /// How it gets one; to be asked before it is let go of.
    StreamMode mode(StreamModes modes) {
        return modes.of(model, request);
    }

    /// What the telling of its answer depends on.
    JsonObject told() {
        return told;
    }

    /// As the upstream is asked for a whole answer. It is let go of with that.
    Parts forWhole() {
        var whole = Parts.of(ask.protocol().whole(request));
        forget();
        return whole;
    }

    /// As the upstream is asked for its own stream.
    ///
    /// @param last whether it is let go of, and not asked for a whole answer after that
    Parts forStream(boolean last) {
        var streamed = Parts.of(request);
        request = last ? null : request;
        return streamed;
    }

    /// It will not be asked again.
    void forget() {
        request = null;
    }
}
