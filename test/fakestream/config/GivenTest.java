package fakestream.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class GivenTest {
    private final Given key = new Given("OPENAI_API_KEY", " sk-secret \n", "--set");

    @Test
    void dropsBlanksAroundTheValue() {
        assertEquals("sk-secret", key.value());
    }

    @Test
    void neverShowsAValueWhenPrinted() {
        assertEquals("OPENAI_API_KEY from --set", key.toString());
    }

    @Test
    void isHiddenInPrintedSourcesToo() {
        ConfigSources sources = new ConfigSources(Optional.of(Path.of("a")),
                Map.of("OPENAI_API_KEY", "sk-secret"), List.of(key));
        assertFalse(sources.toString().contains("sk-secret"), sources.toString());
    }
}
