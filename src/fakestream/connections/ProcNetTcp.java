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
/// in hexadecimal, its addresses as words of 32 bits in the byte order of the machine.
final class ProcNetTcp {
    private static final int BUFFER = 64 * 1024;

    private final ByteOrder order;

    /// What a connection is to this side.
    enum State {
        /// ESTABLISHED.
        OPEN,
        /// CLOSE_WAIT: the other side has closed its half, and this side has not.
        LEFT,
        /// One that listens, or that this side does not have, or no more.
        OTHER;

        private static State of(byte first, byte second) {
            return first != '0' ? OTHER : second == '1' ? OPEN : second == '8' ? LEFT : OTHER;
        }
    }

    /// A connection of this machine; an IPv4 address on a socket of IPv6 is the IPv4 address.
    ///
    /// It is the key of each request that waits: the methods that the JVM would make for a record
    /// cost every start some milliseconds.
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

    /// What a table shows of one port.
    interface Visitor {
        /// A connection stands there.
        void visit(Connection connection, State state);
    }

    /// @param order in which the words of an address stand
    ProcNetTcp(ByteOrder order) {
        this.order = order;
    }

    /// Shows the connections of a port of this machine, those that listen included.
    ///
    /// @throws IOException where the table cannot be read, or is none
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

    /// A busy machine has thousands of lines, each second, and most of them are of other ports: so
    /// the port is looked at before anything is made of the rest.
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

    /// `getByAddress` makes IPv4 of an IPv4-mapped IPv6 address.
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
