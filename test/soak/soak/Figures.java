package soak;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What a process holds: open descriptors, threads of the system, and kilobytes of heap after a
/// full collection.
record Figures(long descriptors, long threads, long heap) {
    /// Descriptors are counted, and a few come and go with the JVM's own files.
    private static final int FEW = 3;

    static Figures of(long pid) throws IOException, InterruptedException {
        for (int i = 0; i < 3; i++) {
            run("jcmd", Long.toString(pid), "GC.run");
            Thread.sleep(500);
        }
        return new Figures(descriptors(pid), threads(pid), heap(pid));
    }

    boolean isBackTo(Figures before) {
        return descriptors <= before.descriptors + FEW && isBack(threads, before.threads)
                && isBack(heap, before.heap);
    }

    String table(Figures before) {
        return "%n%-24s %10s %10s %8s%n".formatted("", "before", "after", "change")
                + row("open descriptors", before.descriptors, descriptors)
                + row("threads", before.threads, threads)
                + row("heap after GC, KB", before.heap, heap);
    }

    /// No more than a twentieth above; what there is less is none the worse.
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

    /// The used columns of both survivor spaces, eden and the old generation.
    private static long heap(long pid) throws IOException, InterruptedException {
        var lines = run("jstat", "-gc", Long.toString(pid)).strip().lines().toList();
        var names = lines.getFirst().strip().split("\\s+");
        var values = lines.getLast().strip().split("\\s+");
        var sum = 0.0;
        for (int i = 0; i < names.length; i++) {
            if (names[i].matches("S0U|S1U|EU|OU")) {
                sum += Double.parseDouble(values[i]);
            }
        }
        return Math.round(sum);
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
