package fakestream.connections;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/// Reads the tables of TCP connections that Linux keeps in `/proc/net/tcp` and `/proc/net/tcp6`
/// (proc_net_tcp.rst of its documentation). Each line is a connection:
///
///     sl: LOCAL:PORT REMOTE:PORT STATE ...
///
/// in hexadecimal; an address is a row of 32-bit words in the byte order of the machine.
final class ProcNetTcp {
    private static final int BUFFER = 64 * 1024;

    private final ByteOrder order;

    /// The state of a connection on this side.
    enum State {
        /// ESTABLISHED.
        OPEN,
        /// CLOSE_WAIT: the other side has closed its half, and this side has not.
        LEFT,
        /// A listener, or a connection that this side does not have or no longer has.
        OTHER;

        private static State of(byte first, byte second) {
            return first != '0' ? OTHER : second == '1' ? OPEN : second == '8' ? LEFT : OTHER;
        }
    }

    /// A connection of this machine; an IPv4 address on a socket of IPv6 is the IPv4 address.
    ///
    /// It is the map key of each waiting request. The methods that the JVM generates for a record
    /// would add some milliseconds to every start.
    record Connection(InetSocketAddress local, InetSocketAddress remote) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Connection that && local.equals(that.local)
                    && remote.equals(that.remote);
        }

        @Override
        public int hashCode() {
            return 31 * local.hashCode() + remote.hashCode();
        }
    }

    /// Receives the connections of one port.
    interface Visitor {
        /// Called for each connection.
        void visit(Connection connection, State state);
    }

    /// @param order the byte order of an address's words
    ProcNetTcp(ByteOrder order) {
        this.order = order;
    }

    /// Shows the connections of a port of this machine, listeners included.
    ///
    /// @throws IOException if the table cannot be read, or has another format
    void read(InputStream table, int port, Visitor visitor) throws IOException {
        var hex = HexFormat.of().withUpperCase().toHexDigits((short) port)
                .getBytes(StandardCharsets.US_ASCII);
        var buffer = new byte[BUFFER];
        int filled = 0;
        for (int n = 0; n >= 0; n = table.read(buffer, filled, BUFFER - filled)) {
            filled += n;
            int start = 0;
            for (int i = 0; i < filled; i++) {
                if (buffer[i] == '\n') {
                    show(buffer, start, i, hex, visitor);
                    start = i + 1;
                }
            }
            System.arraycopy(buffer, start, buffer, 0, filled - start);
            filled -= start;
        }
    }

    /// A busy machine has thousands of lines, read each second, mostly of other ports. So the port
    /// is checked before the rest of a line is parsed.
    private void show(byte[] bytes, int start, int end, byte[] port, Visitor visitor)
            throws IOException {
        int local = indexOf(':', bytes, start, end) + 2;
        int colon = indexOf(':', bytes, local, end);
        int digits = colon - local;
        int remote = local + digits + 6;
        int state = remote + digits + 6;
        if (state + 2 <= end && Arrays.equals(bytes, colon + 1, colon + 5, port, 0, 4)) {
            visitor.visit(new Connection(address(bytes, local, digits),
                    address(bytes, remote, digits)), State.of(bytes[state], bytes[state + 1]));
        }
    }

    private static int indexOf(char wanted, byte[] bytes, int start, int end) {
        int i = start;
        while (i < end && bytes[i] != wanted) {
            i++;
        }
        return i;
    }

    /// `getByAddress` turns an IPv4-mapped IPv6 address into IPv4.
    private InetSocketAddress address(byte[] bytes, int start, int digits) throws IOException {
        var text = new String(bytes, start, digits + 5, StandardCharsets.US_ASCII);
        var address = ByteBuffer.allocate(digits / 2).order(order);
        try {
            for (int i = 0; i < digits; i += 8) {
                address.putInt(HexFormat.fromHexDigits(text, i, i + 8));
            }
            return new InetSocketAddress(InetAddress.getByAddress(address.array()),
                    HexFormat.fromHexDigits(text, digits + 1, digits + 5));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IOException("no table of connections", e);
        }
    }
}
