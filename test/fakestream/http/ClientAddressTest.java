package fakestream.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.Headers;
import java.net.InetAddress;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ClientAddressTest {
    private static final InetAddress PEER = InetAddress.ofLiteral("10.0.0.1");

    private static String of(InetAddress peer, boolean trusts, String... forwarded) {
        var headers = new Headers();
        Arrays.stream(forwarded).forEach(line -> headers.add("X-Forwarded-For", line));
        return ClientAddress.of(peer, headers, trusts);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "192.0.2.7; 192.0.2.7", "192.0.2.7:4711; 192.0.2.7", "1.1.1.1, 192.0.2.7; 192.0.2.7",
        "unknown,192.0.2.7 ; 192.0.2.7", "2001:db8:1:2:3:4:5:6; 20:01:0d:b8:00:01:00:02::/64",
        "[2001:db8:1:2::1]; 20:01:0d:b8:00:01:00:02::/64",
        "[2001:DB8:1:2::9]:4711; 20:01:0d:b8:00:01:00:02::/64",
        "::1; 00:00:00:00:00:00:00:00::/64", "::ffff:192.0.2.7; 192.0.2.7",
        "[::ffff:192.0.2.7]:80; 192.0.2.7"})
    void usesTheLastForwardedAddressOfATrustedProxy(String forwarded, String address) {
        assertEquals(address, of(PEER, true, forwarded));
        assertEquals(address, of(PEER, true, "203.0.113.9", forwarded));
        assertEquals("10.0.0.1", of(PEER, false, forwarded));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"unknown", "_hidden", "''", "192.0.2.7,", "localhost",
        "192.0.2", "192.0.2.256", "3221225991", "0x7f.0.0.1", "192.0.2.7:port", "[192.0.2.7]x",
        "2001:db8", "2001:db8::1::2", "fe80::1%eth0", "[2001:db8::1", "2001:db8::1]", "1:2",
        "192.0.2.7 192.0.2.8", "::ffff:999.0.2.7"})
    void usesThePeersAddressIfTheForwardedOneIsInvalid(String forwarded) {
        assertEquals("10.0.0.1", of(PEER, true, forwarded));
    }

    @Test
    void usesThePeersAddressIfNoneIsForwarded() {
        assertEquals("10.0.0.1", of(PEER, true));
        assertEquals("20:01:0d:b8:00:00:00:00::/64",
                of(InetAddress.ofLiteral("2001:db8::1"), true));
    }
}
