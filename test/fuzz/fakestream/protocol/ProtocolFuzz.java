package fakestream.protocol;

import fakestream.json.Json;
import fakestream.json.JsonArray;
import fakestream.json.JsonException;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.audio.Speech;
import fakestream.protocol.audio.Transcriptions;
import fakestream.protocol.chat.ChatCompletions;
import fakestream.protocol.chat.Completions;
import fakestream.protocol.gemini.GenerateContent;
import fakestream.protocol.gemini.GenerateContentChunk;
import fakestream.protocol.images.Images;
import fakestream.protocol.messages.Messages;
import fakestream.protocol.responses.Responses;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/// An upstream's answer, in any API, is valid or [InvalidAnswer]. Its stream is whole, and the
/// answer folded from it has a stream that folds to the same. Any event can be passed on; events
/// fold or are [InvalidAnswer].
public final class ProtocolFuzz {
    private static final List<Protocol> PROTOCOLS = List.of(new ChatCompletions(),
            new Completions(), new Responses(), new Messages(), new GenerateContent(),
            Images.generations(), new Speech(), new Transcriptions());

    private final Protocol protocol;
    private final Random random;
    private final StreamState state;

    private ProtocolFuzz(Protocol protocol, Random random) {
        this.protocol = protocol;
        this.random = random;
        var fresh = new StreamState("minted", 7, 0, 1 + random.nextInt(60));
        this.state = random.nextInt(4) == 0 ? fresh.afterHeartbeat() : fresh;
    }

    /// The first byte chooses the API. The second decides whether the rest is the text of an answer
    /// or steers the random choices.
    public static void fuzzerTestOneInput(byte[] bytes) {
        if (bytes.length < 3) {
            return;
        }
        var which = (bytes[0] & 0xFF) % PROTOCOLS.size();
        var fuzz = new ProtocolFuzz(PROTOCOLS.get(which), new GivenRandom(bytes, 2));
        if ((bytes[1] & 1) == 0) {
            parsed(Arrays.copyOfRange(bytes, 2, bytes.length)).forEach(fuzz::check);
        } else {
            fuzz.check(fuzz.spoilt(Samples.answer(which, fuzz.random)));
        }
    }

    private static List<JsonValue> parsed(byte[] text) {
        try {
            return List.of(Json.parse(text));
        } catch (JsonException _) {
            return List.of();
        }
    }

    private JsonValue spoilt(JsonValue value) {
        var spoilt = value;
        for (int i = random.nextInt(4); i > 0; i--) {
            spoilt = new Mutation(random).of(spoilt);
        }
        return spoilt;
    }

    private void check(JsonValue body) {
        var request = request(body);
        try {
            var told = told(request, body);
            var folded = protocol.fold(told);
            protocol.isEmpty(folded);
            var again = protocol.fold(told(request, folded));
            if (!again.equals(folded)) {
                throw new AssertionError(body + " becomes " + folded + " becomes " + again);
            }
            checkEvents(spoilt(told));
        } catch (InvalidAnswer e) {
            var error = e.error();
            error.status(500);
            protocol.error(502, error);
            protocol.failure(request, error, state).forEach(SseEvent::bytes);
        }
    }

    /// Checks the body or an empty object as a request, which may not throw.
    private JsonObject request(JsonValue body) {
        var request = body instanceof JsonObject object && random.nextBoolean() ? object
                : JsonObject.EMPTY;
        protocol.refusal(request);
        protocol.dataHeartbeat(protocol.whole(request), state).bytes();
        return request;
    }

    /// The events of the answer's stream, which must be whole and without a failed event.
    private List<SseEvent.Received> told(JsonObject request, JsonValue body) throws InvalidAnswer {
        var answer = protocol.answer(body);
        protocol.isEmpty(answer);
        var events = received(protocol.replay(request, answer, state).events());
        var whole = false;
        for (var event : events) {
            var progress = protocol.relay(event, StreamState.UNTOLD).progress();
            if (progress == RelayedEvent.Progress.FAILED) {
                throw new AssertionError(answer + " is told as a failure: " + event.data());
            }
            whole |= progress == RelayedEvent.Progress.WHOLE;
        }
        if (isFinished(answer) && !whole) {
            throw new AssertionError(answer + " is not told whole: " + text(events));
        }
        return events;
    }

    /// An answer without a finish streams without one, because none may be invented. The same holds
    /// for an answer without images.
    private boolean isFinished(JsonObject answer) {
        return switch (protocol) {
            case GenerateContent _ -> GenerateContentChunk.of(answer).isEnd();
            case Images _ -> answer.get("data") instanceof JsonArray(var images)
                    && images.stream().allMatch(JsonObject.class::isInstance);
            default -> true;
        };
    }

    private static List<SseEvent.Received> received(List<SseEvent> events) {
        var parser = new SseParser();
        var received = new ArrayList<SseEvent.Received>();
        for (var event : events) {
            var bytes = event.bytes();
            var parsed = parser.feed(bytes, 0, bytes.length);
            if (parsed.size() != 1) {
                throw new AssertionError(parsed.size() + " events: " + event);
            }
            received.addAll(parsed);
        }
        return received;
    }

    private List<SseEvent.Received> spoilt(List<SseEvent.Received> events) {
        var spoilt = new ArrayList<>(events);
        for (int i = random.nextInt(4); i > 0 && !spoilt.isEmpty(); i--) {
            var place = random.nextInt(spoilt.size());
            switch (random.nextInt(5)) {
                case 0 -> spoilt.remove(place);
                case 1 -> spoilt.add(spoilt.get(place));
                case 2 -> Collections.swap(spoilt, place, random.nextInt(spoilt.size()));
                default -> spoilt.set(place, spoilt(spoilt.get(place)));
            }
        }
        return spoilt;
    }

    private SseEvent.Received spoilt(SseEvent.Received event) {
        var data = event.data().getBytes(StandardCharsets.UTF_8);
        var spoilt = parsed(data).stream().map(this::spoilt).map(JsonValue::toString).findFirst()
                .orElse(event.data() + "x");
        return received(List.of(new SseEvent.Message(event.type(), spoilt, false))).getFirst();
    }

    private void checkEvents(List<SseEvent.Received> events) {
        for (var event : events) {
            var relayed = protocol.relay(event, state);
            relayed.event().bytes();
            if (relayed.pause() != null) {
                relayed.pause().bytes();
            }
            protocol.pauseBehind(protocol.behind(relayed.event(), 1)).bytes();
        }
        try {
            protocol.isEmpty(protocol.fold(events));
        } catch (InvalidAnswer e) {
            e.error();
        }
    }

    private static String text(List<SseEvent.Received> events) {
        return String.join(" | ", events.stream().map(SseEvent.Received::data).toList());
    }
}
