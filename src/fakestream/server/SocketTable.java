package fakestream.server;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// Reads the tables of TCP connections that Linux keeps in `/proc/net/tcp` and `/proc/net/tcp6`
/// (proc_net_tcp.rst of its documentation). Each line is a connection:
///
///     sl: LOCAL:PORT REMOTE:PORT STATE ...
///
/// in hexadecimal, its addresses as words of 32 bits in the byte order of the machine.
final class SocketTable {
    private static final int BUFFER = 64 * 1024;

    /// CLOSE_WAIT: the other side has closed its half, and this side has not.
    private static final String LEFT = "08";

    private final ByteOrder order;

    /// A connection of this machine; an IPv4 address on a socket of IPv6 is the IPv4 address.
    record Connection(InetSocketAddress local, InetSocketAddress remote) {
    }

    /// @param order in which the words of an address stand
    SocketTable(ByteOrder order) {
        this.order = order;
    }

    /// The connections whose other side has closed its half.
    ///
    /// @throws IOException where the table cannot be read, or is none
    List<Connection> left(InputStream table) throws IOException {
        var left = new ArrayList<Connection>();
        var buffer = new byte[BUFFER];
        int filled = 0;
        for (int n = 0; n >= 0; n = table.read(buffer, filled, BUFFER - filled)) {
            filled += n;
            int start = 0;
            for (int i = 0; i < filled; i++) {
                if (buffer[i] == '\n') {
                    addIfLeft(left, buffer, start, i);
                    start = i + 1;
                }
            }
            System.arraycopy(buffer, start, buffer, 0, filled - start);
            filled -= start;
        }
        return left;
    }

    /// A busy machine has thousands of lines, each second, and nearly none of them is of interest:
    /// so the state is looked at before anything is made of the rest.
    private void addIfLeft(List<Connection> left, byte[] bytes, int start, int end)
            throws IOException {
        int local = indexOf(':', bytes, start, end) + 2;
        int digits = indexOf(':', bytes, local, end) - local;
        int remote = local + digits + 6;
        int state = remote + digits + 6;
        if (state + 2 <= end && bytes[state] == LEFT.charAt(0)
                && bytes[state + 1] == LEFT.charAt(1)) {
            left.add(new Connection(address(bytes, local, digits),
                    address(bytes, remote, digits)));
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
