package fakestream.protocol.audio;

import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.SseEvent;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// A speech as one JSON object: the whole sound in base64 as `audio`, and beside it what the last
/// event of a stream has, such as the usage.
final class SpeechAnswer {
    private static final String AUDIO = "audio";

    private SpeechAnswer() {
    }

    /// The speech in a body.
    ///
    /// @throws InvalidAnswer if the body is an error, or has no sound
    static JsonObject read(JsonValue body) throws InvalidAnswer {
        var object = InvalidAnswer.object(body);
        bytes(object);
        return object;
    }

    /// A speech that was read here, as the events of its stream.
    static List<SseEvent> replay(JsonObject answer) {
        var pieces = new SpeechPieces(answer.without(AUDIO));
        var events = new ArrayList<>(pieces.next(
                Base64.getDecoder().decode(answer.string(AUDIO))));
        events.addAll(pieces.end());
        return events;
    }

    /// The speech that the events of a stream tell. A foreign server may cut its sound at any byte,
    /// so each event is decoded for itself.
    ///
    /// @throws InvalidAnswer if they hold an error, or end before the speech does
    static JsonObject fold(List<SseEvent.Received> events) throws InvalidAnswer {
        var sounds = new ArrayList<byte[]>();
        JsonObject last = null;
        for (var event : events) {
            var data = AudioEvents.data(event);
            var type = AudioEvents.type(event, data);
            if (type.equals(SpeechPieces.DELTA)) {
                sounds.add(bytes(data));
            } else if (type.equals(SpeechPieces.DONE)) {
                last = data;
            }
        }
        if (last == null) {
            throw InvalidAnswer.truncated();
        }
        return new JsonObject.Builder()
                .add(AUDIO, Base64.getEncoder().encodeToString(joined(sounds)))
                .addAll(last.without("type", AUDIO)).build();
    }

    private static byte[] joined(List<byte[]> sounds) {
        var all = new byte[sounds.stream().mapToInt(sound -> sound.length).sum()];
        int filled = 0;
        for (var sound : sounds) {
            System.arraycopy(sound, 0, all, filled, sound.length);
            filled += sound.length;
        }
        return all;
    }

    private static byte[] bytes(JsonObject holder) throws InvalidAnswer {
        var text = holder.string(AUDIO);
        if (text == null) {
            throw InvalidAnswer.because("the upstream answered with JSON that holds no audio");
        }
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException _) {
            throw InvalidAnswer.because("the upstream's audio is not in base64");
        }
    }
}
