package fakestream.endpoint;

import fakestream.concurrent.ComputeSlots;
import fakestream.endpoint.ReadAnswer.Bytes;
import fakestream.endpoint.ReadAnswer.Failed;
import fakestream.endpoint.ReadAnswer.Live;
import fakestream.endpoint.ReadAnswer.Whole;
import fakestream.http.ClientDisconnected;
import fakestream.http.Response;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.protocol.ApiError;
import fakestream.protocol.ClientProfile.Need;
import fakestream.protocol.OpenChoices;
import fakestream.protocol.Protocol;
import fakestream.protocol.RelayedEvent;
import fakestream.protocol.RelayedEvent.Progress;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import fakestream.protocol.VendorError;
import fakestream.stream.EventStream;
import fakestream.stream.Pacer;
import fakestream.telemetry.RequestRecord.Mode;
import fakestream.telemetry.TokenUsage;
import fakestream.upstream.UpstreamException;
import fakestream.upstream.UpstreamHead;
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
    void tell(ReadAnswer answer) throws UpstreamException, IOException {
        switch (answer) {
            case Whole whole -> {
                var state = begin(whole.head(), Mode.FAKE);
                stream.record().used(TokenUsage.in(whole.answer()));
                var replay = slots.take(() -> protocol.replay(request, whole.answer(), state));
                stream.pauseWith(replay.pause());
                pacer.play(replay.events(), stream);
            }
            case Live live -> relay(live);
            case Bytes bytes -> tellBytes(bytes);
            case Failed failed -> {
                if (failed.head().isSuccess() && failed.json() != null) {
                    begin(failed.head(), Mode.FAKE);
                    stream.record().used(TokenUsage.in(failed.json()));
                }
                fail(failed.reply(), failed.error());
            }
        }
    }

    /// Sends an answer of bytes as it comes.
    private void tellBytes(Bytes bytes) throws UpstreamException, IOException {
        begin(bytes.head(), Mode.FAKE);
        stream.pauseWith(protocol.heartbeat());
        var buffer = new byte[16 * 1024];
        for (int n = bytes.answer().read(buffer); n >= 0; n = bytes.answer().read(buffer)) {
            var events = bytes.replay().next(Arrays.copyOf(buffer, n));
            if (!events.isEmpty()) {
                stream.send(events);
            }
        }
        stream.end(bytes.replay().end());
    }

    private StreamState begin(UpstreamHead head, Mode mode) {
        stream.record().mode(mode);
        return stream.answered(head.headersForClient());
    }

    /// Reports that there is no answer, in the proxy's own words.
    ///
    /// @throws IOException if the client left, or the stream had to be broken off
    void fail(int status, ApiError error) throws IOException {
        fail(Response.error(protocol, status, error), error);
    }

    private void fail(Response reply, ApiError error) throws IOException {
        var state = stream.answered(Map.of());
        stream.record().failed(error.code());
        if (stream.replace(reply)) {
            return;
        }
        var told = protocol.failure(request, error, state);
        if (state.client().needs().contains(Need.CLEAN_END)) {
            stream.end(told);
        } else {
            stream.breakOff(told, error.message());
        }
    }

    /// Passes on the events of the upstream's own stream as they come, until one reports a failure
    /// or an end that comes too early.
    private void relay(Live live) throws UpstreamException, IOException {
        alone = live.alone();
        begin(live.head(), Mode.REAL);
        stream.resume();
        var arrived = new ArrayList<SseEvent>();
        for (var event = next(live); event.isPresent(); event = next(live)) {
            var relayed = relayed(event.get());
            if (relayed.progress() == Progress.FAILED
                    || relayed.progress() == Progress.ENDED && !choices.isWhole()) {
                if (alone.isEmpty()) {
                    flush(arrived);
                }
                fail(live, relayed.progress() == Progress.FAILED ? error(live, event.get())
                        : alone.orElseGet(ApiError::truncated));
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
            if (alone.isEmpty() && !live.events().hasArrived()) {
                flush(arrived);
            }
        }
        end(live, brokenOff ? List.of() : live.events().rest());
    }

    /// No heartbeat changes the stream's state from here until the event is sent.
    private RelayedEvent relayed(SseEvent.Received event) {
        var relayed = slots.take(() ->
                protocol.relay(mending.apply(event), stream.answered(Map.of())));
        choices.add(relayed);
        // The usage stands in one of the last events, and Anthropic's first event has the input's:
        // few enough to be parsed.
        if ((relayed.progress() != Progress.OPEN || event.type().startsWith("message_"))
                && event.data().contains("\"usage")) {
            stream.record().used(TokenUsage.in(event.object()));
        }
        return relayed;
    }

    /// Sends events that arrived together in one flush.
    private void flush(List<SseEvent> arrived) throws ClientDisconnected {
        if (!arrived.isEmpty()) {
            stream.send(arrived);
            arrived.clear();
        }
    }

    /// After a complete answer, a body that breaks off counts as ended; half an event is no loss.
    private Optional<SseEvent.Received> next(Live live) throws UpstreamException {
        try {
            return live.events().next();
        } catch (UpstreamException e) {
            if (!choices.isWhole()) {
                throw e;
            }
            brokenOff = true;
            return Optional.empty();
        }
    }

    /// Sends the events that lack their blank line, and ends. Half an event would spoil the rest.
    private void end(Live live, List<SseEvent.Received> rest) throws IOException {
        var last = new ArrayList<SseEvent>();
        for (var event : rest) {
            var relayed = relayed(event);
            if (relayed.progress() == Progress.FAILED) {
                fail(live, error(live, event));
                return;
            }
            var isWhole = event.data().isEmpty() || !event.json().equals(JsonNull.NULL)
                    || relayed.progress() == Progress.ENDED;
            if (relayed.event() != null && isWhole) {
                last.add(relayed.event());
            }
        }
        if (choices.isWholeAtItsEnd()) {
            stream.end(last);
        } else {
            fail(live, alone.orElseGet(ApiError::truncated));
        }
    }

    /// Reports a failure of the upstream's stream in our own form, without anything that may follow
    /// it: OpenRouter sends a finish with it and `[DONE]`.
    private void fail(Live live, ApiError error) throws IOException {
        var failed = AnswerResponse.failed(live.head(), null, protocol, error);
        fail(failed.reply(), failed.error());
    }

    private static ApiError error(Live live, SseEvent.Received event) {
        var json = event.json();
        return json.equals(JsonNull.NULL) ? AnswerResponse.notJson(live.head(),
                event.data().getBytes(StandardCharsets.UTF_8)) : VendorError.in(json);
    }
}
