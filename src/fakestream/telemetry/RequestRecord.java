package fakestream.telemetry;

import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// The facts of one request, for the access log, the metrics and `/api/clients`. The exchange's
/// thread writes it. The heartbeats of its stream also write it, under the lock of `EventStream`:
/// one thread at a time. The exchange's thread reads it at the end, after closing the stream, which
/// takes that lock. `RecentStreams` reads it at any time, on any thread. Fields that change after
/// the record is added there are volatile; others are written before that or before the end.
public final class RequestRecord {
    /// How the response is made.
    public enum Mode {
        /// The upstream's answer, in one piece.
        WHOLE,
        /// A stream made from a whole answer.
        FAKE,
        /// The upstream's own stream.
        REAL,
        /// The upstream's answer, unread.
        PASS,
        /// The proxy's own response: a page or a refusal.
        PAGE
    }

    /// How the exchange ended.
    public enum Outcome {
        /// Everything was sent, even if it was an error.
        OK(""),
        /// The client left before the end.
        CLIENT_LEFT("client left"),
        /// The response was broken off in the middle, and the client was told.
        BROKEN_OFF("broken off"),
        /// A bug ended it.
        FAILED("failed");

        private final String words;

        Outcome(String words) {
            this.words = words;
        }

        /// The words in the access log; empty if there is nothing to say.
        String words() {
            return words;
        }
    }

    /// The request as it came in.
    ///
    /// @param id see `RequestId`
    /// @param address the client's
    /// @param path without the query, because some clients send keys in it
    /// @param agent the client's `User-Agent`, or empty
    public record Request(String id, String address, String method, String path, String version,
            String agent) {
    }

    /// Cuts a model name that is as long as a body. A log masks the name, then cuts it again.
    private static final int LONGEST_NAME = 1000;

    /// nginx's status for a client that left before the end.
    private static final int LEFT = 499;

    private final Request request;
    private final LongSupplier nanoTime;
    private final long began;
    private Supplier<UpstreamSummary> upstream = () -> UpstreamSummary.NONE;
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

    /// Sets the route of the request.
    ///
    /// @param name a word of the proxy's own
    /// @param probe whether monitoring asks for it
    public void route(String name, boolean probe) {
        route = name;
        isProbe = probe;
    }

    public void mode(Mode how) {
        mode = how;
    }

    /// Sets the kind of client, as `ClientTable` names it.
    public void client(String kind) {
        client = kind;
    }

    public void model(String name) {
        model = name.substring(0, Math.min(name.length(), LONGEST_NAME));
    }

    /// The upstream is asked; `figures` is read at the end.
    public void asks(Supplier<UpstreamSummary> figures) {
        upstream = figures;
    }

    /// The response begins with this status.
    public void status(int code) {
        status = code;
    }

    /// This many bytes of body were written.
    public void wrote(int count) {
        bytes += count;
    }

    /// The written bytes went out.
    public void flushed() {
        if (firstByte < 0) {
            firstByte = elapsed();
        }
    }

    /// A heartbeat went out.
    ///
    /// @param data whether it carries data that resets an idle timer that counts events
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

    /// Adds the token usage that the answer, or a part of it, reports.
    public void used(TokenUsage more) {
        usage = usage.then(more);
    }

    /// There is no answer, and the client is told why.
    ///
    /// @param code the code of the error
    public void failed(String code) {
        error = code;
    }

    /// The proxy itself refuses the request.
    public void refused(String code) {
        failed(code);
        refused = true;
    }

    /// How the request ended, if not well. A failure after the client left is no error.
    public void outcome(Outcome how) {
        outcome = how;
        error = how == Outcome.CLIENT_LEFT ? "" : error;
    }

    /// The request is over. The record keeps nothing of the request to the upstream.
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

    /// Whether the answer was sent as a stream.
    boolean isStream() {
        return mode == Mode.FAKE || mode == Mode.REAL;
    }

    public Outcome outcome() {
        return outcome;
    }

    /// The kind of client; empty if the request asked for no stream.
    public String client() {
        return client;
    }

    /// The model that the request names; empty if it names none.
    public String model() {
        return model;
    }

    /// The code of the error that the client got instead of an answer; empty if it got an answer.
    public String error() {
        return error;
    }

    boolean isRefused() {
        return refused;
    }

    TokenUsage usage() {
        return usage;
    }

    /// The status that the client got; 499 if the client left, 0 if it got none.
    public int status() {
        return outcome == Outcome.CLIENT_LEFT ? LEFT : status;
    }

    /// The number of body bytes that were written.
    long bytes() {
        return bytes;
    }

    /// Nanoseconds since the request began; once it is over, its duration in nanoseconds.
    public long elapsed() {
        return isOver() ? took : nanoTime.getAsLong() - began;
    }

    public boolean isOver() {
        return took >= 0;
    }

    /// Nanoseconds until the first byte went out; -1 if none did.
    long firstByte() {
        return firstByte;
    }

    /// Nanoseconds until a stream sent the first part of the answer; -1 if it sent none.
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

    /// Nanoseconds until the first heartbeat that carried data; -1 if there is none yet.
    public long firstDataBeat() {
        return firstDataBeat;
    }

    /// The number of events of the answer, without heartbeats.
    int chunks() {
        return chunks;
    }

    UpstreamSummary upstream() {
        return upstream.get();
    }

    /// The number of upstream calls beyond the first.
    int retries() {
        return Math.max(upstream().calls() - 1, 0);
    }
}
