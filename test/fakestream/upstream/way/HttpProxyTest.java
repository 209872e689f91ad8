package fakestream.upstream.way;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The addresses of proxies as people write them.
final class HttpProxyTest {
    @ParameterizedTest
    @CsvSource({
        "http://proxy.test:3128, http://proxy.test:3128",
        "HTTP://proxy.test:3128/, http://proxy.test:3128",
        "proxy.test:3128, http://proxy.test:3128",
        "user:secret@proxy.test:3128, http://proxy.test:3128",
        "http://proxy.test, http://proxy.test:80",
        "http://[::1]:3128, http://[::1]:3128",
        "http://10.0.0.1:8080, http://10.0.0.1:8080"})
    void readsAnAddress(String text, String shown) {
        assertEquals(shown, HttpProxy.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://user:secret@proxy.test:3128",
        "socks5://user:secret@proxy.test:1080", "http://user:secret@", "http://user:sec ret@proxy",
        "http://user:secret@proxy.test:0", "http://user:secret@proxy.test:70000",
        "http://user:secret@proxy.test/path", "http://user:sec@ret@proxy.test:1",
        "http://user:secret@proxy.test?secret", "secret secret", "http://user:secret%zz@proxy"})
    void refusesAWrongOneWithoutRepeatingIt(String text) {
        var message = assertThrows(IllegalArgumentException.class, () -> HttpProxy.parse(text))
                .getMessage();
        assertTrue(message.startsWith("must be http://HOST:PORT or "), message);
        assertFalse(message.contains("secret"), message);
    }

    /// The example of RFC 7617 section 2.
    @Test
    void makesTheHeaderOfUserAndPassword() {
        assertEquals(Optional.of("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
                HttpProxy.parse("http://Aladdin:open%20sesame@p:1").authorization());
        assertEquals(Optional.of("Basic dTphK0A="),
                HttpProxy.parse("http://u:a+%40@p:1").authorization());
        assertEquals(Optional.of("Basic dTo="), HttpProxy.parse("http://u@p:1").authorization());
        assertEquals(Optional.empty(), HttpProxy.parse("http://p:1").authorization());
    }

    @Test
    void knowsItsSecretsInEachForm() {
        var secrets = HttpProxy.parse("http://u:open%20it@p:1").secrets().toList();
        for (var secret : new String[] {"open%20it", "open it", "dTpvcGVuIGl0"}) {
            assertTrue(secrets.contains(secret), secrets::toString);
        }
    }
}
