package fakestream.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingNamesTest {
    @ParameterizedTest
    @CsvSource({
        "HEARTBEAT_INTERVAL, HEARTBEAT_INTERVAL_MS",
        "heartbeat.interval.ms, HEARTBEAT_INTERVAL_MS",
        "heartbeat-interval-ms, HEARTBEAT_INTERVAL_MS",
        "port, PORT",
        "PROT, PORT",
        "OPENAI_APIKEY, OPENAI_API_KEY",
        "OPENAI_KEY, OPENAI_API_KEY",
        "OPENAI_KEY_FILE, OPENAI_API_KEY_FILE",
        "CORS_ALLOW_ORIGINS, CORS_ALLOW_ORIGIN"})
    void suggestsTheNameThatWasProbablyMeant(String wrong, String meant) {
        assertEquals("--set: " + wrong + ": unknown setting; did you mean " + meant + "?",
                unknown(wrong));
    }

    @Test
    void suggestsNothingIfNoNameIsSimilar() {
        assertEquals("--set: ADMIN_PASSWORD: unknown setting", unknown("ADMIN_PASSWORD"));
        assertEquals("--set: FOO: unknown setting", unknown("FOO"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sk-abcdefghijklmnop", "c2VjcmV0IGtleSBpbiBiYXNl", "", "A B"})
    void doesNotRepeatTextThatIsNotAName(String name) {
        assertEquals("--set: the text before the '=' is not a setting's name",
                unknown(name));
    }

    private static String unknown(String name) {
        return SettingNames.unknown(new Given(name, "value", "--set"));
    }
}
