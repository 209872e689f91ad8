package fakestream.upstream.way;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The hosts that NO_PROXY names, as curl and Go read it.
final class NoProxyTest {
    @ParameterizedTest(name = "{0} names {1}:{2}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
            *                      | api.example.com  | 443  | true
            x,*                    | 10.1.2.3         | 80   | true
            ''                     | api.example.com  | 443  | false
            ' , ,'                 | api.example.com  | 443  | false
            example.com            | example.com      | 443  | true
            example.com            | api.example.com  | 443  | true
            example.com            | badexample.com   | 443  | false
            example.com            | example.com.evil | 443  | false
            .example.com           | example.com      | 443  | true
            .example.com           | a.b.example.com  | 443  | true
            *.example.com          | api.example.com  | 443  | true
            .example.com           | badexample.com   | 443  | false
            EXAMPLE.com            | Api.Example.COM  | 443  | true
            example.com.           | api.example.com  | 443  | true
            example.com            | api.example.com. | 443  | true
            example.com:8443       | api.example.com  | 8443 | true
            example.com:8443       | api.example.com  | 443  | false
            'a.test, example.com'  | example.com      | 443  | true
            'a.test example.com'   | example.com      | 443  | true
            com                    | example.com      | 443  | true
            localhost              | localhost        | 80   | true
            10.1.2.3               | 10.1.2.3         | 80   | true
            10.1.2.3               | 10.1.2.30        | 80   | false
            10.1.2.3:8080          | 10.1.2.3         | 8080 | true
            10.1.2.3:8080          | 10.1.2.3         | 80   | false
            10.0.0.0/8             | 10.255.0.1       | 80   | true
            10.0.0.0/8             | 11.0.0.1         | 80   | false
            172.16.0.0/12          | 172.31.255.255   | 80   | true
            172.16.0.0/12          | 172.32.0.0       | 80   | false
            10.1.2.3/32            | 10.1.2.3         | 80   | true
            10.1.2.3/32            | 10.1.2.2         | 80   | false
            0.0.0.0/0              | 8.8.8.8          | 80   | true
            0.0.0.0/0              | [::1]            | 80   | false
            10.0.0.0/8:8080        | 10.1.2.3         | 8080 | true
            10.0.0.0/8             | 10.example.com   | 80   | false
            10.0.0.0/99            | 10.1.2.3         | 80   | false
            x/8                    | 10.1.2.3         | 80   | false
            2001:db8::1            | [2001:db8:0::1]  | 80   | true
            [2001:db8::1]          | [2001:db8::1]    | 80   | true
            [2001:db8::1]:443      | [2001:db8::1]    | 443  | true
            [2001:db8::1]:443      | [2001:db8::1]    | 80   | false
            2001:db8::/32          | [2001:db8:9::1]  | 80   | true
            2001:db8::/32          | [2001:db9::1]    | 80   | false
            http://example.com     | example.com      | 80   | false
            """)
    void namesHosts(String list, String host, int port, boolean expected) {
        assertEquals(expected, new NoProxy(list).names(host, port));
    }
}
