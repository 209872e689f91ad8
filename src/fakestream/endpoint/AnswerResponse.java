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

/// An upstream's response as a response to the client: its status and its JSON in the bytes that it
/// came in. What is not JSON becomes an error in the API's form, so that no HTML and no half of a
/// body ever passes for an answer.
public final class AnswerResponse {
    /// How much of an upstream's plain text an error may quote.
    private static final int LONGEST_QUOTE = 200;

    /// An element whose text is not for people, be it closed or not; any other tag. Neither is
    /// looked for beyond where the next one may begin, which keeps the time linear.
    private static final Pattern HTML = Pattern.compile(
            "(?is)<(script|style)\\b.*?(?:</\\1[^<>]*+>?|\\z)|<[^<>]*+>");

    private AnswerResponse() {
    }

    /// The response to a client that did not ask for a stream. An upstream that streams all the
    /// same is folded, an answer in a form that is not quite the API's is brought into that; what
    /// is no answer, but says that it is one, is an error.
    ///
    /// @throws UpstreamException where the body breaks off
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

    /// Any JSON that an upstream answers, in the bytes that it came in.
    ///
    /// @throws UpstreamException where the body breaks off
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

    /// What went wrong, where the upstream's response is an error or no JSON.
    ///
    /// @throws UpstreamException where the body breaks off
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
        // A redirect is not followed, so that no key goes elsewhere, and is not the client's to
        // follow either; a good status without JSON is the upstream's failure.
        var status = answer.status() < 400 ? 502 : answer.status();
        var error = isRedirect(answer) ? redirect(answer) : notJson(answer, answer.body());
        var reply = Response.error(protocol, status, error).with(answer.headersForClient());
        return new Failure(reply, error.withStatus(status));
    }

    /// What went wrong, where the upstream's response has a good status and is an error all the
    /// same, with the status that it names.
    static Failure failure(UpstreamAnswer answer, Protocol protocol, ApiError error) {
        var failure = Failure.of(protocol, 502, masked(answer, error));
        return new Failure(failure.reply().with(answer.headersForClient()), failure.error());
    }

    /// Whether an error has the form that all our APIs share, and so stays as it came.
    private static boolean isInOurForm(JsonValue json) {
        return json instanceof JsonObject object && object.get("error") instanceof JsonObject error
                && error.string("message") != null;
    }

    /// The same JSON without secrets where it tells of an error. What a model says is its own.
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

    /// An error that holds words of the upstream's, without secrets.
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

    /// What is wrong with a body that is not JSON, whatever its status.
    public static ApiError notJson(UpstreamAnswer answer, byte[] body) {
        if (body.length == 0) {
            return ApiError.upstream("upstream_empty",
                    "the upstream answered " + answer.status() + " with an empty body");
        }
        return ApiError.upstream("upstream_not_json", "the upstream answered " + answer.status()
                + " with what is not JSON: " + quote(answer, body));
    }

    /// The beginning of a text for people, without its HTML and its secrets, be they cut or not.
    private static String quote(UpstreamAnswer answer, byte[] body) {
        var whole = new String(body, 0, Math.min(body.length, 64 * LONGEST_QUOTE),
                StandardCharsets.UTF_8);
        var text = answer.redactor().text(plain(whole));
        return text.substring(0, Math.min(text.length(), LONGEST_QUOTE));
    }

    /// What a person reads of HTML or of any other text, on one line.
    public static String plain(String html) {
        return HTML.matcher(html).replaceAll(" ").replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
    }
}
