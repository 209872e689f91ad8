package fakestream.endpoint;

import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.ApiError;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.Protocol;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import fakestream.protocol.VendorError;
import fakestream.stream.ComputeSlots;
import fakestream.upstream.UpstreamAnswer;
import fakestream.upstream.UpstreamException;
import fakestream.upstream.UpstreamRequest;
import java.util.Optional;

/// Judges an answer with a good status before any of it is sent on: is it valid in its protocol,
/// and not empty? An error under a good status gets the status that it names. If it names none, it
/// counts as the client's own fault and is not tried again.
///
/// @param streamed whether the client wants a stream; then the beginning of an upstream's stream
///         decides, and otherwise the whole; the first byte decides about an answer of bytes
/// @param slots under which answers are parsed and folded
record AnswerCheck(Protocol protocol, boolean streamed, ComputeSlots slots)
        implements UpstreamRequest.Judge {
    private static final int GOOD = 200;
    private static final int UNUSABLE = 502;
    private static final int UNKNOWN = 400;

    @Override
    public int status(UpstreamAnswer answer) throws UpstreamException {
        try {
            if (protocol.bytes(answer.contentType()).isPresent()) {
                return answer.isLongerThan(0) ? GOOD : UNUSABLE;
            }
            if (answer.isEventStream()) {
                var first = answer.events().firstData();
                if (streamed && first.filter(protocol::isWhole).isEmpty()) {
                    return status(first);
                }
                var events = answer.events().all();
                return status(slots.take(() -> protocol.fold(events)));
            }
            // Waits for the body before it takes a slot.
            answer.body();
            var json = slots.<JsonValue, UpstreamException>take(answer::json);
            return json == null ? UNUSABLE : status(protocol.answer(json));
        } catch (InvalidAnswer e) {
            var paid = !answer.isEventStream() && Protocol.countsTokens(answer.json());
            return paid && e.error().isOurs() ? UNKNOWN : status(e.error());
        }
    }

    private int status(JsonObject answer) {
        return protocol.isEmpty(answer) ? UNUSABLE : GOOD;
    }

    private int status(Optional<SseEvent.Received> first) {
        return first.map(event -> switch (protocol.relay(event, StreamState.UNTOLD).progress()) {
            case SILENT, OPEN, WHOLE -> GOOD;
            case ENDED -> UNUSABLE;
            case FAILED -> status(VendorError.in(event.json()));
        }).orElse(UNUSABLE);
    }

    private static int status(ApiError error) {
        return error.isOurs() ? UNUSABLE : error.status(UNKNOWN);
    }
}
