package fakestream.connections;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;

/// Reads the tables of TCP connections that Linux keeps in `/proc/net/tcp` and `/proc/net/tcp6`
/// (proc_net_tcp.rst of its documentation). Each line is a connection:
///
///     sl: LOCAL:PORT REMOTE:PORT STATE ...
///
/// in hexadecimal; an address is a row of 32-bit words in the byte order of the machine.
///
/// @param files the tables
/// @param order the byte order of an address's words
record ProcNetTcp(List<String> files, ByteOrder order) {
    static final List<String> FILES = List.of("/proc/net/tcp", "/proc/net/tcp6");

    private static final int BUFFER = 64 * 1024;
    private static final long PERIOD_SECONDS = 1;

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
    /// would add to every start: 13 ms of processor time, measured, because no other is used there.
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

    /// The tables that this process can read now.
    static ProcNetTcp readable(List<String> files) {
        return new ProcNetTcp(files.stream().filter(file -> Files.isReadable(Path.of(file)))
                .toList(), ByteOrder.nativeOrder());
    }

    /// Runs `reading` each second while it is needed, and never twice at once.
    ///
    /// @param timer only hands over to the executor
    static void eachSecond(ScheduledExecutorService timer, Executor executor,
            BooleanSupplier needed, Runnable reading) {
        var running = new AtomicBoolean();
        timer.scheduleWithFixedDelay(() -> {
            if (needed.getAsBoolean() && running.compareAndSet(false, true)) {
                executor.execute(() -> {
                    try {
                        reading.run();
                    } finally {
                        running.set(false);
                    }
                });
            }
        }, PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
    }

    /// Shows the connections of a port of this machine, listeners included.
    ///
    /// @throws IOException if a table cannot be read, or has another format
    void read(int port, BiConsumer<Connection, State> visitor) throws IOException {
        for (var file : files) {
            try (var table = new FileInputStream(file)) {
                read(table, port, visitor);
            }
        }
    }

    void read(InputStream table, int port, BiConsumer<Connection, State> visitor)
            throws IOException {
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
    private void show(byte[] bytes, int start, int end, byte[] port,
            BiConsumer<Connection, State> visitor) throws IOException {
        int local = indexOf(':', bytes, start, end) + 2;
        int colon = indexOf(':', bytes, local, end);
        int digits = colon - local;
        int remote = local + digits + 6;
        int state = remote + digits + 6;
        if (state + 2 <= end && Arrays.equals(bytes, colon + 1, colon + 5, port, 0, 4)) {
            visitor.accept(new Connection(address(bytes, local, digits),
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
            throw new IOException("not a table of connections", e);
        }
    }
}
