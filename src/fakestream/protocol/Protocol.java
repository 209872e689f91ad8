package fakestream.protocol;

import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import java.util.List;

/// One API that the proxy speaks: how it asks for a whole answer, and how it tells that answer as
/// a stream. Pure: no socket, no clock, no thread, and no state between two calls.
public sealed interface Protocol permits ChatCompletions {

    /// Refuses a request that this API could not read, before anything is sent upstream.
    ///
    /// @throws BadRequest naming the parameter
    void check(JsonObject request) throws BadRequest;

    /// The same request, asking for its answer whole. All that is not about streaming is kept.
    JsonObject whole(JsonObject request);

    /// What a body with a good status really holds, in this API's own form.
    ///
    /// @throws NotAnAnswer where it is an error in disguise, or nothing that can be told
    JsonObject answer(JsonValue body, Telling telling) throws NotAnAnswer;

    /// The answer told as its stream, and the beat for the pauses in it.
    Replay replay(JsonObject request, JsonObject answer, Telling telling);

    /// A heartbeat that carries data, while the answer is awaited. The first of a stream opens it,
    /// after which `telling` has begun.
    SseEvent heartbeat(JsonObject request, Telling telling);

    /// An event of an upstream that streams although it was asked not to, fit to follow what
    /// `telling` has told the client already.
    Passage passOn(SseEvent.Received event, Telling telling);

    /// The whole answer that the events of a stream add up to.
    ///
    /// @throws NotAnAnswer where they hold an error, or end before the answer does
    JsonObject fold(List<SseEvent.Received> events) throws NotAnAnswer;

    /// The failure, told inside a stream that has begun.
    SseEvent failure(ApiError error);
}
