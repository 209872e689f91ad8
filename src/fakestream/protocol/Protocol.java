package fakestream.protocol;

import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import java.util.List;
import java.util.function.UnaryOperator;

/// One API that the proxy speaks: how it asks for a whole answer, and how it tells that answer as
/// a stream. Pure: no socket, no clock, no thread, and no state between two calls.
///
/// To add an API, follow its parts:
///
/// | part | where |
/// |---|---|
/// | request, answer, replay, heartbeats, failure, fold | a room of its own beside `chat` |
/// | its path | `Route` and `Route.kind`, `Router.serve` and `Router.protocol` |
/// | how its key travels, if not as a bearer's | `Authenticator.Form` |
/// | headers that its clients and its upstream need | `HeaderRules` |
/// | tests that fold random answers with an accumulator of their own |
/// `test/fakestream/protocol/chat` | | tests with its official SDK, on recorded answers |
/// `test/clients` | | its row under "Promises and limits" | README.md |
///
/// The compiler names what the class lacks, and asks for the cases in `Router`; `RoomsTest` has the
/// arrows of the room.
public interface Protocol {
    /// The word that [ClientTable] has for this API.
    String name();

    /// Refuses a request that this API could not read, before anything is sent upstream.
    ///
    /// @throws BadRequest naming the parameter
    default void check(JsonObject request) throws BadRequest {
    }

    /// The same request, asking for its answer whole. All that is not about streaming is kept.
    JsonObject whole(JsonObject request);

    /// What of a request the telling of its answer depends on: all that [#replay], [#failure],
    /// [#dataHeartbeat] and [#choices] have to be given of it.
    default JsonObject told(JsonObject request) {
        return request.only("model", "stream_options", "n");
    }

    /// How many choices a request asks for, at least one.
    default int choices(JsonObject request) {
        return count(request, "n");
    }

    /// The small number that a member is, at least 1.
    static int count(JsonObject object, String name) {
        return object.get(name) instanceof JsonNumber(var text) && text.matches("[1-9][0-9]{0,3}")
                ? Integer.parseInt(text) : 1;
    }

    /// The `index` of a choice or a tool call, below a million; `position`, where it has none that
    /// is one.
    static int index(JsonObject object, int position) {
        return object.get("index") instanceof JsonNumber(var text) && text.matches("[0-9]{1,6}")
                ? Integer.parseInt(text) : position;
    }

    /// What a body with a good status really holds, in this API's own form.
    ///
    /// @throws InvalidAnswer where it is an error in disguise, or nothing that can be told
    JsonObject answer(JsonValue body) throws InvalidAnswer;

    /// Whether a body counts tokens beside those of its prompt, so that it was paid for, whatever
    /// it holds.
    static boolean countsTokens(JsonValue body) {
        return !EmptyAnswers.countsNothing(JsonObject.orEmpty(body));
    }

    /// Whether an answer has nothing in it although nothing says why: no text, no thought, no call,
    /// and no token beside its prompt's. Asking again often helps. One that names its reason, or
    /// counts tokens, was paid for.
    boolean isEmpty(JsonObject answer);

    /// The answer told as its stream, and the beat for the pauses in it.
    Replay replay(JsonObject request, JsonObject answer, StreamState state);

    /// The heartbeat that carries nothing: what official clients of this API take no notice of.
    default SseEvent heartbeat() {
        return SseEvent.HEARTBEAT;
    }

    /// A heartbeat that carries data, while the answer is awaited. The first of a stream may open
    /// it; `state` says how many there were.
    SseEvent dataHeartbeat(JsonObject request, StreamState state);

    /// Whether official clients of this API survive a heartbeat with data before the answer. Where
    /// one does not, such heartbeats are only sent if the operator chose them.
    default boolean mayOpenWithHeartbeat() {
        return true;
    }

    /// Mends the events of one stream before [#relay], each in its turn; it keeps what it has to
    /// know of those before.
    default UnaryOperator<SseEvent.Received> mending() {
        return UnaryOperator.identity();
    }

    /// An event of an upstream's own stream, fit to follow what `state` has told the client.
    RelayedEvent relay(SseEvent.Received event, StreamState state);

    /// Whether an event holds a whole answer, where its stream should tell one in parts. Such a
    /// stream is folded, and not passed on.
    default boolean isWhole(SseEvent.Received event) {
        return false;
    }

    /// The beat with data for a pause behind this event, where that of [RelayedEvent] or [Replay]
    /// is a comment; the comment itself, where clients survive nothing else.
    ///
    /// @param last the event as the client got it; a beat that this gave is one too
    default SseEvent pauseBehind(SseEvent last) {
        return heartbeat();
    }

    /// An event of the answer, behind so many beats that [#pauseBehind] gave.
    default SseEvent behind(SseEvent event, int beats) {
        return event;
    }

    /// The whole answer that the events of a stream add up to.
    ///
    /// @throws InvalidAnswer where they hold an error, or end before the answer does
    JsonObject fold(List<SseEvent.Received> events) throws InvalidAnswer;

    /// The failure, told inside a stream that has begun.
    default List<SseEvent> failure(JsonObject request, ApiError error, StreamState state) {
        return List.of(new SseEvent.Message("error", error.body(), false));
    }

    /// The failure as the body of a response, in this API's own form.
    default JsonObject error(int status, ApiError error) {
        return error.body();
    }
}
