package fakestream.server;

import fakestream.json.Json;
import fakestream.json.JsonException;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.ApiError;
import fakestream.protocol.NotAnAnswer;
import fakestream.protocol.Protocol;
import fakestream.protocol.SseEvent;
import fakestream.protocol.SseParser;
import fakestream.upstream.UpstreamAnswer;
import fakestream.upstream.UpstreamException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// An upstream's response as a response to the client: its status and its JSON in the bytes that it
/// came in. What is not JSON becomes an error in OpenAI's form, so that no HTML and no half of a
/// body ever passes for an answer.
final class WholeAnswer {
    /// How much of an upstream's plain text an error may quote.
    private static final int LONGEST_QUOTE = 200;

    private WholeAnswer() {
    }

    /// The response to a client that did not ask for a stream. An upstream that streams all the
    /// same is folded.
    ///
    /// @throws UpstreamException where the body breaks off
    static Reply of(UpstreamAnswer answer, Protocol protocol) throws UpstreamException {
        if (!answer.isSuccess() || !answer.isEventStream()) {
            return of(answer);
        }
        try {
            var whole = protocol.fold(events(answer));
            return Reply.json(answer.status(), answer.headersForClient(),
                    whole.toString().getBytes(StandardCharsets.UTF_8));
        } catch (NotAnAnswer e) {
            return Reply.error(502, e.error());
        }
    }

    /// The response as it came, where it is JSON, and else an error that says what it was.
    ///
    /// @throws UpstreamException where the body breaks off
    static Reply of(UpstreamAnswer answer) throws UpstreamException {
        return of(answer, answer.body());
    }

    /// The same, where the body was read already.
    static Reply of(UpstreamAnswer answer, byte[] body) {
        var headers = answer.headersForClient();
        if (answer.status() >= 300 && answer.status() < 400) {
            return Reply.error(502, ApiError.upstream("upstream_redirect", "the upstream answered "
                    + answer.status() + ", a redirect, and redirects are not followed"));
        }
        return parsed(body) == null
                ? Reply.error(answer.isSuccess() ? 502 : answer.status(), notJson(answer, body))
                        .with(headers)
                : Reply.json(answer.status(), headers, body);
    }

    /// The error that a body holds, for a client that can no longer get its status.
    static ApiError error(UpstreamAnswer answer, byte[] body) {
        return parsed(body) instanceof JsonObject object
                ? ApiError.in(object).withStatus(answer.status())
                : notJson(answer, body).withStatus(answer.status());
    }

    /// The JSON of a body, or null where it is none.
    static JsonValue parsed(byte[] body) {
        try {
            return Json.parse(body);
        } catch (JsonException _) {
            return null;
        }
    }

    /// What is wrong with a body that is not JSON, whatever its status.
    static ApiError notJson(UpstreamAnswer answer, byte[] body) {
        if (body.length == 0) {
            return ApiError.upstream("upstream_empty",
                    "the upstream answered " + answer.status() + " with an empty body");
        }
        var text = new String(body, 0, Math.min(body.length, 64 * LONGEST_QUOTE),
                StandardCharsets.UTF_8).replaceAll("(?is)<(script|style).*?</\\1>|<[^>]*>", " ")
                .replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
        var quote = text.substring(0, Math.min(text.length(), LONGEST_QUOTE));
        return ApiError.upstream("upstream_not_json", "the upstream answered " + answer.status()
                + " with what is not JSON: " + quote);
    }

    private static List<SseEvent.Received> events(UpstreamAnswer answer)
            throws UpstreamException {
        var parser = new SseParser();
        var events = new ArrayList<SseEvent.Received>();
        var buffer = new byte[8 * 1024];
        for (int n = answer.read(buffer); n >= 0; n = answer.read(buffer)) {
            events.addAll(parser.feed(buffer, 0, n));
        }
        parser.end().ifPresent(events::add);
        return events;
    }
}
