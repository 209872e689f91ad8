package fakestream.endpoint;

import fakestream.config.StreamMode;
import fakestream.http.HttpError;
import fakestream.json.Json;
import fakestream.json.JsonBoolean;
import fakestream.json.JsonException;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.Parts;
import fakestream.protocol.ApiError;
import fakestream.protocol.Protocol;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// A client's request body, JSON or a form. It may be as long as a book, and its answer may take
/// minutes. So it is kept once, in its original bytes, as long as the upstream may still be asked;
/// the body for the upstream is made of parts of it. The fields that the answer's form needs stay.
/// For one thread.
final class ApiRequest {
    /// In bytes. Model names are kept, logged and compared; real ones are far shorter.
    private static final int LONGEST_MODEL = 512;
    private static final String JSON = "application/json";

    private final ApiTarget target;
    /// The media type of the body for the upstream.
    private final String type;
    private final String model;
    /// The mode that the caller chooses.
    private final Optional<StreamMode> chosen;
    private final boolean streamed;
    private final JsonObject told;
    /// Null once it was released.
    private JsonObject request;
    /// Null if the body is JSON, and once it was released.
    private Multipart form;
    /// A request that passes on as it came; otherwise null, and once it was released.
    private Parts asItCame;

    /// Parses a request body. A prefix of the model's name that chooses the mode is taken off.
    ///
    /// @param type the request's `Content-Type`; null if it has none
    /// @throws HttpError 400 if it is no valid request
    ApiRequest(ApiTarget target, String type, byte[] body) throws HttpError {
        var protocol = target.protocol();
        this.target = target;
        this.form = protocol.takesForms() && Multipart.is(type) ? Multipart.read(type, body) : null;
        this.type = form == null ? JSON : type;
        var sent = form == null ? parsed(body) : form.fields();
        var named = StreamMode.in(Objects.requireNonNullElse(sent.string("model"), ""));
        this.chosen = target.mode().or(named::mode);
        this.request = named.mode().isEmpty() ? sent
                : sent.with("model", new JsonString(named.model()));
        check(protocol, request);
        this.told = protocol.told(request).detached();
        this.model = target.model().orElse(named.model());
        this.streamed = target.alwaysStreams() || protocol.streams(request);
        this.asItCame = !passesOn() ? null
                : named.mode().isEmpty() ? Parts.of(body) : body(request);
    }

    private static JsonObject parsed(byte[] body) throws HttpError {
        try {
            if (!(Json.parse(body) instanceof JsonObject request)) {
                throw badRequest(null, "the request's body must be a JSON object");
            }
            return request;
        } catch (JsonException e) {
            throw badRequest(null, "the request's body is not JSON: " + e.getMessage());
        }
    }

    private static void check(Protocol protocol, JsonObject request) throws HttpError {
        var stream = request.get("stream");
        // OpenAI's schema lets it be null.
        if (stream != null && !(stream instanceof JsonBoolean || stream instanceof JsonNull)
                && !protocol.passesWhole()) {
            throw badRequest("stream", "'stream' must be true or false");
        }
        checkModel(request.string("model"));
        var refusal = protocol.refusal(request);
        if (refusal.isPresent()) {
            throw new HttpError(400, refusal.get());
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

    /// Whether the request and its answer pass on as they come.
    boolean passesOn() {
        return !streamed && target.protocol().passesWhole();
    }

    /// How the client gets a stream; to be called before the request is released.
    StreamMode mode(StreamModes modes) {
        return modes.of(chosen, model, request);
    }

    /// The fields of the request that the answer's form depends on.
    JsonObject told() {
        return told;
    }

    /// The request for a whole answer without a boundary, so that a repeated request has the same.
    Parts content() {
        var whole = target.protocol().whole(request);
        return form == null ? Parts.of(whole) : form.content(whole);
    }

    /// The body that asks the upstream for a whole answer.
    Parts forWhole() {
        return body(target.protocol().whole(request));
    }

    /// The body that asks the upstream for its own stream.
    Parts forStream() {
        return body(request);
    }

    /// The body that asks the upstream for a stream to fold into a whole answer.
    Parts toFold() {
        return body(target.protocol().toFold(request));
    }

    /// The same body after the request was released, made of the one that asked for a whole answer.
    Parts toFold(Parts whole) {
        return changed(whole, target.protocol()::toFold);
    }

    /// A body of this request with another name for the model, also after its release.
    Parts named(Parts body, String name) {
        return changed(body, members -> members.string("model") == null ? members
                : members.with("model", new JsonString(name)));
    }

    private Parts changed(Parts body, UnaryOperator<JsonObject> change) {
        try {
            var bytes = body.bytes();
            if (!type.equals(JSON)) {
                var sent = Multipart.read(type, bytes);
                return sent.with(change.apply(sent.fields()));
            }
            return Parts.of(change.apply((JsonObject) Json.parse(bytes)));
        } catch (HttpError | JsonException e) {
            throw new IllegalStateException("it was written as a request", e);
        }
    }

    private Parts body(JsonObject members) {
        return form == null ? Parts.of(members) : form.with(members);
    }

    /// The body as it came, except for a prefix of the model's name.
    Parts asItCame() {
        return asItCame;
    }

    /// Releases the request; it will not be sent again.
    void forget() {
        request = null;
        form = null;
        asItCame = null;
    }
}
