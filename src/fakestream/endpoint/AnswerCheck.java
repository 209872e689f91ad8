package fakestream.endpoint;

import fakestream.concurrent.ComputeSlots;
import fakestream.endpoint.ReadAnswer.Bytes;
import fakestream.endpoint.ReadAnswer.Live;
import fakestream.endpoint.ReadAnswer.Whole;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.ApiError;
import fakestream.protocol.EmptyAnswers;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.Protocol;
import fakestream.protocol.Replay;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import fakestream.protocol.VendorError;
import fakestream.upstream.UpstreamAnswer;
import fakestream.upstream.UpstreamEvents;
import fakestream.upstream.UpstreamException;
import fakestream.upstream.UpstreamHead;
import java.util.Optional;

/// Reads an answer, and judges one with a good status before any of it is sent on: is it valid in
/// its protocol, and not empty? An error under a good status gets the status that it names. If it
/// names none, it counts as the client's own fault and is not tried again.
///
/// @param streamed whether the client wants a stream; then the beginning of an upstream's stream
///         decides, and otherwise the whole; the first byte decides about an answer of bytes
/// @param slots under which answers are parsed and folded
record AnswerCheck(Protocol protocol, boolean streamed, ComputeSlots slots)
        implements AnswerReader<ReadAnswer> {
    private static final int GOOD = 200;
    private static final int UNUSABLE = 502;
    private static final int UNKNOWN = 400;

    @Override
    public Judged<ReadAnswer> read(UpstreamAnswer answer) throws UpstreamException {
        var head = answer.head();
        var bytes = head.isSuccess() ? protocol.bytes(head.contentType())
                : Optional.<Replay.OfBytes>empty();
        if (bytes.isPresent() && answer.isLongerThan(0)) {
            return new Judged<>(new Bytes(head, answer, bytes.get()), GOOD, Optional.empty());
        }
        if (head.isSuccess() && answer.isEventStream()) {
            return read(head, new UpstreamEvents(answer));
        }
        // Waits for the body before it takes a slot.
        var body = answer.body();
        return slots.take(() -> read(head, AnswerResponse.Body.of(body)));
    }

    private Judged<ReadAnswer> read(UpstreamHead head, UpstreamEvents events)
            throws UpstreamException {
        if (streamed) {
            var first = events.firstData();
            if (first.filter(protocol::isWhole).isEmpty()) {
                var error = first.map(SseEvent.Received::json).flatMap(VendorError::find);
                return new Judged<>(new Live(head, events, error), status(first),
                        error.flatMap(ApiError::retryDelay));
            }
        }
        var all = events.all();
        return slots.take(() -> {
            try {
                var folded = protocol.fold(all);
                return whole(new Whole(head, true,
                        streamed ? protocol.answer(folded) : folded, null));
            } catch (InvalidAnswer e) {
                return failed(head, null, e.error(), status(e.error()));
            }
        });
    }

    private Judged<ReadAnswer> read(UpstreamHead head, AnswerResponse.Body body) {
        if (!head.isSuccess() || !(body.json() instanceof JsonValue json)) {
            return new Judged<>(AnswerResponse.failed(head, body, protocol),
                    head.isSuccess() ? UNUSABLE : head.status(), Optional.empty());
        }
        try {
            var told = protocol.answer(AnswerResponse.masked(head, json));
            return whole(new Whole(head, false, told,
                    !streamed && told.equals(json) ? body.bytes() : null));
        } catch (InvalidAnswer e) {
            // An answer that counts tokens was paid for, whatever it holds.
            var isPaid = e.error().isOurs()
                    && !EmptyAnswers.countsNothing(JsonObject.orEmpty(json));
            return failed(head, json, e.error(), isPaid ? UNKNOWN : status(e.error()));
        }
    }

    private Judged<ReadAnswer> whole(Whole whole) {
        return new Judged<>(whole, protocol.isEmpty(whole.answer()) ? UNUSABLE : GOOD,
                Optional.empty());
    }

    /// @param json null if the upstream sent events
    private Judged<ReadAnswer> failed(UpstreamHead head, JsonValue json, ApiError error,
            int status) {
        return new Judged<>(AnswerResponse.failed(head, json, protocol, error), status,
                error.retryDelay());
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
