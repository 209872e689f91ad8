package fakestream.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.Json;
import fakestream.json.JsonException;
import java.util.Collections;
import org.junit.jupiter.api.Test;

final class TokenLogprobsTest {
    @Test
    void spreadsTokensSoThatLinesStayShort() throws JsonException {
        var token = Json.parse("{\"token\":\"a\",\"own\":\"%s\"}".formatted("x".repeat(1000)));
        var logprobs = new TokenLogprobs(Collections.nCopies(100, token), 32 * 1024);
        logprobs.tell("ab");
        var count = logprobs.take().elements().size();
        assertEquals(2, count);
        assertFalse(logprobs.isDue());
        logprobs.tell("x".repeat(98));
        for (logprobs.tellRest(); logprobs.remain();) {
            var taken = logprobs.take().elements().size();
            assertTrue(taken <= 33, "tokens of 1 KB in 32 KB: " + taken);
            count += taken;
        }
        assertEquals(100, count);
    }
}
