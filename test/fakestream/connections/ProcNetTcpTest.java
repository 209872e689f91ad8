package fakestream.connections;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import fakestream.connections.ProcNetTcp.Connection;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Reads lines as Linux writes them, on a machine whose words end with the highest byte.
final class ProcNetTcpTest {
    private static final String HEAD =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid"
            + "  timeout inode                                                     \n";
    private static final String HEAD_6 =
            "  sl  local_address                         remote_address                        st"
            + " tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
    private static final String REST = " 00000000:00000000 00:00000000 00000000     0        0"
            + " 42719 1 000000003157b5c8 20 4 30 10 -1                   \n";
    private static final String LOOPBACK_6 = "00000000000000000000000001000000";
    private static final String MAPPED = "0000000000000000FFFF00000100007F";

    private static List<Connection> left(String table) throws IOException {
        return left(new ByteArrayInputStream(table.getBytes(StandardCharsets.US_ASCII)));
    }

    private static List<Connection> left(InputStream table) throws IOException {
        return left(ByteOrder.LITTLE_ENDIAN, table);
    }

    private static List<Connection> left(ByteOrder order, InputStream table) throws IOException {
        var found = new ArrayList<Connection>();
        new ProcNetTcp(List.of(), order).read(table, 3000, (connection, state) -> {
            if (state == ProcNetTcp.State.LEFT) {
                found.add(connection);
            }
        });
        return found;
    }

    private static Connection connection(String local, int port, String remote, int remotePort) {
        return new Connection(new InetSocketAddress(local, port),
                new InetSocketAddress(remote, remotePort));
    }

    @Test
    void findsAConnectionClosedByTheOtherSide() throws IOException {
        assertEquals(List.of(connection("127.0.0.1", 3000, "192.168.1.20", 56789)),
                left(HEAD + "   0: 00000000:0BB8 00000000:0000 0A" + REST
                + "   1: 0100007F:0BB8 1401A8C0:DDD5 08" + REST
                + "   2: 0100007F:0BB8 1401A8C0:DDD6 01" + REST
                + "   3: 0100007F:DDD5 0100007F:0BB8 05" + REST));
    }

    @Test
    void findsAllConnectionsOfOnePortOnly() throws IOException {
        var shown = new ArrayList<Connection>();
        new ProcNetTcp(List.of(), ByteOrder.LITTLE_ENDIAN).read(new ByteArrayInputStream((HEAD
                + "   0: 0100007F:0BB8 00000000:0000 0A" + REST
                + "   1: 0100007F:0BB8 0100007F:9C40 01" + REST
                + "   2: 0100007F:0BB9 0100007F:9C41 01" + REST
                + "   3: 0100007F:9C40 0100007F:0BB8 01" + REST)
                .getBytes(StandardCharsets.US_ASCII)), 3000, (connection, _) ->
                shown.add(connection));
        assertEquals(List.of(connection("127.0.0.1", 3000, "0.0.0.0", 0),
                connection("127.0.0.1", 3000, "127.0.0.1", 40_000)), shown);
    }

    @Test
    void findsAnIpv6Connection() throws IOException {
        assertEquals(List.of(connection("::1", 3000, "2001:db8::7:1", 40000)),
                left(HEAD_6 + "   0: " + LOOPBACK_6 + ":0BB8 B80D0120000000000000000001000700:9C40"
                + " 08" + REST
                + "   1: " + LOOPBACK_6 + ":0BB8 " + LOOPBACK_6 + ":9C41 01" + REST));
    }

    /// On a dual-stack socket, Java gives the address of an IPv4 client as an IPv4 address too.
    @Test
    void findsAnIpv4ConnectionOnAnIpv6Socket() throws IOException {
        assertEquals(List.of(connection("127.0.0.1", 3000, "127.0.0.1", 40001)),
                left(HEAD_6 + "   0: " + MAPPED + ":0BB8 " + MAPPED + ":9C41 08" + REST));
    }

    @Test
    void readsTheOtherByteOrder() throws IOException {
        var line = "   0: 7F000001:0BB8 C0A80114:DDD5 08" + REST;
        assertEquals(List.of(connection("127.0.0.1", 3000, "192.168.1.20", 56789)),
                left(ByteOrder.BIG_ENDIAN, new ByteArrayInputStream(
                        line.getBytes(StandardCharsets.US_ASCII))));
    }

    /// In a large table, line numbers have more than four digits, and lines cross the buffer.
    @Test
    void readsATableOfAnyLength() throws IOException {
        var table = new StringBuilder(HEAD);
        for (int i = 0; i < 12_000; i++) {
            table.append("%4d: 0100007F:0BB8 0100007F:%04X %s".formatted(i, i + 10_000,
                    i % 1000 == 999 ? "08" : "01")).append(REST);
        }
        var bytes = table.toString().getBytes(StandardCharsets.US_ASCII);
        var left = left(new ByteArrayInputStream(bytes) {
            @Override
            public int read(byte[] buffer, int offset, int length) {
                return super.read(buffer, offset, Math.min(length, 4099));
            }
        });
        assertEquals(12, left.size());
        assertEquals(connection("127.0.0.1", 3000, "127.0.0.1", 21_999), left.getLast());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "1\n::\n", "0: :: 08\n", "no table\n",
        "   0: 0100007F:0BB8 0100007F:9C40 08"})
    void findsNothingInOtherLines(String text) throws IOException {
        assertEquals(List.of(), left(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0: 0100007X:0BB8 0100007F:9C40 08 \n",
        "0: 01007F:0BB8 01007F:9C40 08 \n"})
    void refusesInvalidAddresses(String text) {
        assertThrows(IOException.class, () -> left(text));
    }
}
