package fakestream.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HostTest {
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "0.0.0.0", "::", "::1", "[::1]", "localhost",
            "my-host.example.com", "web_1"})
    void acceptsNamesAndAddresses(String host) {
        assertEquals(host, Host.parse(host));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1", "127.0.0.1:3000", "localhost:3000", "[::1]:3000",
            "256.1.1.1", "1.2.3.4.5", "a b", "*", "[localhost]", "::g"})
    void refusesOtherText(String host) {
        String message = assertThrows(IllegalArgumentException.class, () -> Host.parse(host))
                .getMessage();
        assertEquals("'" + host + "' is not a host name or an IP address; a port belongs in PORT",
                message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.255.255.254", "::1", "[::1]", "0:0:0:0:0:0:0:1",
            "localhost", "LOCALHOST"})
    void recognisesLoopback(String host) {
        assertTrue(Host.isLoopback(host));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "[::]", "128.0.0.1", "192.168.1.2", "fe80::1",
            "localhost.example.com", "127.0.0.1.example.com", "my-host"})
    void countsEveryOtherAddressAndNameAsReachable(String host) {
        assertFalse(Host.isLoopback(host));
    }
}
