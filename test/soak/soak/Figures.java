package soak;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What a process holds: open descriptors, system threads, and the bytes of live objects by class.
record Figures(long descriptors, long threads, Map<String, Long> living) {
    /// A few descriptors come and go with the JVM's own files.
    private static final int FEW = 3;

    /// How many of the classes that grew are printed.
    private static final int TOP = 10;

    /// A row's number, its objects and bytes, and the name of the class with its module.
    private static final Pattern HISTOGRAM_ROW =
            Pattern.compile("\\s*\\d+:\\s+\\d+\\s+(\\d+)\\s+(\\S+).*");

    static Figures of(long pid) throws IOException, InterruptedException {
        // The next collection frees objects that this one makes unreachable or cleans up after.
        for (int i = 0; i < 3; i++) {
            run("jcmd", Long.toString(pid), "GC.run");
            Thread.sleep(500);
        }
        return new Figures(descriptors(pid), threads(pid), living(pid));
    }

    boolean isBackTo(Figures before) {
        return descriptors <= before.descriptors + FEW && isBack(threads, before.threads)
                && isBack(heap(), before.heap());
    }

    String table(Figures before) {
        return "%n%-24s %10s %10s %8s%n".formatted("", "before", "after", "change")
                + row("open descriptors", before.descriptors, descriptors)
                + row("threads", before.threads, threads)
                + row("living objects, KB", before.heap(), heap())
                + living.keySet().stream()
                        .sorted(Comparator.comparingLong(name -> before.of(name) - of(name)))
                        .limit(TOP).map(name -> "%12d more bytes of %s%n"
                                .formatted(of(name) - before.of(name), name))
                        .collect(Collectors.joining());
    }

    private long heap() {
        return living.values().stream().mapToLong(Long::longValue).sum() / 1024;
    }

    private long of(String name) {
        return living.getOrDefault(name, 0L);
    }

    /// At most a twentieth above; lower is fine.
    private static boolean isBack(long now, long before) {
        return now <= before + Math.max(before / 20, 1);
    }

    private static String row(String name, long before, long after) {
        return "%-24s %10d %10d %+7.1f%%%n".formatted(name, before, after,
                100.0 * (after - before) / before);
    }

    private static long descriptors(long pid) throws IOException {
        try (var entries = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return entries.count();
        }
    }

    private static long threads(long pid) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(line -> line.startsWith("Threads:"))
                    .mapToLong(line -> Long.parseLong(line.substring(8).strip()))
                    .findFirst().orElseThrow();
        }
    }

    /// The bytes of live objects by class. The serial collector fills gaps that it does not close
    /// with objects that nothing refers to; they do not count.
    private static Map<String, Long> living(long pid) throws IOException, InterruptedException {
        var classes = new HashMap<String, Long>();
        run("jcmd", Long.toString(pid), "GC.class_histogram").lines().map(HISTOGRAM_ROW::matcher)
                .filter(Matcher::matches).filter(row -> !row.group(2).contains("Filler"))
                .forEach(row -> classes.put(row.group(2), Long.parseLong(row.group(1))));
        return classes;
    }

    private static String run(String tool, String... args)
            throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", tool).toString());
        command.addAll(List.of(args));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(tool + ": " + said);
        }
        return said;
    }
}
