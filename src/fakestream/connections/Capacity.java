package fakestream.connections;

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

    /// Measured: 50 KiB for a stream that is held, and its connections to both sides.
    private static final long HEAP_OF_STREAM = 52 * 1024;

    /// Measured: a connection that is kept keeps 21 KiB where its answers were short, and 41 at
    /// most: 8 KiB each of what came and behind that, and twice the largest write.
    private static final long HEAP_OF_CONNECTION = 40 * 1024;

    /// Half of the heap is for bodies (`BodyMemory`), a sixteenth for heads that are not whole
    /// ([PendingClients]), and this for the program itself.
    private static final long HEAP_OF_PROGRAM = 16 << 20;

    /// The JVM's own files, pollers and selectors, the listener, and what is open for a moment.
    private static final int OWN_FILES = 32;

    /// Connections that the JDK's server may accept. Those that say nothing cost the heap 1 KB, so
    /// the open files alone bound them; [ConnectionLimiter] makes room before the capacity is used
    /// up.
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
        var share = Math.max(heap / 2 - heap / 16 - HEAP_OF_PROGRAM, heap / 8);
        var bound = Math.min(Math.min(byFiles, share / HEAP_OF_CONNECTION), most);
        var connections = Math.clamp(bound, 2, MOST);
        var streams = Math.min(connections - 1 - connections / 8, share / HEAP_OF_STREAM);
        return new Capacity(connections, (int) Math.max(streams, 1));
    }
}
