package fakestream.protocol.chat;

import fakestream.json.JsonObject;
import fakestream.json.JsonWriter;
import fakestream.protocol.Protocol;
import fakestream.protocol.Replay;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.function.BiConsumer;

/// Sends a whole chat completion as the chunks of its stream. Each chunk has an entry for every
/// choice, in the order of their indices: some clients read the first entry of each chunk as the
/// first choice, whatever its index says (AI SDK, LangChain, langchain4j, Spring AI).
final class ChatReplay {
    private final ChunkFrame frame;
    private final List<ChatChoice> choices;
    private final JsonObject others;
    private final boolean begun;
    private final List<SseEvent> events = new ArrayList<>();

    private ChatReplay(ChunkFrame frame, JsonObject answer, StreamState state) {
        this.frame = frame;
        this.choices = choices(ChatCalls.completed(answer, state), state.pieceLength());
        this.others = ChunkFrame.others(answer);
        this.begun = state.begun();
    }

    static Replay of(JsonObject request, JsonObject answer, StreamState state) {
        var frame = ChunkFrame.of(ChunkKind.CHAT, request, answer, state);
        return new ChatReplay(frame, answer, state).tell();
    }

    /// The choices by index. If two have the same index, because the upstream writes 0 in each, the
    /// places of the choices replace their indices.
    private static List<ChatChoice> choices(List<JsonObject> objects, int pieceLength) {
        var distinct = haveDistinctIndices(objects);
        var choices = new ArrayList<ChatChoice>();
        for (int i = 0; i < objects.size(); i++) {
            var index = distinct ? Protocol.index(objects.get(i), i) : i;
            choices.add(new ChatChoice(objects.get(i), index, pieceLength));
        }
        choices.sort(Comparator.comparingInt(ChatChoice::index));
        return choices;
    }

    private static boolean haveDistinctIndices(List<JsonObject> choices) {
        var seen = new HashSet<Integer>();
        for (int i = 0; i < choices.size(); i++) {
            if (!seen.add(Protocol.index(choices.get(i), i))) {
                return false;
            }
        }
        return true;
    }

    private Replay tell() {
        events.add(SseEvent.Message.of(frame.chunk(this::opening, others)));
        addBodies();
        events.add(SseEvent.Message.of(frame.finish(out -> write(ChatChoice::finish, out),
                JsonObject.EMPTY)));
        events.addAll(frame.ending());
        var pause = SseEvent.Message.of(frame.chunk(out -> write(ChatChoice::pause, out)));
        return new Replay(events, pause);
    }

    /// A heartbeat opens only the choice with index 0.
    private void opening(JsonWriter out) {
        write((choice, to) -> choice.opening(begun && choice.index() == 0, to), out);
    }

    /// The bodies side by side, and all finishes after the longest body: openai-java completes as
    /// soon as all choices that it has seen are finished.
    private void addBodies() {
        var longest = 0;
        for (var choice : choices) {
            longest = Math.max(longest, choice.body().size());
        }
        for (int i = 0; i < longest; i++) {
            addBody(i, choices);
        }
    }

    /// Adds a chunk with a delta of each of these choices; if its line would be longer than
    /// [SseEvent#LONGEST_LINE], adds a chunk for each choice instead.
    private void addBody(int position, List<ChatChoice> speaking) {
        var data = frame.chunk(out -> write((choice, to) -> {
            if (speaking.contains(choice)) {
                choice.body(position, to);
            } else {
                choice.pause(to);
            }
        }, out));
        if (speaking.size() > 1 && data.length() > SseEvent.LONGEST_LINE - "data: ".length()) {
            speaking.stream().filter(choice -> position < choice.body().size())
                    .forEach(choice -> addBody(position, List.of(choice)));
            return;
        }
        var piece = false;
        for (var choice : speaking) {
            piece |= choice.isPiece(position);
        }
        events.add(new SseEvent.Message("", data, piece));
    }

    private void write(BiConsumer<ChatChoice, JsonWriter> entry, JsonWriter out) {
        for (int i = 0; i < choices.size(); i++) {
            entry.accept(choices.get(i), out.text(i == 0 ? "" : ","));
        }
    }
}
