package fakestream.connections;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// The connections and streams that this process can hold at once, computed from its heap and its
/// limit of open files. A stream needs a connection to each side.
///
/// @param connections from clients; the JDK's server closes the next one without a response
/// @param streams always fewer than connections, so that the next request gets a response
public record Capacity(int connections, int streams) {
    /// The property that limits the connections of the JDK's server. If the open files limited
    /// them, its one dispatcher would spin on an accept() that keeps failing.
    public static final String CONNECTIONS = "jdk.httpserver.maxConnections";

    private static final int MOST = 1_000_000;

    /// Measured: 50 KiB for a stream that is held open, with its connections to both sides.
    private static final long HEAP_OF_STREAM = 52 * 1024;

    /// Measured: an idle connection keeps 21 KiB if its responses were short, and 41 KiB at most: 8
    /// KiB for received bytes, 8 KiB for the buffer behind them, and twice the largest write.
    private static final long HEAP_OF_CONNECTION = 40 * 1024;

    /// Half of the heap is for bodies (`BodyMemory`), a sixteenth for incomplete heads
    /// ([PendingClients]), and this much for the program itself.
    private static final long HEAP_OF_PROGRAM = 16 << 20;

    /// The JVM's own files, pollers and selectors, the listener, and files that are open briefly.
    private static final int OWN_FILES = 32;

    static final long UNKNOWN = Long.MAX_VALUE;
    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final Pattern SOFT = Pattern.compile("(?m)^Max open files +(\\d{1,18}) ");

    /// Connections that the JDK's server may accept. A silent connection costs 1 KB of heap, so
    /// only the open files limit them; [ConnectionLimiter] makes room before the capacity is used
    /// up.
    public static int accepted() {
        var processors = Runtime.getRuntime().availableProcessors();
        return of(openFiles(), Long.MAX_VALUE, processors, MOST).connections();
    }

    /// The capacity of this process, within the operator's limit of connections if there is one.
    public static Capacity ofThisProcess() {
        var processors = Runtime.getRuntime().availableProcessors();
        var given = Integer.getInteger(CONNECTIONS, 0);
        return of(openFiles(), Runtime.getRuntime().maxMemory(), processors,
                given > 0 ? given : MOST);
    }

    /// @param files that may be open
    /// @param heap in bytes
    /// @param processors each may have a poller of virtual threads, with a file of its own
    /// @param most connections that there may be
    static Capacity of(long files, long heap, int processors, int most) {
        var byFiles = (files - OWN_FILES - processors) / 2;
        var share = Math.max(heap / 2 - heap / 16 - HEAP_OF_PROGRAM, heap / 8);
        var bound = Math.min(Math.min(byFiles, share / HEAP_OF_CONNECTION), most);
        var connections = Math.clamp(bound, 2, MOST);
        var streams = Math.min(connections - 1 - connections / 8, share / HEAP_OF_STREAM);
        return new Capacity(connections, (int) Math.max(streams, 1));
    }

    /// The files that may be open at once; [#UNKNOWN] if there is no limit or it cannot be read.
    /// The file is read first because the bean would add 50 ms to a start of 200 ms.
    static long openFiles() {
        try {
            return openFiles(Files.readString(LIMITS));
        } catch (IOException _) {
            return ManagementFactory.getOperatingSystemMXBean()
                    instanceof UnixOperatingSystemMXBean unix
                    && unix.getMaxFileDescriptorCount() > 0
                            ? unix.getMaxFileDescriptorCount() : UNKNOWN;
        }
    }

    /// The limit in the text of `/proc/self/limits`.
    static long openFiles(String limits) {
        var soft = SOFT.matcher(limits);
        return soft.find() ? Long.parseLong(soft.group(1)) : UNKNOWN;
    }
}
