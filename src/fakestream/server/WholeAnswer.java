package fakestream.server;

import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.ApiError;
import fakestream.protocol.NotAnAnswer;
import fakestream.protocol.Protocol;
import fakestream.protocol.Telling;
import fakestream.upstream.UpstreamAnswer;
import fakestream.upstream.UpstreamException;
import java.nio.charset.StandardCharsets;

/// An upstream's response as a response to the client: its status and its JSON in the bytes that it
/// came in. What is not JSON becomes an error in the API's form, so that no HTML and no half of a
/// body ever passes for an answer.
final class WholeAnswer {
    /// How much of an upstream's plain text an error may quote.
    private static final int LONGEST_QUOTE = 200;

    private WholeAnswer() {
    }

    /// The response to a client that did not ask for a stream. An upstream that streams all the
    /// same is folded; what is no answer, but says that it is one, is an error.
    ///
    /// @throws UpstreamException where the body breaks off
    static Reply of(UpstreamAnswer answer, Protocol protocol) throws UpstreamException {
        if (!answer.isSuccess()) {
            return json(answer, protocol);
        }
        try {
            if (answer.isEventStream()) {
                var whole = protocol.fold(answer.events().all());
                return Reply.json(answer.status(), answer.headersForClient(),
                        whole.toString().getBytes(StandardCharsets.UTF_8));
            }
            if (answer.json() instanceof JsonValue json) {
                protocol.answer(json, Telling.UNTOLD);
            }
            return json(answer, protocol);
        } catch (NotAnAnswer e) {
            return Reply.error(protocol, 502, e.error());
        }
    }

    /// Any JSON that an upstream answers, in the bytes that it came in.
    ///
    /// @throws UpstreamException where the body breaks off
    static Reply json(UpstreamAnswer answer, Protocol protocol) throws UpstreamException {
        return answer.json() == null || isRedirect(answer) ? failure(answer, protocol).reply()
                : Reply.json(answer.status(), answer.headersForClient(), answer.body());
    }

    /// What went wrong, where the upstream's response is an error or no JSON.
    ///
    /// @throws UpstreamException where the body breaks off
    static Failure failure(UpstreamAnswer answer, Protocol protocol) throws UpstreamException {
        if (answer.json() instanceof JsonObject object && !isRedirect(answer)) {
            var reply = Reply.json(answer.status(), answer.headersForClient(), answer.body());
            return new Failure(reply, ApiError.in(object).withStatus(answer.status()));
        }
        // A redirect is not followed, so that no key goes elsewhere, and is not the client's to
        // follow either; a good status without JSON is the upstream's failure.
        var status = answer.status() < 400 ? 502 : answer.status();
        var error = isRedirect(answer) ? redirect(answer) : notJson(answer, answer.body());
        var reply = Reply.error(protocol, status, error).with(answer.headersForClient());
        return new Failure(reply, error.withStatus(status));
    }

    private static boolean isRedirect(UpstreamAnswer answer) {
        return answer.status() >= 300 && answer.status() < 400;
    }

    private static ApiError redirect(UpstreamAnswer answer) {
        return ApiError.upstream("upstream_redirect", "the upstream answered " + answer.status()
                + ", a redirect, and redirects are not followed");
    }

    /// What is wrong with a body that is not JSON, whatever its status.
    static ApiError notJson(UpstreamAnswer answer, byte[] body) {
        if (body.length == 0) {
            return ApiError.upstream("upstream_empty",
                    "the upstream answered " + answer.status() + " with an empty body");
        }
        return ApiError.upstream("upstream_not_json", "the upstream answered " + answer.status()
                + " with what is not JSON: " + quote(body));
    }

    /// The beginning of a text for people, without its HTML.
    private static String quote(byte[] body) {
        var text = new String(body, 0, Math.min(body.length, 64 * LONGEST_QUOTE),
                StandardCharsets.UTF_8).replaceAll("(?is)<(script|style).*?</\\1>|<[^>]*>", " ")
                .replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
        return text.substring(0, Math.min(text.length(), LONGEST_QUOTE));
    }
}
