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
import java.util.HashSet;
import java.util.Optional;
import java.util.regex.Pattern;

/// Makes Linux hold back connections until they have sent something (`TCP_DEFER_ACCEPT` of tcp(7),
/// like nginx's `deferred` and HAProxy's `defer-accept`). The JDK's server shows no connection
/// before its first byte, so silent connections could use up all open files. The JDK has no such
/// option, so this class calls `setsockopt` itself. If that is impossible, nothing changes.
public final class DeferredAccept {
    private static final Path FILES = Path.of("/proc/self/fd");

    /// The line of a listener on a port, with its inode (proc_net_tcp.rst of Linux).
    private static final String LISTENER =
            "(?m)^ *\\d+: \\w+:%04X \\S+ 0A(?: +\\S+){5} +(\\d+)";

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
                log.debug("Linux holds back silent connections (TCP_DEFER_ACCEPT)");
            }
        } catch (IOException | IllegalStateException e) {
            log.debug("silent connections are not held back: " + e);
        }
    }

    /// The file descriptor of the listening socket.
    private static Optional<Integer> listener(int port) throws IOException {
        var listener = Pattern.compile(LISTENER.formatted(port));
        var sockets = new HashSet<String>();
        for (var table : ProcNetTcp.readable(ProcNetTcp.FILES).files()) {
            listener.matcher(Files.readString(Path.of(table))).results()
                    .forEach(line -> sockets.add("socket:[" + line.group(1) + "]"));
        }
        // Files may open and close during the search; the wanted one stays open.
        try (var files = Files.newDirectoryStream(FILES)) {
            for (var file : files) {
                if (Files.isSymbolicLink(file)
                        && sockets.contains(Files.readSymbolicLink(file).toString())) {
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
