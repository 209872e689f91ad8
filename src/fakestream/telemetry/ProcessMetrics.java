package fakestream.telemetry;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// The figures of the process and of its JVM, under the names that Prometheus' own clients use.
/// They are read on each call, and omitted if the system does not provide them.
final class ProcessMetrics {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final double MILLIS = 1e3;
    private static final double NANOS = 1e9;
    private static final Map<String, String> HEAP = Map.of("area", "heap");
    private static final Map<String, String> OTHER = Map.of("area", "nonheap");

    private ProcessMetrics() {
    }

    static void write(PrometheusText out) {
        out.single("process_start_time_seconds", "gauge", "When the process began, in Unix time.",
                ManagementFactory.getRuntimeMXBean().getStartTime() / MILLIS);
        resident().ifPresent(bytes -> out.single("process_resident_memory_bytes", "gauge",
                "Memory of the process that is in RAM.", bytes));
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean os) {
            out.single("process_cpu_seconds_total", "counter",
                    "Time on processors, of the process and the system for it.",
                    os.getProcessCpuTime() / NANOS);
            out.single("process_open_fds", "gauge", "Files that are open.",
                    os.getOpenFileDescriptorCount());
            out.single("process_max_fds", "gauge", "Files that may be open.",
                    os.getMaxFileDescriptorCount());
        }
        writeMemory(out);
        writeCollections(out);
        out.single("jvm_threads_current", "gauge", "Platform threads; virtual ones do not count.",
                ManagementFactory.getThreadMXBean().getThreadCount());
    }

    private static void writeMemory(PrometheusText out) {
        var memory = ManagementFactory.getMemoryMXBean();
        var heap = memory.getHeapMemoryUsage();
        var other = memory.getNonHeapMemoryUsage();
        out.family("jvm_memory_used_bytes", "gauge", "Memory that holds something.")
                .sample("jvm_memory_used_bytes", HEAP, heap.getUsed())
                .sample("jvm_memory_used_bytes", OTHER, other.getUsed())
                .family("jvm_memory_committed_bytes", "gauge",
                        "Memory that the JVM has from the system.")
                .sample("jvm_memory_committed_bytes", HEAP, heap.getCommitted())
                .sample("jvm_memory_committed_bytes", OTHER, other.getCommitted())
                .family("jvm_memory_max_bytes", "gauge", "Memory that the JVM may take.")
                .sample("jvm_memory_max_bytes", HEAP, heap.getMax());
    }

    private static void writeCollections(PrometheusText out) {
        out.family("jvm_gc_collection_seconds", "summary", "Time that collecting garbage took.");
        for (var collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            var labels = Map.of("gc", collector.getName());
            out.sample("jvm_gc_collection_seconds_sum", labels,
                    collector.getCollectionTime() / MILLIS);
            out.sample("jvm_gc_collection_seconds_count", labels, collector.getCollectionCount());
        }
    }

    /// `VmRSS:     51234 kB` (proc_pid_status(5)).
    private static Optional<Long> resident() {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith("VmRSS:")).findFirst()
                    .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024);
        } catch (IOException _) {
            return Optional.empty();
        }
    }
}
