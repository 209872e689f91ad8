package fakestream.endpoint;

import fakestream.http.ClientDisconnected;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.ApiError;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.OpenChoices;
import fakestream.protocol.Protocol;
import fakestream.protocol.RelayedEvent;
import fakestream.protocol.RelayedEvent.Progress;
import fakestream.protocol.Replay;
import fakestream.protocol.SseEvent;
import fakestream.protocol.VendorError;
import fakestream.stream.ComputeSlots;
import fakestream.stream.EventStream;
import fakestream.stream.Pacer;
import fakestream.telemetry.RequestRecord.Mode;
import fakestream.telemetry.TokenUsage;
import fakestream.upstream.UpstreamAnswer;
import fakestream.upstream.UpstreamException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Sends one answer into one stream. An upstream failure becomes a plain response with its own
/// status while that is possible, and a failure inside the stream after that; it never looks like a
/// finished answer.
final class AnswerStream {
    private final Protocol protocol;
    private final JsonObject request;
    private final EventStream stream;
    private final Pacer pacer;
    private final ComputeSlots slots;
    private final OpenChoices choices;
    private final UnaryOperator<SseEvent.Received> mending;
    private boolean brokenOff;
    /// The error in the first event of a stream; it counts if nothing else comes.
    private Optional<ApiError> alone = Optional.empty();

    AnswerStream(Protocol protocol, JsonObject request, EventStream stream, Pacer pacer,
            ComputeSlots slots) {
        this.protocol = protocol;
        this.request = request;
        this.stream = stream;
        this.pacer = pacer;
        this.slots = slots;
        this.choices = new OpenChoices(protocol.choices(request));
        this.mending = protocol.mending();
    }

    /// Sends an upstream's answer: replays a whole one, and relays an event stream as it comes.
    ///
    /// @throws UpstreamException if its body breaks off
    /// @throws IOException if the client left, or the stream had to be broken off
    void tell(UpstreamAnswer answer) throws UpstreamException, IOException {
        var bytes = answer.isSuccess() ? protocol.bytes(answer.contentType())
                : Optional.<Replay.OfBytes>empty();
        if (bytes.isPresent() && answer.isLongerThan(0)) {
            tellBytes(answer, bytes.get());
        } else if (answer.isSuccess() && answer.isEventStream()) {
            tellEvents(answer);
        } else if (answer.isSuccess() && answer.json() instanceof JsonValue json) {
            replay(AnswerResponse.masked(answer, json), answer);
        } else {
            fail(AnswerResponse.failure(answer, protocol));
        }
    }

    /// Tells an answer of bytes while it comes.
    private void tellBytes(UpstreamAnswer answer, Replay.OfBytes replay)
            throws UpstreamException, IOException {
        stream.answered(answer.headersForClient());
        stream.record().mode(Mode.FAKE);
        stream.pauseWith(protocol.heartbeat());
        var buffer = new byte[16 * 1024];
        for (int n = answer.read(buffer); n >= 0; n = answer.read(buffer)) {
            var events = replay.next(Arrays.copyOf(buffer, n));
            if (!events.isEmpty()) {
                stream.send(events);
            }
        }
        stream.end(replay.end());
    }

    private void tellEvents(UpstreamAnswer answer) throws UpstreamException, IOException {
        if (answer.events().firstData().filter(protocol::isWhole).isEmpty()) {
            relay(answer);
            return;
        }
        try {
            replay(protocol.fold(answer.events().all()), answer);
        } catch (InvalidAnswer e) {
            fail(AnswerResponse.failure(answer, protocol, e.error()));
        }
    }

    /// Reports that there is no answer.
    ///
    /// @throws IOException if the client left, or the stream had to be broken off
    void fail(Failure failure) throws IOException {
        var state = stream.answered(Map.of());
        stream.record().failed(failure.error().code());
        if (stream.replace(failure.reply())) {
            return;
        }
        var told = protocol.failure(request, failure.error(), state);
        if (state.client().endsCleanly()) {
            stream.end(told);
        } else {
            stream.breakOff(told, failure.error().message());
        }
    }

    private void replay(JsonValue body, UpstreamAnswer answer) throws IOException {
        var state = stream.answered(answer.headersForClient());
        stream.record().mode(Mode.FAKE);
        stream.record().used(TokenUsage.in(body));
        try {
            var replay = slots.take(() ->
                    protocol.replay(request, protocol.answer(body), state));
            stream.pauseWith(replay.pause());
            pacer.play(replay.events(), stream);
        } catch (InvalidAnswer e) {
            fail(AnswerResponse.failure(answer, protocol, e.error()));
        }
    }

    /// Passes on the events of the upstream's own stream as they come, until one reports a failure
    /// or an end that comes too early.
    private void relay(UpstreamAnswer answer) throws UpstreamException, IOException {
        alone = answer.events().firstData().map(SseEvent.Received::json).flatMap(VendorError::find);
        stream.answered(answer.headersForClient());
        stream.resume();
        var arrived = new ArrayList<SseEvent>();
        stream.record().mode(Mode.REAL);
        for (var event = next(answer); event.isPresent(); event = next(answer)) {
            var relayed = relayed(event.get());
            if (isFailure(relayed)) {
                if (alone.isEmpty()) {
                    flush(arrived);
                }
                fail(answer, event.get(), relayed);
                return;
            }
            if (relayed.event() != null) {
                arrived.add(relayed.event());
            }
            // An upstream's comment does not change the heartbeat for pauses.
            if (!event.get().data().isEmpty() && relayed.pause() != null) {
                stream.pauseWith(relayed.pause());
            } else {
                stream.resume();
            }
            if (relayed.progress() != Progress.SILENT) {
                alone = Optional.empty();
            }
            if (alone.isEmpty() && !answer.events().hasArrived()) {
                flush(arrived);
            }
        }
        end(answer, brokenOff ? List.of() : answer.events().rest());
    }

    /// No heartbeat changes the stream's state from here until the event is sent.
    private RelayedEvent relayed(SseEvent.Received event) {
        var relayed = slots.take(() ->
                protocol.relay(mending.apply(event), stream.answered(Map.of())));
        choices.add(relayed);
        noteUsage(event, relayed.progress());
        return relayed;
    }

    private boolean isFailure(RelayedEvent relayed) {
        return relayed.progress() == Progress.FAILED
                || relayed.progress() == Progress.ENDED && !choices.isWhole();
    }

    /// Sends events that arrived together in one flush.
    private void flush(List<SseEvent> arrived) throws ClientDisconnected {
        if (!arrived.isEmpty()) {
            stream.send(arrived);
            arrived.clear();
        }
    }

    private void fail(UpstreamAnswer answer, SseEvent.Received event, RelayedEvent relayed)
            throws IOException {
        if (relayed.progress() == Progress.FAILED) {
            fail(answer, event);
        } else {
            fail(truncated(answer));
        }
    }

    /// Records the token usage. It stands in one of the last events, and Anthropic's first event
    /// has the input's: few enough to be parsed.
    private void noteUsage(SseEvent.Received event, Progress progress) {
        if ((progress != Progress.OPEN || event.type().startsWith("message_"))
                && event.data().contains("\"usage")) {
            stream.record().used(TokenUsage.in(event.object()));
        }
    }

    /// After a complete answer, a body that breaks off counts as ended; half an event is no loss.
    private Optional<SseEvent.Received> next(UpstreamAnswer answer) throws UpstreamException {
        try {
            return answer.events().next();
        } catch (UpstreamException e) {
            if (!choices.isWhole()) {
                throw e;
            }
            brokenOff = true;
            return Optional.empty();
        }
    }

    /// Sends the events that lack their blank line, and ends. Half an event would spoil the rest.
    private void end(UpstreamAnswer answer, List<SseEvent.Received> rest) throws IOException {
        var last = new ArrayList<SseEvent>();
        for (var event : rest) {
            var relayed = relayed(event);
            if (relayed.progress() == Progress.FAILED) {
                fail(answer, event);
                return;
            }
            var isHalf = !event.data().isEmpty() && event.json().equals(JsonNull.NULL)
                    && relayed.progress() != Progress.ENDED;
            if (relayed.event() != null && !isHalf) {
                last.add(relayed.event());
            }
        }
        if (choices.isWholeAtItsEnd()) {
            stream.end(last);
        } else {
            fail(truncated(answer));
        }
    }

    private Failure truncated(UpstreamAnswer answer) {
        return AnswerResponse.failure(answer, protocol, alone.orElseGet(ApiError::truncated));
    }

    /// Reports the failure in an upstream's event, in our own form and without anything that may
    /// follow it: OpenRouter sends a finish with it and `[DONE]`.
    private void fail(UpstreamAnswer answer, SseEvent.Received event) throws IOException {
        var json = event.json();
        var error = json.equals(JsonNull.NULL)
                ? AnswerResponse.notJson(answer, event.data().getBytes(StandardCharsets.UTF_8))
                : VendorError.in(json);
        fail(AnswerResponse.failure(answer, protocol, error));
    }
}
