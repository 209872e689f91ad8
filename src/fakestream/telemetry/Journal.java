package fakestream.telemetry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// The outputs of a process that the systemd journal reads.
public record Journal(boolean out, boolean err) {
    /// No journal reads the process.
    public static final Journal NONE = new Journal(false, false);

    private static final Path FILES = Path.of("/proc/self/fd");

    /// The outputs of this process. systemd puts the device and the inode of the stream that it has
    /// connected into `JOURNAL_STREAM` (systemd.exec(5)); a redirected output is another file.
    public static Journal of(Map<String, String> environment) {
        return of(environment, FILES.resolve("1"), FILES.resolve("2"));
    }

    /// @param out the file that is standard output
    /// @param err the file that is standard error
    static Journal of(Map<String, String> environment, Path out, Path err) {
        var stream = environment.getOrDefault("JOURNAL_STREAM", "");
        return stream.isEmpty() ? NONE : new Journal(is(out, stream), is(err, stream));
    }

    private static boolean is(Path file, String stream) {
        try {
            return stream.equals(Files.getAttribute(file, "unix:dev") + ":"
                    + Files.getAttribute(file, "unix:ino"));
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException _) {
            return false;
        }
    }
}
