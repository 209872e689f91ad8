package fakestream.protocol.images;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.protocol.RelayedEvent;
import fakestream.protocol.RelayedEvent.Progress;
import fakestream.protocol.SseEvent;
import fakestream.protocol.VendorError;
import java.util.List;

/// Passes on an event of the upstream's stream byte for byte, and tells how far the stream has
/// come. A partial image is no part of the answer: if only these came, the answer is missing.
final class ImagesRelay {
    private ImagesRelay() {
    }

    static RelayedEvent of(SseEvent.Received event) {
        if (event.data().equals(SseEvent.DONE)) {
            return new RelayedEvent(event, SseEvent.HEARTBEAT, Progress.ENDED);
        }
        var type = type(event);
        if (isCompleted(type)) {
            return new RelayedEvent(event, SseEvent.HEARTBEAT, Progress.WHOLE,
                    List.of(choice(event)));
        }
        var failed = !isOfImage(type) && VendorError.find(event, event.json()).isPresent();
        return new RelayedEvent(event, SseEvent.HEARTBEAT,
                failed ? Progress.FAILED : Progress.SILENT);
    }

    /// No event says which of the images it holds, so the content tells two images apart.
    private static RelayedEvent.Choice choice(SseEvent.Received event) {
        return new RelayedEvent.Choice(event.data().hashCode(), true, true);
    }

    /// The type of the event, or else the type in its data. An image is not parsed if the event
    /// names its type.
    static String type(SseEvent.Received event) {
        var told = event.type().isEmpty() ? event.object().string("type") : event.type();
        return told == null ? "" : told;
    }

    static boolean isCompleted(String type) {
        return isOfImage(type) && type.endsWith(".completed");
    }

    static boolean isPartial(String type) {
        return isOfImage(type) && type.endsWith(".partial_image");
    }

    static boolean isOfImage(String type) {
        return type.startsWith("image_generation.") || type.startsWith("image_edit.");
    }

    /// Whether an event's data is a whole answer instead of an event.
    static boolean isWhole(JsonObject data) {
        return data.get("data") instanceof JsonArray && !data.has("type");
    }
}
