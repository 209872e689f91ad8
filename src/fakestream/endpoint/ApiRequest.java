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
import fakestream.protocol.Protocol;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// A client's request body. It may be as long as a book, and its answer may take minutes. So it is
/// kept once, in its original bytes, as long as the upstream may still be asked; the body for the
/// upstream is made of parts of it. The fields that the answer's form needs stay. For one thread.
final class ApiRequest {
    /// In bytes. Model names are kept, logged and compared; real ones are far shorter.
    private static final int LONGEST_MODEL = 512;

    private final ApiTarget target;
    private final String model;
    private final boolean streamed;
    private final JsonObject told;
    /// Null once it was released.
    private JsonObject request;

    /// Parses a request body.
    ///
    /// @throws HttpError 400 if it is no valid request
    ApiRequest(ApiTarget target, byte[] body) throws HttpError {
        this.target = target;
        this.request = parsed(target.protocol(), body);
        this.told = target.protocol().told(request).detached();
        this.model = target.model().orElse(Objects.requireNonNullElse(request.string("model"), ""));
        this.streamed = target.alwaysStreams() || JsonBoolean.TRUE.equals(request.get("stream"));
    }

    private static JsonObject parsed(Protocol protocol, byte[] body) throws HttpError {
        try {
            if (!(Json.parse(body) instanceof JsonObject request)) {
                throw badRequest(null, "the request's body must be a JSON object");
            }
            var stream = request.get("stream");
            // OpenAI's schema lets it be null.
            if (stream != null && !(stream instanceof JsonBoolean || stream instanceof JsonNull)) {
                throw badRequest("stream", "'stream' must be true or false");
            }
            checkModel(request.string("model"));
            var refusal = protocol.refusal(request);
            if (refusal.isPresent()) {
                throw new HttpError(400, refusal.get());
            }
            return request;
        } catch (JsonException e) {
            throw badRequest(null, "the request's body is not JSON: " + e.getMessage());
        }
    }

    /// Checks that a model's name is not too long.
    ///
    /// @param name null if there is none
    /// @throws HttpError 400 if it is too long
    static void checkModel(String name) throws HttpError {
        if (name != null && (name.length() > LONGEST_MODEL
                || name.getBytes(StandardCharsets.UTF_8).length > LONGEST_MODEL)) {
            throw badRequest("model", "'model' is longer than " + LONGEST_MODEL + " bytes");
        }
    }

    private static HttpError badRequest(String param, String message) {
        return new HttpError(400, ApiError.invalidRequest(null, param, message));
    }

    /// The requested model; empty if none is named.
    String model() {
        return model;
    }

    /// Whether the client wants a stream.
    boolean isStreamed() {
        return streamed;
    }

    /// How the client gets a stream; to be called before the request is released.
    StreamMode mode(StreamModes modes) {
        return modes.of(model, request);
    }

    /// The fields of the request that the answer's form depends on.
    JsonObject told() {
        return told;
    }

    /// The body that asks the upstream for a whole answer.
    Parts forWhole() {
        return Parts.of(target.protocol().whole(request));
    }

    /// The body that asks the upstream for its own stream.
    Parts forStream() {
        return Parts.of(request);
    }

    /// Releases the request; it will not be sent again.
    void forget() {
        request = null;
    }
}
