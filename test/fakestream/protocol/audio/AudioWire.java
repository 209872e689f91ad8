package fakestream.protocol.audio;

import fakestream.json.Json;
import fakestream.json.JsonException;
import fakestream.json.JsonObject;
import fakestream.protocol.SseEvent;
import fakestream.protocol.SseParser;
import java.util.ArrayList;
import java.util.List;

/// Brings events onto the wire and back, and reads JSON, for the tests of this room.
final class AudioWire {
    private AudioWire() {
    }

    static JsonObject object(String text) {
        try {
            return (JsonObject) Json.parse(text);
        } catch (JsonException e) {
            throw new AssertionError(text, e);
        }
    }

    /// The events as a client receives them.
    static List<SseEvent.Received> received(List<SseEvent> events) {
        var parser = new SseParser();
        var received = new ArrayList<SseEvent.Received>();
        for (var event : events) {
            var bytes = event.bytes();
            received.addAll(parser.feed(bytes, 0, bytes.length));
        }
        return received;
    }

    /// The data of the events as a client receives them.
    static List<JsonObject> data(List<SseEvent> events) {
        return received(events).stream().map(event -> object(event.data())).toList();
    }

    /// An event from an upstream.
    static SseEvent.Received event(String type, String data) {
        return received(List.of(new SseEvent.Message(type, data, false))).getFirst();
    }
}
