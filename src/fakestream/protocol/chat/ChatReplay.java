package fakestream.protocol.chat;

import fakestream.json.JsonObject;
import fakestream.protocol.Protocol;
import fakestream.protocol.Replay;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// Sends a whole chat completion as the chunks of its stream. Each chunk has an entry for every
/// choice, in the order of their indices: some clients read the first entry of each chunk as the
/// first choice, whatever its index says (AI SDK, LangChain, langchain4j, Spring AI).
final class ChatReplay {
    private final ChunkFrame frame;
    private final List<ChatChoice> choices;
    private final List<SseEvent> events = new ArrayList<>();

    private ChatReplay(ChunkFrame frame, List<ChatChoice> choices) {
        this.frame = frame;
        this.choices = choices;
    }

    /// The stream of an answer. A heartbeat has opened only the choice with index 0.
    static Replay of(JsonObject request, JsonObject answer, StreamState state) {
        var frame = new ChunkFrame(ChunkKind.CHAT, request, answer, state);
        var choices = choices(answer.objects("choices"), state);
        var replay = new ChatReplay(frame, choices);
        replay.events.add(SseEvent.Message.of(frame.chunk(ChunkFrame.others(answer), choices,
                (choice, out) -> choice.opening(state.begun() && choice.index() == 0, out))));
        replay.addBodies();
        replay.events.add(SseEvent.Message.of(
                frame.finish(JsonObject.EMPTY, choices, ChatChoice::finish)));
        replay.events.addAll(frame.ending());
        return new Replay(replay.events, SseEvent.Message.of(frame.chunk(JsonObject.EMPTY, choices,
                (choice, out) -> choice.entry(ChatDelta.NOTHING, out))));
    }

    /// The choices by index. If two have the same index, because the upstream writes 0 in each, the
    /// places of the choices replace their indices.
    ///
    /// Each call without an id gets one that is unique, in the answer and among all streams.
    /// Clients make up the id of a call in a whole answer, but their stream readers throw at a call
    /// without an id or take it for malformed. The id of a stream has 24 characters, so that the id
    /// of a call has at most the 40 that OpenAI takes back.
    private static List<ChatChoice> choices(List<JsonObject> objects, StreamState state) {
        var distinct = IntStream.range(0, objects.size())
                .map(i -> Protocol.index(objects.get(i), i)).distinct().count() == objects.size();
        var made = IntStream.iterate(0, i -> i + 1).iterator();
        return IntStream.range(0, objects.size()).mapToObj(i -> {
            var choice = objects.get(i);
            return new ChatChoice(choice, distinct ? Protocol.index(choice, i) : i,
                    state.pieceLength(), () -> "call_" + state.id() + "_" + made.nextInt());
        }).sorted(Comparator.comparingInt(ChatChoice::index)).toList();
    }

    /// The bodies side by side, and all finishes after the longest body: openai-java completes as
    /// soon as all choices that it has seen are finished.
    private void addBodies() {
        var longest = choices.stream().mapToInt(ChatChoice::length).max().orElse(0);
        for (int i = 0; i < longest; i++) {
            addBody(i, choices);
        }
    }

    /// Adds a chunk with a delta of each of these choices; if its line would be longer than
    /// [SseEvent#LONGEST_LINE], adds a chunk for each choice instead.
    private void addBody(int place, List<ChatChoice> speaking) {
        var data = frame.chunk(JsonObject.EMPTY, choices, (choice, out) -> choice.entry(
                speaking.contains(choice) ? choice.delta(place) : ChatDelta.NOTHING, out));
        if (speaking.size() > 1 && data.length() > SseEvent.LONGEST_LINE - "data: ".length()) {
            speaking.stream().filter(choice -> place < choice.length())
                    .forEach(choice -> addBody(place, List.of(choice)));
            return;
        }
        var piece = false;
        for (var choice : speaking) {
            piece |= choice.delta(place).piece();
        }
        events.add(new SseEvent.Message("", data, piece));
    }
}
