package fakestream.connections;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// How many files, and so connections, this process may have open at once.
final class OpenFiles {
    static final long UNKNOWN = Long.MAX_VALUE;

    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final Pattern SOFT = Pattern.compile("(?m)^Max open files +(\\d{1,18}) ");

    private OpenFiles() {
    }

    /// The limit in force; [#UNKNOWN] if there is none or it cannot be read.
    static long limit() {
        try {
            return Files.isReadable(LIMITS) ? in(Files.readString(LIMITS)) : ofBean();
        } catch (IOException _) {
            return ofBean();
        }
    }

    /// The limit in the text of `/proc/self/limits`. That file is read first because the bean would
    /// add 50 ms to a start of 200 ms.
    static long in(String limits) {
        var soft = SOFT.matcher(limits);
        return soft.find() ? Long.parseLong(soft.group(1)) : UNKNOWN;
    }

    private static long ofBean() {
        return ManagementFactory.getOperatingSystemMXBean()
                instanceof UnixOperatingSystemMXBean unix
                && unix.getMaxFileDescriptorCount() > 0
                        ? unix.getMaxFileDescriptorCount() : UNKNOWN;
    }
}
