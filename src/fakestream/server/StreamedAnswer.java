package fakestream.server;

import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.ApiError;
import fakestream.protocol.NotAnAnswer;
import fakestream.protocol.Passage.Progress;
import fakestream.protocol.Protocol;
import fakestream.protocol.SseEvent;
import fakestream.protocol.SseParser;
import fakestream.protocol.Telling;
import fakestream.upstream.UpstreamAnswer;
import fakestream.upstream.UpstreamCall;
import fakestream.upstream.UpstreamException;
import java.io.IOException;
import java.util.List;

/// One answer on its way into one stream. Whatever goes wrong upstream becomes a plain response
/// with its own status while that is possible, and a failure told in the stream after that; it
/// never looks like a finished answer.
final class StreamedAnswer {
    private final Protocol protocol;
    private final JsonObject request;
    private final EventStream stream;
    private final Pacer pacer;

    StreamedAnswer(Protocol protocol, JsonObject request, EventStream stream, Pacer pacer) {
        this.protocol = protocol;
        this.request = request;
        this.stream = stream;
        this.pacer = pacer;
    }

    /// Waits for the call's answer and tells it.
    ///
    /// @throws IOException where the client left, or the stream had to be broken off
    void tell(UpstreamCall call) throws IOException {
        try {
            tell(call.answer());
        } catch (UpstreamException e) {
            fail(Reply.error(e.status(), e.error()), e.error());
        }
    }

    private void tell(UpstreamAnswer answer) throws UpstreamException, IOException {
        if (answer.isSuccess() && answer.isEventStream()) {
            passOn(answer);
            return;
        }
        var body = answer.body();
        var json = answer.isSuccess() ? WholeAnswer.parsed(body) : null;
        if (json == null) {
            fail(WholeAnswer.of(answer, body), WholeAnswer.error(answer, body));
        } else {
            replay(json, answer);
        }
    }

    private void replay(JsonValue body, UpstreamAnswer answer) throws IOException {
        var telling = stream.answered(answer.headersForClient());
        try {
            var whole = protocol.answer(body, telling);
            var replay = protocol.replay(request, whole, telling);
            stream.pauseWith(replay.pause());
            pacer.play(replay.events(), stream);
        } catch (NotAnAnswer e) {
            fail(Reply.error(502, e.error()), e.error());
        }
    }

    /// The upstream streams although it was asked not to: its events go on as they come.
    private void passOn(UpstreamAnswer answer) throws UpstreamException, IOException {
        var telling = stream.answered(answer.headersForClient());
        var parser = new SseParser();
        var buffer = new byte[8 * 1024];
        var progress = Progress.OPEN;
        for (int n = answer.read(buffer); n >= 0; n = answer.read(buffer)) {
            progress = passOn(parser.feed(buffer, 0, n), telling, progress);
        }
        progress = passOn(parser.end().stream().toList(), telling, progress);
        switch (progress) {
            case WHOLE -> stream.end(List.of());
            case FAILED -> stream.breakOff(List.of(), "the upstream failed in its stream");
            case OPEN -> {
                var error = ApiError.upstream("upstream_truncated",
                        "the upstream's stream ended before its answer was whole");
                fail(Reply.error(502, error), error);
            }
        }
    }

    private Progress passOn(List<SseEvent.Received> events, Telling telling, Progress before)
            throws ClientLeft {
        var progress = before;
        for (var event : events) {
            var passage = protocol.passOn(event, telling);
            stream.pauseWith(passage.pause());
            stream.send(List.of(passage.event()));
            progress = passage.progress() == Progress.OPEN ? progress : passage.progress();
        }
        return progress;
    }

    private void fail(Reply reply, ApiError error) throws IOException {
        if (!stream.replace(reply)) {
            stream.breakOff(List.of(protocol.failure(error)), error.message());
        }
    }
}
