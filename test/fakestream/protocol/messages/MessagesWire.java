package fakestream.protocol.messages;

import fakestream.json.Json;
import fakestream.json.JsonException;
import fakestream.json.JsonObject;
import fakestream.protocol.Replay;
import fakestream.protocol.SseEvent;
import fakestream.protocol.SseParser;
import fakestream.protocol.StreamState;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Messages and their streams, written with `'` for `"`.
final class MessagesWire {
    static final Messages MESSAGES = new Messages();
    static final StreamState TELLING = new StreamState("msg_minted", 1, 0, 8);

    private MessagesWire() {
    }

    static JsonObject json(String text) {
        try {
            return (JsonObject) Json.parse(text.replace('\'', '"'));
        } catch (JsonException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    /// A message with these blocks, and with `others` as its further members.
    static JsonObject message(String blocks, String... others) {
        var text = "{'id':'msg_1','type':'message','role':'assistant','model':'m','content':["
                + blocks + "],'stop_reason':'end_turn','stop_sequence':null,"
                + "'usage':{'input_tokens':5,'output_tokens':7,'x':1.0}";
        return json(text + (others.length == 0 ? "" : "," + String.join(",", others)) + "}");
    }

    static Replay replay(JsonObject answer) {
        return MESSAGES.replay(JsonObject.EMPTY, answer, TELLING);
    }

    /// The data of the events between the start of a message and its end.
    static List<String> blocks(String blocks) {
        var events = data(replay(message(blocks)));
        return events.subList(1, events.size() - 2);
    }

    static List<String> data(Replay replay) {
        return replay.events().stream().map(event ->
                ((SseEvent.Message) event).data().replace('"', '\'')).toList();
    }

    /// The events as a client's parser finds them, with a pause event after each one.
    static List<SseEvent.Received> received(Replay replay) {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(MESSAGES.heartbeat().bytes());
        for (var event : replay.events()) {
            bytes.writeBytes(event.bytes());
            bytes.writeBytes(replay.pause().bytes());
        }
        return new SseParser().feed(bytes.toByteArray(), 0, bytes.size());
    }

    /// An upstream's events; each is named after its `type`.
    static List<SseEvent.Received> upstream(String... data) {
        var events = new ArrayList<SseEvent.Received>();
        for (var text : data) {
            events.add(event(json(text).string("type"), text.replace('\'', '"')));
        }
        return events;
    }

    static SseEvent.Received event(String type, String data) {
        var bytes = "event: " + type + "\ndata: " + data + "\n\n";
        return new SseEvent.Received(bytes.getBytes(StandardCharsets.UTF_8), type, data);
    }
}
