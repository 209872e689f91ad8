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
        OK,
        /// The client left before the end.
        CLIENT_LEFT,
        /// The response was broken off in the middle, and the client was told.
        BROKEN_OFF,
        /// A bug ended it.
        FAILED
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

    /// What goes out of one kind: how often, and when first.
    public final class Tally {
        private volatile int count;
        private volatile long first = -1;

        private Tally() {
        }

        /// One more went out.
        public void add() {
            first = first < 0 ? elapsed() : first;
            count++;
        }

        /// How many went out.
        public int count() {
            return count;
        }

        /// Nanoseconds from the start of the request until the first went out; -1 if none did.
        public long first() {
            return first;
        }
    }

    /// Cuts a model name that is as long as a body. A log masks the name, then cuts it again.
    private static final int LONGEST_NAME = 1000;

    /// nginx's status for a client that left before the end.
    private static final int LEFT = 499;

    /// The flushes of written bytes.
    public final Tally flushes = new Tally();
    /// The events of the answer, without heartbeats.
    public final Tally chunks = new Tally();
    /// The heartbeats with data that resets an idle timer that counts events.
    public final Tally dataBeats = new Tally();
    /// The other heartbeats.
    public final Tally quietBeats = new Tally();

    String route = "none";
    boolean isProbe;
    Mode mode = Mode.PAGE;
    TokenUsage usage = TokenUsage.UNKNOWN;
    boolean isRefused;
    /// The number of body bytes that were written.
    long bytes;

    private final Request request;
    private final LongSupplier nanoTime;
    private final long began;
    private Supplier<UpstreamSummary> upstream = () -> UpstreamSummary.NONE;
    private Outcome outcome = Outcome.OK;
    private String client = "";
    private String model = "";
    private String error = "";
    private int status;
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
        isRefused = true;
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

    /// The status that the client got; 499 if the client left, 0 if it got none.
    public int status() {
        return outcome == Outcome.CLIENT_LEFT ? LEFT : status;
    }

    /// Nanoseconds since the request began; once it is over, its duration in nanoseconds.
    public long elapsed() {
        return isOver() ? took : nanoTime.getAsLong() - began;
    }

    public boolean isOver() {
        return took >= 0;
    }

    /// The number of heartbeats.
    int beats() {
        return quietBeats.count() + dataBeats.count();
    }

    UpstreamSummary upstream() {
        return upstream.get();
    }
}
