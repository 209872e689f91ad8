package fakestream.endpoint;

import fakestream.endpoint.ReadAnswer.Bytes;
import fakestream.endpoint.ReadAnswer.Failed;
import fakestream.endpoint.ReadAnswer.Live;
import fakestream.endpoint.ReadAnswer.Whole;
import fakestream.http.Response;
import fakestream.json.Json;
import fakestream.json.JsonException;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.ApiError;
import fakestream.protocol.Protocol;
import fakestream.protocol.VendorError;
import fakestream.telemetry.RequestRecord;
import fakestream.telemetry.TokenUsage;
import fakestream.upstream.UpstreamAnswer;
import fakestream.upstream.UpstreamException;
import fakestream.upstream.UpstreamHead;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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

    /// The end of a stream that some servers send after their JSON.
    private static final Pattern DONE = Pattern.compile("data: ?\\[DONE]\\s*\\z");
    /// How many bytes at the end of a body are searched for it.
    private static final int LONGEST_DONE = 1024;

    /// A body that should be JSON.
    ///
    /// @param json null if it is none
    record Body(byte[] bytes, JsonValue json) {
        /// Parses a body, and cuts off the end of a stream.
        static Body of(byte[] bytes) {
            var json = parsed(bytes);
            var cut = json == null ? withoutDone(bytes) : bytes;
            return new Body(cut, cut == bytes ? json : parsed(cut));
        }

        private static JsonValue parsed(byte[] text) {
            try {
                return Json.parse(text);
            } catch (JsonException _) {
                return null;
            }
        }

        private static byte[] withoutDone(byte[] body) {
            var from = Math.max(0, body.length - LONGEST_DONE);
            var done = DONE.matcher(new String(body, from, body.length - from,
                    StandardCharsets.ISO_8859_1));
            return done.find() ? Arrays.copyOf(body, from + done.start()) : body;
        }
    }

    private AnswerResponse() {
    }

    /// The response to a client that did not ask for a stream.
    static Response of(ReadAnswer answer, RequestRecord record) {
        return switch (answer) {
            case Whole whole -> {
                record.used(TokenUsage.in(whole.answer()));
                yield Response.json(whole.head().status(), whole.head().headersForClient(),
                        whole.original() != null ? whole.original()
                                : whole.answer().toString().getBytes(StandardCharsets.UTF_8));
            }
            case Failed failed -> {
                record.failed(failed.error().code());
                yield failed.reply();
            }
            case Live _, Bytes _ -> throw new IllegalStateException("nobody wants a stream");
        };
    }

    /// Any JSON of an upstream's answer, in its original bytes.
    ///
    /// @throws UpstreamException if the body breaks off
    public static Response json(UpstreamAnswer answer, Protocol protocol, RequestRecord record)
            throws UpstreamException {
        var body = Body.of(answer.body());
        return body.json() != null && answer.head().isSuccess() ? reply(answer.head(), body)
                : of(failed(answer.head(), body, protocol), record);
    }

    private static Response reply(UpstreamHead head, Body body) {
        var masked = masked(head, body.json());
        return Response.json(head.status(), head.headersForClient(), masked == body.json()
                ? body.bytes() : masked.toString().getBytes(StandardCharsets.UTF_8));
    }

    /// The failure of an answer that is an error or not JSON.
    static Failed failed(UpstreamHead head, Body body, Protocol protocol) {
        if (body.json() instanceof JsonValue json && !head.isRedirect()) {
            var error = masked(head, VendorError.in(json));
            var reply = isInOurForm(json) || VendorError.find(json).isEmpty() ? reply(head, body)
                    : Response.error(protocol, head.status(), error);
            return new Failed(head, false, json, reply.with(Response.retryAfter(error))
                    .with(head.headersForClient()), error.withStatus(head.status()));
        }
        // The proxy does not follow a redirect, so that no key goes elsewhere, and the client must
        // not follow it either. A good status without JSON is the upstream's failure.
        var status = head.status() < 400 ? 502 : head.status();
        var error = head.isRedirect() ? ApiError.upstream("upstream_redirect",
                "the upstream answered " + head.status()
                + ", a redirect, and the proxy follows none") : notJson(head, body.bytes());
        var reply = Response.error(protocol, status, error).with(head.headersForClient());
        return new Failed(head, false, body.json(), reply, error.withStatus(status));
    }

    /// The failure of an answer with a good status that is still an error; it has the status that
    /// the error names, or else 502.
    ///
    /// @param json the answer; null if it came as events
    static Failed failed(UpstreamHead head, JsonValue json, Protocol protocol, ApiError error) {
        var masked = masked(head, error);
        var reply = Response.error(protocol, masked.status(502), masked);
        return new Failed(head, json == null, json, reply.with(head.headersForClient()),
                masked.withStatus(masked.status()));
    }

    /// Whether an error has the form that all our APIs share, and so stays as it came.
    private static boolean isInOurForm(JsonValue json) {
        return json instanceof JsonObject object && object.get("error") instanceof JsonObject error
                && error.string("message") != null;
    }

    /// The same JSON, without secrets if it reports an error. The model's own text stays as it is.
    static JsonValue masked(UpstreamHead head, JsonValue json) {
        if (!head.isSuccess()) {
            return head.redactor().json(json);
        }
        if (json instanceof JsonObject object && object.get("error") instanceof JsonValue error) {
            var masked = head.redactor().json(error);
            return masked == error ? json : object.with("error", masked);
        }
        return json;
    }

    /// An error with words of the upstream, without secrets.
    private static ApiError masked(UpstreamHead head, ApiError error) {
        return error.with(head.redactor().object(error.object()));
    }

    /// The error for a body that is not JSON, under any status. It quotes the beginning, as text
    /// for people, without secrets.
    static ApiError notJson(UpstreamHead head, byte[] body) {
        if (body.length == 0) {
            return ApiError.upstream("upstream_empty",
                    "the upstream answered " + head.status() + " with an empty body");
        }
        var beginning = new String(body, 0, Math.min(body.length, 64 * LONGEST_QUOTE),
                StandardCharsets.UTF_8);
        // Masked before it is cut: no pattern would find half a key.
        var text = head.redactor().text(plain(beginning));
        return ApiError.upstream("upstream_not_json", "the upstream answered " + head.status()
                + " with a body that is not JSON: "
                + text.substring(0, Math.min(text.length(), LONGEST_QUOTE)));
    }

    /// The readable text of HTML or of any other text, on one line.
    public static String plain(String html) {
        return HTML.matcher(html).replaceAll(" ").replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
    }
}
