package fakestream.connections;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import fakestream.telemetry.Log;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Makes Linux hold back connections until they have sent something (`TCP_DEFER_ACCEPT` of tcp(7),
/// like nginx's `deferred` and HAProxy's `defer-accept`). The JDK's server shows no connection
/// before its first byte, so silent connections could use up all open files. The JDK has no such
/// option, so this class calls `setsockopt` itself. If that is impossible, nothing changes.
public final class DeferredAccept {
    private static final List<Path> TABLES =
            List.of(Path.of("/proc/self/net/tcp"), Path.of("/proc/self/net/tcp6"));
    private static final Path FILES = Path.of("/proc/self/fd");

    /// Columns of the tables (proc_net_tcp.rst of Linux).
    private static final int LOCAL = 1;
    private static final int STATE = 3;
    private static final int INODE = 9;
    private static final String LISTEN = "0A";

    private static final int IPPROTO_TCP = 6;
    private static final int TCP_DEFER_ACCEPT = 9;

    /// After about this time, Linux hands over a silent connection too. Connections of one moment
    /// come in one burst, so the time is long; the kernel's queue holds as many as the listener's
    /// backlog.
    private static final int SECONDS = 3600;

    private DeferredAccept() {
    }

    /// Sets the option on the one socket of this process that listens on the port.
    public static void ask(int port, Log log) {
        if (!DeferredAccept.class.getModule().isNativeAccessEnabled()
                || !Files.isDirectory(FILES)) {
            return;
        }
        try {
            var file = listener(port);
            if (file.isPresent() && set(file.get())) {
                log.debug("Linux holds back connections that say nothing (TCP_DEFER_ACCEPT)");
            }
        } catch (IOException | IllegalStateException e) {
            log.debug("connections that say nothing are not held back: " + e);
        }
    }

    /// The file descriptor of the listening socket.
    private static Optional<Integer> listener(int port) throws IOException {
        var hex = String.format(Locale.ROOT, ":%04X", port);
        for (var table : TABLES) {
            if (Files.isReadable(table)) {
                for (var line : Files.readAllLines(table)) {
                    var columns = line.trim().split(" +");
                    if (columns.length > INODE && columns[LOCAL].endsWith(hex)
                            && columns[STATE].equals(LISTEN)) {
                        var file = file("socket:[" + columns[INODE] + "]");
                        if (file.isPresent()) {
                            return file;
                        }
                    }
                }
            }
        }
        return Optional.empty();
    }

    /// Files may open and close during the search; the wanted one stays open.
    private static Optional<Integer> file(String target) throws IOException {
        try (var files = Files.newDirectoryStream(FILES)) {
            for (var file : files) {
                if (Files.isSymbolicLink(file)
                        && Files.readSymbolicLink(file).toString().equals(target)) {
                    return Optional.of(Integer.valueOf(file.getFileName().toString()));
                }
            }
        }
        return Optional.empty();
    }

    @SuppressWarnings("restricted")
    private static boolean set(int file) {
        var linker = Linker.nativeLinker();
        var setsockopt = linker.downcallHandle(linker.defaultLookup().findOrThrow("setsockopt"),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
        try (var arena = Arena.ofConfined()) {
            var seconds = arena.allocateFrom(JAVA_INT, SECONDS);
            return (int) setsockopt.invokeExact(file, IPPROTO_TCP, TCP_DEFER_ACCEPT, seconds,
                    (int) JAVA_INT.byteSize()) == 0;
        } catch (Throwable e) {
            throw new IllegalStateException("setsockopt cannot be called", e);
        }
    }
}
