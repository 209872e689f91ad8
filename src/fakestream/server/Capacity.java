package fakestream.server;

/// What this process can hold at once, told from its heap and its limit of open files. A stream
/// needs a connection to each side.
///
/// @param connections from clients; the JDK's server closes the next one without a word
/// @param streams always fewer than connections, so that the next one gets an answer
public record Capacity(int connections, int streams) {
    /// The property by which the JDK's server bounds its connections. Were it the open files that
    /// bound them, its one dispatcher would spin on an accept() that keeps failing.
    public static final String CONNECTIONS = "jdk.httpserver.maxConnections";

    private static final int MOST = 1_000_000;
    private static final long HEAP_OF_STREAM = 64 * 1024;

    /// An idle connection keeps 41 KB at the most (22 where its answers were short): 8 KB each of
    /// what came and behind that, and twice the largest write with what is buffered before it. The
    /// rest is for heads that are not whole, of which [Strangers] bounds the number.
    private static final long HEAP_OF_CONNECTION = 64 * 1024;

    /// The JVM's own files, pollers and selectors, the listener, and what is open for a moment.
    private static final int OWN_FILES = 32;

    /// Connections that the JDK's server may accept. Those that say nothing cost the heap 1 KB, so
    /// the open files alone bound them; [Crowd] makes room before the capacity is used up.
    public static int accepted() {
        var processors = Runtime.getRuntime().availableProcessors();
        return of(OpenFiles.limit(), Long.MAX_VALUE, processors, MOST).connections();
    }

    /// The capacity of this process; where the operator has bounded the connections, within that.
    public static Capacity ofThisProcess() {
        var processors = Runtime.getRuntime().availableProcessors();
        var given = Integer.getInteger(CONNECTIONS, 0);
        return of(OpenFiles.limit(), Runtime.getRuntime().maxMemory(), processors,
                given > 0 ? given : MOST);
    }

    /// @param files that may be open
    /// @param heap in bytes
    /// @param processors each of which may have a poller of virtual threads, with a file of its own
    /// @param most connections
    static Capacity of(long files, long heap, int processors, int most) {
        var byFiles = (files - OWN_FILES - processors) / 2;
        var bound = Math.min(Math.min(byFiles, heap / HEAP_OF_CONNECTION), most);
        var connections = Math.clamp(bound, 2, MOST);
        var streams = Math.min(connections - 1 - connections / 8, heap / HEAP_OF_STREAM);
        return new Capacity(connections, (int) Math.max(streams, 1));
    }
}
