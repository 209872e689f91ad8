package fakestream.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import fakestream.protocol.chat.Chunks;
import fakestream.protocol.chat.Completions;
import fakestream.protocol.gemini.GenerateContent;
import fakestream.protocol.messages.Messages;
import fakestream.protocol.responses.Responses;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// When a stream is whole: never, only if it ends well, or even if it breaks off.
final class OpenChoicesTest {
    private static final Protocol GEMINI = new GenerateContent();

    /// Events of a chat: a choice and its text, with `.` for its finish; `D` is `[DONE]`, `U` a
    /// chunk of usage.
    @ParameterizedTest
    @ValueSource(strings = {
        " never", "U never", "D never", "U D never", "0a never", "0a D broken", "0a. broken",
        "0a 0. broken", "0a 0. U D broken", "0. broken", "0a. 0b. ended", "0a. 0b. D broken",
        "0a. 0b never", "0a. 0 broken", "0a. 0. broken", "0a. U 0. broken",
        "0a 1b 0. never", "0a 1b 0. D never", "0a 1b 0. 1. broken", "0a. 1b. broken",
        "0a 1 0. never", "0a 1b D broken", "0a. 1b. 0c. ended", "1a 1. 0b never"})
    void isWholeWhenEveryChoiceIsFinished(String eventsAndEnd) {
        assertEquals(eventsAndEnd.substring(eventsAndEnd.lastIndexOf(' ') + 1),
                end(1, eventsAndEnd), eventsAndEnd);
    }

    /// Some upstreams give one choice whatever `n` was, and end their stream well.
    @ParameterizedTest
    @ValueSource(strings = {"0a 0. ended", "0a 0. D broken", "0a 0. 1b 1. broken",
        "0a 0. 1b never"})
    void waitsForChoicesThatHaveNotBegun(String eventsAndEnd) {
        assertEquals(eventsAndEnd.substring(eventsAndEnd.lastIndexOf(' ') + 1),
                end(2, eventsAndEnd), eventsAndEnd);
    }

    private static String end(int expected, String events) {
        var chat = new OpenChoices(expected);
        var legacy = new OpenChoices(expected);
        for (var event : events.substring(0, events.lastIndexOf(' ')).split(" ")) {
            add(chat, Chunks.CHAT, chunk(event, "'delta':{'role':'assistant','content':'", "'}"));
            add(legacy, new Completions(), chunk(event, "'text':'", "'"));
        }
        assertEquals(end(chat), end(legacy), events);
        return end(chat);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "0a never", "0a. broken", "0a. 0b. ended", "0a 1b 0. never", "0a 1b 0. 1. broken",
        "B broken", "0a B broken"})
    void countsGeminiCandidatesLikeChoices(String eventsAndEnd) {
        var parts = eventsAndEnd.split(" ");
        var choices = new OpenChoices(1);
        for (var event : List.of(parts).subList(0, parts.length - 1)) {
            add(choices, GEMINI, event.equals("B") ? "{'promptFeedback':{'blockReason':'OTHER'}}"
                    : "{'candidates':[{'index':" + event.charAt(0) + ",'content':{'parts':["
                            + "{'text':'" + text(event) + "'}]}" + (event.endsWith(".")
                                    ? ",'finishReason':'STOP'" : "") + "}]}");
        }
        assertEquals(parts[parts.length - 1], end(choices));
    }

    /// In these protocols only their last event ends a stream.
    @ParameterizedTest
    @ValueSource(strings = {
        "message_start content_block_start content_block_delta message_delta never",
        "message_start message_delta message_stop broken", "ping never",
        "response.created response.output_text.delta response.output_item.done never",
        "response.created response.incomplete broken", "response.completed broken"})
    void waitsForTheLastEventOfTheOtherProtocols(String typesAndEnd) {
        var parts = typesAndEnd.split(" ");
        var choices = new OpenChoices(1);
        for (var type : List.of(parts).subList(0, parts.length - 1)) {
            var protocol = type.startsWith("response.") ? new Responses() : new Messages();
            add(choices, protocol, "{'type':'" + type + "','response':{'output':[]}}");
        }
        assertEquals(parts[parts.length - 1], end(choices));
    }

    private static String end(OpenChoices choices) {
        return choices.isWhole() ? "broken" : choices.isWholeAtItsEnd() ? "ended" : "never";
    }

    private static String chunk(String event, String before, String after) {
        return switch (event) {
            case "" -> "";
            case "D" -> "[DONE]";
            case "U" -> "{'choices':[],'usage':{'total_tokens':1}}";
            default -> "{'choices':[{'index':" + event.charAt(0) + "," + before + text(event)
                    + after + ",'finish_reason':" + (event.endsWith(".") ? "'stop'" : "null")
                    + "}]}";
        };
    }

    private static String text(String event) {
        return event.substring(1).replace(".", "");
    }

    private static void add(OpenChoices choices, Protocol protocol, String data) {
        var event = new SseEvent.Received(new byte[0], "", data.replace('\'', '"'));
        choices.add(protocol.relay(event, StreamState.UNTOLD));
    }
}
