package fakestream.protocol;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Tells a whole chat completion as the chunks of its stream. Each chunk has an entry for every
/// choice, in the order of their indices: some clients read the first entry of each chunk as the
/// first choice, whatever its index says (AI SDK, LangChain, langchain4j, Spring AI).
final class ChatReplay {
    private final ChatFrame frame;
    private final List<ChatChoice> choices;
    private final JsonObject others;
    private final JsonValue usage;
    private final boolean begun;
    private final List<SseEvent> events = new ArrayList<>();

    private ChatReplay(ChatFrame frame, JsonObject answer, JsonValue usage, Telling telling) {
        this.frame = frame;
        this.choices = choices(answer, telling.pieceLength());
        this.others = answer.without("id", "object", "created", "model", "system_fingerprint",
                "service_tier", "choices", "usage", "error");
        this.usage = usage;
        this.begun = telling.begun();
    }

    static Replay of(JsonObject request, JsonObject answer, Telling telling) {
        var asked = ChatCompletions.wantsUsage(request);
        var usage = asked && answer.get("usage") instanceof JsonObject counts ? counts : null;
        var frame = ChatFrame.of(request, answer, telling, usage != null);
        return new ChatReplay(frame, answer, usage, telling).tell();
    }

    private static List<ChatChoice> choices(JsonObject answer, int pieceLength) {
        var elements = answer.get("choices") instanceof JsonArray(var list) ? list
                : List.<JsonValue>of();
        return IntStream.range(0, elements.size())
                .filter(i -> elements.get(i) instanceof JsonObject)
                .mapToObj(i -> new ChatChoice((JsonObject) elements.get(i), i, pieceLength))
                .sorted(Comparator.comparingInt(ChatChoice::index))
                .toList();
    }

    private Replay tell() {
        events.add(SseEvent.Message.of(frame.opening(opening(), others)));
        addBodies();
        events.add(SseEvent.Message.of(frame.chunk(entries(ChatChoice::finish))));
        if (usage != null) {
            events.add(SseEvent.Message.of(frame.usage(usage)));
        }
        events.add(SseEvent.Message.of(ChatCompletions.DONE));
        var pause = SseEvent.Message.of(frame.chunk(entries(ChatChoice::pause)));
        return new Replay(events, pause);
    }

    /// A heartbeat opens only the choice with index 0, which is the first.
    private String opening() {
        return IntStream.range(0, choices.size())
                .mapToObj(i -> choices.get(i).opening(begun && i == 0))
                .collect(Collectors.joining(","));
    }

    /// The bodies side by side, and the finish of all of them behind the longest: openai-java
    /// completes as soon as all choices that it has seen are finished.
    private void addBodies() {
        var longest = choices.stream().mapToInt(choice -> choice.body().size()).max().orElse(0);
        for (int i = 0; i < longest; i++) {
            var position = i;
            var data = frame.chunk(entries(choice -> choice.body(position)));
            var piece = choices.stream().anyMatch(choice -> choice.isPiece(position));
            events.add(new SseEvent.Message("", data, piece));
        }
    }

    private String entries(Function<ChatChoice, String> entry) {
        return choices.stream().map(entry).collect(Collectors.joining(","));
    }
}
