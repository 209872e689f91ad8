package fakestream.telemetry;

import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// What is known of one request, for the access log, the metrics and `/api/clients`. The exchange's
/// thread writes it, and so do the beats of its stream, under the `EventStream`'s lock: one thread
/// at a time. The exchange's thread reads it at the end, after it closed the stream, which takes
/// that lock. `RecentStreams` reads it meanwhile, on any thread: what changes then is volatile, and
/// all else was written before the record was added there, or before it was over.
public final class RequestRecord {
    /// How an answer comes to be.
    public enum Mode {
        /// The upstream's, in one piece.
        WHOLE,
        /// A stream, told from a whole answer.
        FAKE,
        /// The upstream's own stream.
        REAL,
        /// The upstream's, unread.
        PASS,
        /// The proxy's own: its pages, and its refusals.
        PAGE
    }

    /// How the exchange ended.
    public enum Outcome {
        /// With all that there was to send, be it an error.
        OK(""),
        /// Without its client.
        CLIENT_LEFT("client left"),
        /// In the middle of the answer, which the client was told.
        BROKEN_OFF("broken off"),
        /// With a bug.
        FAILED("failed");

        private final String words;

        Outcome(String words) {
            this.words = words;
        }

        /// As the access log has it; empty where there is nothing to say.
        String words() {
            return words;
        }
    }

    /// What came in.
    ///
    /// @param id see `RequestId`
    /// @param address of the client
    /// @param path without the query, in which some clients send keys
    /// @param agent the client's `User-Agent`, or empty
    public record Request(String id, String address, String method, String path, String version,
            String agent) {
    }

    /// Of a name that may be as long as a body. A log cuts it again, behind what it hides in it.
    private static final int LONGEST_NAME = 1000;

    /// nginx's status for a client that left before the end.
    private static final int LEFT = 499;

    private final Request request;
    private final LongSupplier nanoTime;
    private final long began;
    private Supplier<UpstreamMetrics> upstream = () -> UpstreamMetrics.NONE;
    private String route = "none";
    private boolean isProbe;
    private Mode mode = Mode.PAGE;
    private Outcome outcome = Outcome.OK;
    private String client = "";
    private String model = "";
    private String error = "";
    private TokenUsage usage = TokenUsage.UNKNOWN;
    private boolean refused;
    private int status;
    private long bytes;
    private long firstByte = -1;
    private volatile long firstContent = -1;
    private volatile int beats;
    private volatile int dataBeats;
    private volatile long firstDataBeat = -1;
    private int chunks;
    private volatile long took = -1;

    /// Begins now.
    ///
    /// @param nanoTime a clock such as `System::nanoTime`
    public RequestRecord(Request request, LongSupplier nanoTime) {
        this.request = request;
        this.nanoTime = nanoTime;
        this.began = nanoTime.getAsLong();
    }

    /// What is asked for.
    ///
    /// @param name a word of the proxy's own
    /// @param probe whether what watches the proxy asks for it
    public void route(String name, boolean probe) {
        route = name;
        isProbe = probe;
    }

    public void mode(Mode how) {
        mode = how;
    }

    /// The kind of client, as `ClientTable` knows it.
    public void client(String kind) {
        client = kind;
    }

    public void model(String name) {
        model = name.substring(0, Math.min(name.length(), LONGEST_NAME));
    }

    /// The upstream is asked; what there is to say of it is asked for in the end.
    public void asks(Supplier<UpstreamMetrics> figures) {
        upstream = figures;
    }

    /// The response begins.
    public void status(int code) {
        status = code;
    }

    /// So many bytes of body were written.
    public void wrote(int count) {
        bytes += count;
    }

    /// What was written went out.
    public void flushed() {
        if (firstByte < 0) {
            firstByte = elapsed();
        }
    }

    /// A heartbeat went out.
    ///
    /// @param data whether it carries data that winds up a clock which counts events
    public void beat(boolean data) {
        if (data && firstDataBeat < 0) {
            firstDataBeat = elapsed();
        }
        dataBeats += data ? 1 : 0;
        beats++;
    }

    /// A part of the answer went out.
    public void chunk() {
        if (firstContent < 0) {
            firstContent = elapsed();
        }
        chunks++;
    }

    /// What the answer, or a part of it, says that it has used.
    public void used(TokenUsage more) {
        usage = usage.then(more);
    }

    /// There is no answer, and the client is told why.
    ///
    /// @param code of the error
    public void failed(String code) {
        error = code;
    }

    /// The proxy itself refuses the request.
    public void refused(String code) {
        failed(code);
        refused = true;
    }

    /// How it ended, where that was not well. What fails behind a client that left is no error.
    public void outcome(Outcome how) {
        outcome = how;
        error = how == Outcome.CLIENT_LEFT ? "" : error;
    }

    /// It is over. A record that is kept keeps nothing of the request to the upstream.
    public void over() {
        var figures = upstream.get();
        upstream = () -> figures;
        took = elapsed();
    }

    public Request request() {
        return request;
    }

    public String route() {
        return route;
    }

    boolean isProbe() {
        return isProbe;
    }

    public Mode mode() {
        return mode;
    }

    /// Whether the answer was told as a stream.
    boolean isStream() {
        return mode == Mode.FAKE || mode == Mode.REAL;
    }

    public Outcome outcome() {
        return outcome;
    }

    /// The kind of client; empty where no stream was asked for.
    public String client() {
        return client;
    }

    /// What was asked for by this name; empty where nothing was.
    public String model() {
        return model;
    }

    /// The code of what the client was told instead of an answer; empty where there was one.
    public String error() {
        return error;
    }

    boolean isRefused() {
        return refused;
    }

    TokenUsage usage() {
        return usage;
    }

    /// The status that the client got, 499 where it left; 0 where it got none.
    public int status() {
        return outcome == Outcome.CLIENT_LEFT ? LEFT : status;
    }

    /// Of the body that was written.
    long bytes() {
        return bytes;
    }

    /// Nanoseconds since it began; once it is over, nanoseconds that it took.
    public long elapsed() {
        return isOver() ? took : nanoTime.getAsLong() - began;
    }

    public boolean isOver() {
        return took >= 0;
    }

    /// Nanoseconds until something went out; -1 where nothing did.
    long firstByte() {
        return firstByte;
    }

    /// Nanoseconds until something of the answer was told in a stream; -1 where nothing was.
    public long firstContent() {
        return firstContent;
    }

    public int beats() {
        return beats;
    }

    /// The number of heartbeats that carried data.
    public int dataBeats() {
        return dataBeats;
    }

    /// Nanoseconds until the first of those; -1 while there is none.
    public long firstDataBeat() {
        return firstDataBeat;
    }

    /// The events of the answer, heartbeats left out.
    int chunks() {
        return chunks;
    }

    UpstreamMetrics upstream() {
        return upstream.get();
    }

    /// Calls beyond the first.
    int retries() {
        return Math.max(upstream().calls() - 1, 0);
    }
}
