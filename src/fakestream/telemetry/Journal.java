package fakestream.telemetry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Which of a process's outputs the systemd journal reads.
///
/// @param out whether standard output
/// @param err whether standard error
public record Journal(boolean out, boolean err) {
    /// Where there is none.
    public static final Journal NONE = new Journal(false, false);

    private static final Path FILES = Path.of("/proc/self/fd");

    /// Of this process: systemd says in `JOURNAL_STREAM` the device and the inode of what it has
    /// connected (systemd.exec(5)), and a redirection behind that makes it another file.
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
