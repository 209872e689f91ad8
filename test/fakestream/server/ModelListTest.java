package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.config.Config;
import fakestream.config.StreamMode;
import fakestream.http.Response;
import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The names that choose a mode in lists of models (MODEL_LIST_MODES).
final class ModelListTest {
    private static final String LIST = "{\"object\":\"list\",\"data\":["
            + "{\"id\":\"a\",\"object\":\"model\",\"created\":1.0e0}, { \"id\":\"b/c\" }]}";

    private static Response response(int status, String body) {
        return Response.json(status, Map.of(), body.getBytes(StandardCharsets.UTF_8));
    }

    private static String longer(String body, StreamMode... modes) {
        return new String(new ModelList(List.of(modes)).with(response(200, body)).body(),
                StandardCharsets.UTF_8);
    }

    @Test
    void namesEachModelOnceMoreForEachMode() {
        assertEquals("{\"object\":\"list\",\"data\":["
                + "{\"id\":\"a\",\"object\":\"model\",\"created\":1.0e0},{\"id\":\"b/c\"},"
                + "{\"id\":\"fake/a\",\"object\":\"model\",\"created\":1.0e0},"
                + "{\"id\":\"fake/b/c\"},"
                + "{\"id\":\"auto/a\",\"object\":\"model\",\"created\":1.0e0},"
                + "{\"id\":\"auto/b/c\"}]}", longer(LIST, StreamMode.FAKE, StreamMode.AUTO));
    }

    /// A picker shows the second name of a model; pages of a list name their ends.
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{'data':[{'type':'model','id':'c-4','display_name':'C 4'}],'has_more':true,'last_id':"
            + "'c-4'} | {'data':[{'type':'model','id':'c-4','display_name':'C 4'},{'type':'model',"
            + "'id':'real/c-4','display_name':'real/C 4'}],'has_more':true,'last_id':'c-4'}",
        "{'models':[{'name':'models/g','displayName':'G'}],'nextPageToken':'t'} | {'models':["
            + "{'name':'models/g','displayName':'G'},{'name':'models/real/g','displayName':"
            + "'real/G'}],'nextPageToken':'t'}",
        "{'data':[{'id':'o/m','name':'O: M','x':'name'}]} | {'data':[{'id':'o/m','name':'O: M',"
            + "'x':'name'},{'id':'real/o/m','name':'real/O: M','x':'name'}]}",
        "{'data':[{'id':'a'},7,{'id':8}]} | {'data':[{'id':'a'},7,{'id':8},{'id':'real/a'}]}"})
    void readsTheListsOfOtherApis(String list, String longer) {
        assertEquals(longer.replace('\'', '"'),
                longer(list.replace('\'', '"'), StreamMode.REAL));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{ \"data\": [] }", "{ \"data\":[{\"slug\":\"a\"}]}", "{ \"id\":\"a\"}",
        "[ {\"id\":\"a\"}]", "7 ", "{ \"models\":[{\"slug\":\"a\"}] }", "<p>", ""})
    void keepsAnAnswerThatListsNoModels(String body) {
        var response = response(200, body);
        assertSame(response, new ModelList(List.of(StreamMode.FAKE)).with(response));
    }

    @Test
    void keepsErrorsAndLongListsAndAllIfThereIsNoMode() {
        var fake = new ModelList(List.of(StreamMode.FAKE));
        for (var response : List.of(response(404, LIST), response(200, LIST
                + " ".repeat(2 * 1024 * 1024)))) {
            assertSame(response, fake.with(response));
        }
        var response = response(200, LIST);
        assertSame(response, new ModelList(List.of()).with(response));
    }

    @Test
    void addsToTheListAndNotToADescription() {
        try (var upstream = ScriptedUpstream.answering(200, LIST);
                var proxy = TestProxy.before(upstream, "MODEL_LIST_MODES=fake, real,FAKE")) {
            assertEquals(longer(LIST, StreamMode.FAKE, StreamMode.REAL),
                    proxy.get("/v1/models").text());
            assertEquals(LIST, proxy.get("/v1/models/m").text());
            assertEquals(LIST, proxy.get("/v1/models/fake/m").text());
        }
    }

    @Test
    void servesTheNamesOfTheList() {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream, "MODEL_LIST_MODES=fake");
                var client = proxy.stream(Chats.STREAM.replace("\"m\"", "\"fake/b/c\""))) {
            assertEquals("Hello.", client.content());
            assertTrue(upstream.call().body().contains("\"model\":\"b/c\""));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tools", "fake real", "fake,on"})
    void refusesAnotherMode(String modes) {
        var problem = assertThrows(IllegalArgumentException.class,
                () -> Config.of(Map.of("MODEL_LIST_MODES", modes))).getMessage();
        assertTrue(problem.contains("MODEL_LIST_MODES") && problem.contains("'"
                + modes.replace("fake,", "") + "' is not one of fake, real, auto"), problem);
    }
}
