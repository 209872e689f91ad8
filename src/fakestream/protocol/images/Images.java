package fakestream.protocol.images;

import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.Protocol;
import fakestream.protocol.RelayedEvent;
import fakestream.protocol.Replay;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import java.util.List;

/// OpenAI's images: `POST /v1/images/generations` and `POST /v1/images/edits`. The two differ only
/// in the types of their events. An edit may be a form.
public final class Images implements Protocol {
    private static final SseEvent KEEPALIVE =
            new SseEvent.Message("keepalive", "{\"type\":\"keepalive\"}", false);

    /// A longer member of a request is no size and no format, and is not kept; in UTF-16 units.
    private static final int LONGEST_WORD = 64;

    private final String kind;

    private Images(String kind) {
        this.kind = kind;
    }

    /// The API that paints images.
    public static Images generations() {
        return new Images("image_generation");
    }

    /// The API that changes images.
    public static Images edits() {
        return new Images("image_edit");
    }

    @Override
    public String name() {
        return "images";
    }

    @Override
    public boolean takesForms() {
        return true;
    }

    /// A partial image has no place in a whole answer.
    @Override
    public JsonObject whole(JsonObject request) {
        return request.without("stream", "partial_images");
    }

    /// The members that an event repeats if the answer has none of its own.
    @Override
    public JsonObject told(JsonObject request) {
        var told = request.only("n");
        for (var name : ImagesReplay.SETTINGS) {
            if (request.string(name) instanceof String word && word.length() <= LONGEST_WORD) {
                told = told.with(name, new JsonString(word));
            }
        }
        return told;
    }

    @Override
    public JsonObject answer(JsonValue body) throws InvalidAnswer {
        return ImagesAnswer.read(body);
    }

    @Override
    public boolean isEmpty(JsonObject answer) {
        return ImagesAnswer.isEmpty(answer);
    }

    @Override
    public Replay replay(JsonObject request, JsonObject answer, StreamState state) {
        return new Replay(ImagesReplay.of(kind, request, answer, state), heartbeat());
    }

    /// The `keepalive` of OpenAI's responses; the SDKs give it to the program as an event of an
    /// unknown type.
    @Override
    public SseEvent dataHeartbeat(JsonObject request, StreamState state) {
        return KEEPALIVE;
    }

    /// A program that asks for no partial images may take every event for an image.
    @Override
    public boolean mayOpenWithHeartbeat() {
        return false;
    }

    @Override
    public RelayedEvent relay(SseEvent.Received event, StreamState state) {
        return ImagesRelay.of(event);
    }

    @Override
    public boolean isWhole(SseEvent.Received event) {
        return ImagesRelay.isWhole(event.object());
    }

    @Override
    public JsonObject fold(List<SseEvent.Received> events) throws InvalidAnswer {
        return ImagesFold.of(events);
    }
}
