package fakestream.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class SecretTest {
    private final Secret secret = new Secret("sk-abcdefgh");

    @Test
    void neverShowsItsTextWhenPrinted() {
        assertEquals("***", secret.toString());
        assertEquals("[***]", List.of(secret).toString());
        assertEquals("Optional[***]", Optional.of(secret).toString());
    }

    @Test
    void revealsItsTextOnRequest() {
        assertEquals("sk-abcdefgh", secret.reveal());
    }

    @Test
    void matchesItsOwnTextOnly() {
        assertTrue(secret.matches("sk-abcdefgh"));
        assertFalse(secret.matches("sk-abcdefgH"));
        assertFalse(secret.matches("sk-abcdefg"));
        assertFalse(secret.matches("sk-abcdefgh "));
        assertFalse(secret.matches(""));
    }
}
