package fakestream.endpoint;

import fakestream.http.Response;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.ApiError;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.Protocol;
import fakestream.protocol.VendorError;
import fakestream.telemetry.RequestRecord;
import fakestream.telemetry.TokenUsage;
import fakestream.upstream.UpstreamAnswer;
import fakestream.upstream.UpstreamException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// An upstream's answer as a response to the client: its status, and its JSON in the original
/// bytes. Anything that is not JSON becomes an error in the API's form, so that no HTML and no half
/// of a body ever passes for an answer.
public final class AnswerResponse {
    /// How much of an upstream's plain text an error may quote.
    private static final int LONGEST_QUOTE = 200;

    /// An element whose text is not for people, closed or not, or any other tag. Neither search
    /// runs beyond the place where the next may begin, which keeps the time linear.
    private static final Pattern HTML = Pattern.compile(
            "(?is)<(script|style)\\b.*?(?:</\\1[^<>]*+>?|\\z)|<[^<>]*+>");

    private AnswerResponse() {
    }

    /// The response to a client that did not ask for a stream. It folds an upstream's stream into
    /// one answer, and brings an answer in nearly the API's form into that form. An invalid answer
    /// becomes an error.
    ///
    /// @throws UpstreamException if the body breaks off
    static Response of(UpstreamAnswer answer, Protocol protocol, RequestRecord record)
            throws UpstreamException {
        if (!answer.isSuccess()) {
            return json(answer, protocol, record);
        }
        try {
            if (answer.isEventStream()) {
                var whole = protocol.fold(answer.events().all());
                record.used(TokenUsage.in(whole));
                return json(answer, whole);
            }
            if (answer.json() instanceof JsonValue json) {
                var told = protocol.answer(json);
                record.used(TokenUsage.in(told));
                if (!told.equals(json)) {
                    return json(answer, told);
                }
            }
            return json(answer, protocol, record);
        } catch (InvalidAnswer e) {
            record.failed(e.error().code());
            return failure(answer, protocol, e.error()).reply();
        }
    }

    private static Response json(UpstreamAnswer answer, JsonObject told) {
        return Response.json(answer.status(), answer.headersForClient(),
                told.toString().getBytes(StandardCharsets.UTF_8));
    }

    /// Any JSON of an upstream's answer, in its original bytes.
    ///
    /// @throws UpstreamException if the body breaks off
    public static Response json(UpstreamAnswer answer, Protocol protocol, RequestRecord record)
            throws UpstreamException {
        var json = answer.json();
        if (json != null && answer.isSuccess()) {
            return reply(answer, json);
        }
        var failure = failure(answer, protocol);
        record.failed(failure.error().code());
        return failure.reply();
    }

    private static Response reply(UpstreamAnswer answer, JsonValue json) throws UpstreamException {
        var masked = masked(answer, json);
        return Response.json(answer.status(), answer.headersForClient(), masked == json
                ? answer.body() : masked.toString().getBytes(StandardCharsets.UTF_8));
    }

    /// The failure of an answer that is an error or not JSON.
    ///
    /// @throws UpstreamException if the body breaks off
    static Failure failure(UpstreamAnswer answer, Protocol protocol) throws UpstreamException {
        if (answer.json() instanceof JsonValue json && !isRedirect(answer)) {
            var error = masked(answer, VendorError.in(json));
            var reply = isInOurForm(json) || VendorError.find(json).isEmpty() ? reply(answer, json)
                    : Response.error(protocol, answer.status(), error);
            return new Failure(new Response(reply.status(), Response.retryAfter(error),
                    reply.body())
                    .with(reply.headers()).with(answer.headersForClient()),
                    error.withStatus(answer.status()));
        }
        // The proxy does not follow a redirect, so that no key goes elsewhere, and the client must
        // not follow it either. A good status without JSON is the upstream's failure.
        var status = answer.status() < 400 ? 502 : answer.status();
        var error = isRedirect(answer) ? redirect(answer) : notJson(answer, answer.body());
        var reply = Response.error(protocol, status, error).with(answer.headersForClient());
        return new Failure(reply, error.withStatus(status));
    }

    /// The failure of an answer with a good status that is still an error; it has the status that
    /// the error names.
    static Failure failure(UpstreamAnswer answer, Protocol protocol, ApiError error) {
        var failure = Failure.of(protocol, 502, masked(answer, error));
        return new Failure(failure.reply().with(answer.headersForClient()), failure.error());
    }

    /// Whether an error has the form that all our APIs share, and so stays as it came.
    private static boolean isInOurForm(JsonValue json) {
        return json instanceof JsonObject object && object.get("error") instanceof JsonObject error
                && error.string("message") != null;
    }

    /// The same JSON, without secrets if it reports an error. The model's own text stays as it is.
    public static JsonValue masked(UpstreamAnswer answer, JsonValue json) {
        if (!answer.isSuccess()) {
            return answer.redactor().json(json);
        }
        if (json instanceof JsonObject object && object.get("error") instanceof JsonValue error) {
            var masked = answer.redactor().json(error);
            return masked == error ? json : object.with("error", masked);
        }
        return json;
    }

    /// An error with words of the upstream, without secrets.
    public static ApiError masked(UpstreamAnswer answer, ApiError error) {
        return error.with(answer.redactor().object(error.object()));
    }

    private static boolean isRedirect(UpstreamAnswer answer) {
        return answer.status() >= 300 && answer.status() < 400;
    }

    private static ApiError redirect(UpstreamAnswer answer) {
        return ApiError.upstream("upstream_redirect", "the upstream answered " + answer.status()
                + ", a redirect, and redirects are not followed");
    }

    /// The error for a body that is not JSON, under any status.
    public static ApiError notJson(UpstreamAnswer answer, byte[] body) {
        if (body.length == 0) {
            return ApiError.upstream("upstream_empty",
                    "the upstream answered " + answer.status() + " with an empty body");
        }
        return ApiError.upstream("upstream_not_json", "the upstream answered " + answer.status()
                + " with what is not JSON: " + quote(answer, body));
    }

    /// The beginning of a text for people, without HTML, and without secrets, whole or cut.
    private static String quote(UpstreamAnswer answer, byte[] body) {
        var whole = new String(body, 0, Math.min(body.length, 64 * LONGEST_QUOTE),
                StandardCharsets.UTF_8);
        var text = answer.redactor().text(plain(whole));
        return text.substring(0, Math.min(text.length(), LONGEST_QUOTE));
    }

    /// The readable text of HTML or of any other text, on one line.
    public static String plain(String html) {
        return HTML.matcher(html).replaceAll(" ").replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
    }
}
