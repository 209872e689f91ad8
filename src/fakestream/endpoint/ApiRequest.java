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
import java.util.Map;

/// A client's request body, JSON or a form. It may be as long as a book, and its answer may take
/// minutes. So it is kept once, in its original bytes, as long as the upstream may still be asked;
/// the body for the upstream is made of parts of it. The fields that the answer's form needs stay.
/// For one thread.
final class ApiRequest {
    /// In bytes. Model names are kept, logged and compared; real ones are far shorter.
    private static final int LONGEST_MODEL = 512;

    private static final String JSON = "application/json";

    private final ApiTarget target;
    private final String type;
    private final String model;
    private final boolean streamed;
    private final JsonObject told;
    /// Null once it was released.
    private JsonObject request;
    /// Null if the body is JSON, and once it was released.
    private Multipart form;
    /// The bytes that the request was read from; null if the request does not pass on as it came,
    /// and once it was released.
    private byte[] body;

    private ApiRequest(ApiTarget target, String type, byte[] body, JsonObject request,
            Multipart form) {
        this.target = target;
        this.type = type;
        this.request = request;
        this.form = form;
        this.told = target.protocol().told(request).detached();
        var named = request.string("model");
        this.model = target.model().orElse(named == null ? "" : named);
        this.streamed = target.alwaysStreams() || target.protocol().streams(request);
        this.body = !streamed && target.protocol().passesWhole() ? body : null;
    }

    /// Parses a request body.
    ///
    /// @param type the request's `Content-Type`; null if it has none
    /// @throws HttpError 400 if it is no valid request
    static ApiRequest read(ApiTarget target, String type, byte[] body) throws HttpError {
        if (target.protocol().takesForms() && Multipart.is(type)) {
            var form = Multipart.read(type, body);
            return checked(new ApiRequest(target, type, body, form.fields(), form));
        }
        try {
            if (!(Json.parse(body) instanceof JsonObject request)) {
                throw badRequest(null, "the request's body must be a JSON object");
            }
            return checked(new ApiRequest(target, JSON, body, request, null));
        } catch (JsonException e) {
            throw badRequest(null, "the request's body is not JSON: " + e.getMessage());
        }
    }

    private static ApiRequest checked(ApiRequest read) throws HttpError {
        if (!read.target.protocol().passesWhole()) {
            checkStream(read.request);
        }
        checkModel(read.request.string("model"));
        try {
            read.target.protocol().check(read.request);
            return read;
        } catch (BadRequest e) {
            throw new HttpError(400, e.error());
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

    /// The headers of the request for the upstream that depend on its API and its form.
    Map<String, String> headers() {
        return Map.of("Content-Type", type, "Accept", target.protocol().accepts());
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

    /// What the request for a whole answer says; it is the same for a repeated request.
    Parts content() {
        var whole = target.protocol().whole(request);
        return form == null ? Parts.of(whole) : form.content(whole);
    }

    /// The body that asks the upstream for a whole answer. Releases the request.
    Parts forWhole() {
        var whole = body(target.protocol().whole(request));
        forget();
        return whole;
    }

    /// The body that asks the upstream for its own stream.
    ///
    /// @param last whether to release the request, because no request for a whole answer follows
    Parts forStream(boolean last) {
        var streamed = body(request);
        if (last) {
            forget();
        }
        return streamed;
    }

    private Parts body(JsonObject members) {
        return form == null ? Parts.of(members) : form.with(members);
    }

    /// The body as it came. Releases the request.
    Parts asItCame() {
        var came = Parts.of(body);
        forget();
        return came;
    }

    /// Releases the request; it will not be sent again.
    void forget() {
        request = null;
        form = null;
        body = null;
    }
}
