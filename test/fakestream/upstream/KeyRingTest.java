package fakestream.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.config.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class KeyRingTest {
    /// Near the end of the numbers, which the clock of the JDK may pass.
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    private final KeyRing keys = new KeyRing(
            List.of(new Secret("one"), new Secret("two")), now::get);

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Test
    void usesTheFirstKeyThatDoesNotRest() {
        assertEquals(Optional.of("one"), keys.next());
        assertTrue(keys.rest("one", Duration.ofSeconds(60)));
        assertEquals(Optional.of("two"), keys.next());
        pass(Duration.ofSeconds(59));
        assertEquals(Optional.of("two"), keys.next());
        pass(Duration.ofSeconds(1));
        assertEquals(Optional.of("one"), keys.next());
    }

    @Test
    void usesTheKeyWhoseRestEndsFirstIfAllRest() {
        assertTrue(keys.rest("one", Duration.ofSeconds(60)));
        assertFalse(keys.rest("two", Duration.ofSeconds(20)));
        assertEquals(Optional.of("two"), keys.next());
    }

    @Test
    void hasNoKeyIfNoneWasGiven() {
        assertEquals(Optional.empty(), new KeyRing(List.of(), now::get).next());
    }
}
