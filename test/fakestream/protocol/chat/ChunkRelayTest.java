package fakestream.protocol.chat;

import static fakestream.protocol.chat.Chunks.BEGUN;
import static fakestream.protocol.chat.Chunks.CHAT;
import static fakestream.protocol.chat.Chunks.FRESH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import fakestream.protocol.RelayedEvent.Progress;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ChunkRelayTest {
    private static final String CHUNK = "{'id':'x','object':'chat.completion.chunk','created':1,"
            + "'model':'m','choices':[{'index':0,'delta':{'role':'assistant','content':'Hi'},"
            + "'logprobs':null,'finish_reason':null}],'obfuscation':'abc'}";
    private static final String FINISH = "{'id':'x','choices':[{'index':0,'delta':{},"
            + "'finish_reason':'stop'}]}";
    private static final String USAGE = "{'id':'x','choices':[],'usage':{'n':1}}";

    @ParameterizedTest
    @ValueSource(strings = {CHUNK, FINISH, USAGE, "[DONE]", "", "hello", "{'type':'ping'}",
        "{'error':{'message':'no'}}"})
    void passesEventsUnchanged(String data) {
        var event = received("", data);
        assertSame(event, CHAT.relay(event, FRESH).event());
    }

    @ParameterizedTest
    @ValueSource(strings = {"[DONE]", "", "hello", "{'type':'ping'}", "{'error':{'message':'no'}}",
        "[1]"})
    void passesOtherEventsUnchangedAfterAHeartbeat(String data) {
        var event = received("", data);
        assertSame(event, CHAT.relay(event, BEGUN).event());
    }

    @Test
    void givesChunksTheIdOfTheHeartbeatsAndDropsTheRole() {
        assertEquals("{'id':'chatcmpl-minted','object':'chat.completion.chunk','created':1,"
                + "'model':'m','choices':[{'index':0,'delta':{'content':'Hi'},'logprobs':null,"
                + "'finish_reason':null}],'obfuscation':'abc'}", passedOn(CHUNK));
        assertEquals(FINISH.replace("'x'", "'chatcmpl-minted'"), passedOn(FINISH));
    }

    @Test
    void givesTheUsageChunkTheIdOfTheHeartbeatsToo() {
        assertEquals("{'id':'chatcmpl-minted','choices':[],'usage':{'n':1}}", passedOn(USAGE));
    }

    @Test
    void keepsTheRolesOfOtherChoices() {
        var chunk = "{'id':'chatcmpl-minted','choices':[{'index':0,'delta':{'role':'a'}},"
                + "{'index':1,'delta':{'role':'b'}},{'index':2,'delta':null}]}";
        assertEquals(chunk.replace("'role':'a'", ""), passedOn(chunk));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        CHUNK + " -> OPEN", USAGE + " -> SILENT", " -> SILENT", "{'type':'ping'} -> SILENT",
        "{'choices':[{'delta':{},'finish_reason':''}]} -> OPEN",
        "{'error':null,'choices':[{'delta':{}}]} -> OPEN", FINISH + " -> WHOLE", "[DONE] -> ENDED",
        "{'error':{'message':'no'}} -> FAILED", "{'error':'no'} -> FAILED",
        "{'object':'error','message':'no'} -> FAILED",
        "{'error':{},'choices':[{'delta':{},'finish_reason':'error'}]} -> FAILED"})
    void reportsTheProgressOfTheStream(String dataAndProgress) {
        var parts = dataAndProgress.split(" -> ");
        for (var state : new StreamState[] {FRESH, BEGUN}) {
            assertEquals(Progress.valueOf(parts[1]),
                    CHAT.relay(received("", parts[0]), state).progress());
        }
    }

    @Test
    void reportsAnEventOfTypeErrorAsAFailure() {
        assertEquals(Progress.FAILED, CHAT.relay(received("error", "hello"), FRESH).progress());
        assertEquals(Progress.SILENT, CHAT.relay(received("ping", "{}"), FRESH).progress());
    }

    @Test
    void pausesWithAnEmptyChunkOfTheUpstreamsStream() {
        assertEquals("{'id':'x','object':'chat.completion.chunk','created':1,'model':'m','choices':"
                + "[{'index':0,'delta':{},'finish_reason':null}]}", pause(CHUNK, FRESH));
        assertEquals("{'id':'chatcmpl-minted','object':'chat.completion.chunk','created':1,"
                + "'model':'m','choices':[{'index':0,'delta':{},'finish_reason':null}]}",
                pause(CHUNK, BEGUN));
    }

    @Test
    void pausesWithoutMembersThatClientsAddUp() {
        assertEquals("{'id':'x','system_fingerprint':'f','service_tier':null,'choices':"
                + "[{'index':0,'delta':{},'finish_reason':null}]}",
                pause("{'service_tier':null,'id':'x','system_fingerprint':'f','usage':{'n':1},"
                        + "'x_groq':{'usage':{'n':1}},'choices':[{'delta':{'content':'a'}}]}",
                        FRESH));
    }

    @Test
    void pausesOnlyUnfinishedChoices() {
        assertEquals("{'id':'x','choices':[{'index':1,'delta':{},'finish_reason':null}]}",
                pause("{'id':'x','choices':[{'index':0,'delta':{},'finish_reason':'stop'},"
                        + "{'index':1,'delta':{'content':'a'}}]}", FRESH));
    }

    /// No client survives a chunk here: openai-java throws, openai-python forgets the usage.
    @ParameterizedTest
    @ValueSource(strings = {FINISH, USAGE, "[DONE]"})
    void pausesWithACommentOnceAllChoicesAreFinished(String data) {
        assertSame(SseEvent.HEARTBEAT, CHAT.relay(received("", data), FRESH).pause());
        assertSame(SseEvent.HEARTBEAT, CHAT.relay(received("", data), BEGUN).pause());
    }

    /// Azure opens a stream with this event, so the client has just survived one without choices.
    @Test
    void pausesWithoutChoicesAfterAnOpeningWithoutChoices() {
        var opening = "{'choices':[],'created':0,'id':'','model':'','object':'',"
                + "'prompt_filter_results':[{'prompt_index':0}],'usage':null}";
        assertEquals("{'id':'','object':'','created':0,'model':'','choices':[]}",
                pause(opening, FRESH));
        assertEquals("{'id':'chatcmpl-minted','object':'','created':0,'model':'','choices':[]}",
                pause(opening, BEGUN));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'type':'ping'}", "{'error':{}}", "", "hello"})
    void keepsThePauseAtOtherEvents(String data) {
        assertNull(CHAT.relay(received("", data), FRESH).pause());
        assertNull(CHAT.relay(received("", data), BEGUN).pause());
    }

    private static String passedOn(String data) {
        return shown(CHAT.relay(received("", data), BEGUN).event());
    }

    private static String pause(String data, StreamState state) {
        return shown(CHAT.relay(received("", data), state).pause());
    }

    private static String shown(SseEvent event) {
        return ((SseEvent.Message) event).data().replace('"', '\'');
    }

    private static SseEvent.Received received(String type, String data) {
        var json = data.replace('\'', '"');
        return new SseEvent.Received(SseEvent.Message.of(json).bytes(), type, json);
    }
}
