package fakestream.protocol;

import fakestream.json.JsonBoolean;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// One API that the proxy speaks: how it asks for a whole answer and sends it as a stream. Pure: no
/// socket, no clock, no thread, and no state between two calls.
///
/// To add an API, follow its parts:
///
/// | part | where |
/// |---|---|
/// | request, answer, replay, heartbeats, failure, fold | a room of its own beside `chat` |
/// | its path | `Route` and `Route.kind`, `Router.serve` and `Router.protocol` |
/// | how its key travels, if not as a bearer's | `Router.keyHeader` |
/// | headers that its clients and its upstream need | `HeaderRules` |
/// | tests of random answers, with their own accumulator | `test/fakestream/protocol/chat` |
/// | tests with its official SDK, on recorded answers | `test/clients` |
/// | its path in `/api/status`, its row under "Promises and limits" | `Probes.status`, README.md |
/// | its whole answer in the demo, its requests on the test page | `DemoApi`, `public/apis.js` |
/// | its fuzz target | `ProtocolFuzz` |
///
/// The compiler lists the missing methods, and the missing cases in `Router`; `RoomsTest` lists the
/// rooms that each room may use.
public interface Protocol {
    /// The name of this API in [ClientTable].
    String name();

    /// The reason for refusing a request before anything is sent upstream, with the parameter at
    /// fault; empty if this API can read the request.
    default Optional<ApiError> refusal(JsonObject request) {
        return Optional.empty();
    }

    /// Whether a request may be a form (`multipart/form-data`) instead of JSON. Its texts are then
    /// the members of the request.
    default boolean takesForms() {
        return false;
    }

    /// Whether a request asks for a stream. OpenAI's schema lets `stream` be null.
    default boolean streams(JsonObject request) {
        return JsonBoolean.TRUE.equals(request.get("stream"));
    }

    /// Whether an answer that is not streamed passes unread, as it comes.
    default boolean passesWhole() {
        return false;
    }

    /// The same request for a whole answer. Everything that is not about streaming is kept.
    JsonObject whole(JsonObject request);

    /// The same request for a stream that will be folded into a whole answer, for a model that only
    /// streams.
    default JsonObject toFold(JsonObject request) {
        return request.with("stream", JsonBoolean.TRUE);
    }

    /// The members of a request that its response depends on: everything that [#replay],
    /// [#failure], [#dataHeartbeat] and [#choices] read of it.
    default JsonObject told(JsonObject request) {
        return request.only("model", "stream_options", "n");
    }

    /// The number of choices that a request asks for, at least 1.
    default int choices(JsonObject request) {
        return count(request, "n");
    }

    /// The value of a member if it is a whole number from 1 to 9999; otherwise 1.
    static int count(JsonObject object, String name) {
        var count = object.get(name) instanceof JsonNumber number ? number.small() : 1;
        return count >= 1 && count <= 9999 ? count : 1;
    }

    /// The `index` of a choice or a tool call if it is a whole number below a million; otherwise
    /// `position`.
    static int index(JsonObject object, int position) {
        var index = object.get("index") instanceof JsonNumber number ? number.small() : -1;
        return index >= 0 ? index : position;
    }

    /// The answer in a body with a good status, in this API's own form.
    ///
    /// @throws InvalidAnswer if the body is an error in disguise, or holds nothing to send
    JsonObject answer(JsonValue body) throws InvalidAnswer;

    /// The media types that an answer may have, as the upstream gets them in `Accept`.
    default String accepts() {
        return "application/json";
    }

    /// Turns an answer of this media type into a stream while its bytes come; empty if an answer of
    /// this type is JSON, or no answer of this API.
    default Optional<Replay.OfBytes> bytes(String mediaType) {
        return Optional.empty();
    }

    /// Whether an answer is empty and gives no reason: no text, no thought, no call, and no token
    /// besides its prompt's. Asking again often helps. An answer that gives a reason or counts
    /// tokens was paid for.
    boolean isEmpty(JsonObject answer);

    /// The answer as a stream, and the heartbeat for its pauses.
    Replay replay(JsonObject request, JsonObject answer, StreamState state);

    /// The quiet heartbeat: official clients of this API ignore it.
    default SseEvent heartbeat() {
        return SseEvent.HEARTBEAT;
    }

    /// A heartbeat with data, sent before the answer. The first may open the stream; `state` counts
    /// the earlier ones.
    SseEvent dataHeartbeat(JsonObject request, StreamState state);

    /// Whether official clients of this API survive a heartbeat with data before the answer. If one
    /// does not, only an operator's choice or an entry of [ClientTable] sends these heartbeats.
    default boolean mayOpenWithHeartbeat() {
        return true;
    }

    /// Repairs the events of one stream in order, before [#relay]; it remembers what it needs of
    /// earlier events.
    default UnaryOperator<SseEvent.Received> mending() {
        return UnaryOperator.identity();
    }

    /// Adapts an event of an upstream's stream to the beginning that `state` has sent already.
    RelayedEvent relay(SseEvent.Received event, StreamState state);

    /// Whether an event holds a whole answer, although its stream should send it in parts. This
    /// stream is folded, not passed on.
    default boolean isWhole(SseEvent.Received event) {
        return false;
    }

    /// The heartbeat with data for a pause after this event, if the pause of [RelayedEvent] or
    /// [Replay] is a comment; the comment itself if clients survive nothing else.
    ///
    /// @param last the event as the client got it, or the last heartbeat that this gave
    default SseEvent pauseBehind(SseEvent last) {
        return heartbeat();
    }

    /// An event of the answer, adapted to the number of earlier heartbeats from [#pauseBehind].
    default SseEvent behind(SseEvent event, int beats) {
        return event;
    }

    /// Folds the events of a stream into the whole answer.
    ///
    /// @throws InvalidAnswer if they hold an error, or end before the answer does
    JsonObject fold(List<SseEvent.Received> events) throws InvalidAnswer;

    /// The events that tell the failure in a stream that has begun.
    default List<SseEvent> failure(JsonObject request, ApiError error, StreamState state) {
        return List.of(new SseEvent.Message("error", error.body(), false));
    }

    /// The failure as the body of a response, in this API's own form.
    default JsonObject error(int status, ApiError error) {
        return error.body();
    }
}
