package fakestream.server;

import fakestream.access.Admission;
import fakestream.access.RateLimit;
import fakestream.connections.Crowd;
import fakestream.connections.LeavingClients;
import fakestream.endpoint.CallSharing;
import fakestream.endpoint.RecentStreams;
import fakestream.http.BodyMemory;
import fakestream.http.Lifetime;
import fakestream.telemetry.Build;
import fakestream.telemetry.Log;
import fakestream.telemetry.Metrics;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;

/// What all services of a proxy share, and none of them ends.
///
/// @param build which program this is
/// @param lifetime how they hear of the proxy's beginning and end
/// @param timer for deadlines and heartbeats; nothing on it may block
/// @param executor for the work behind them, a virtual thread for each
/// @param beats for heartbeats alone
/// @param ids new names for streams whose answer has none
/// @param requestIds new names for requests that bring none
/// @param leaving which clients are gone
/// @param crowd how many are connected
/// @param rate of each client's requests, which counts on when the settings change
/// @param wrongKeys likewise of each address's wrong keys
/// @param admission likewise for the requests that are open
/// @param memory likewise for the bodies that are held
/// @param sharing likewise for the calls that are shared
/// @param metrics likewise count on
/// @param recent likewise for the streams that are shown
record Shared(Build build, Lifetime lifetime, ScheduledExecutorService timer, Executor executor,
        Executor beats, Supplier<String> ids, Supplier<String> requestIds, LeavingClients leaving,
        Crowd crowd, RateLimit rate, RateLimit wrongKeys, Admission admission, BodyMemory memory,
        CallSharing sharing, Metrics metrics, RecentStreams recent, Log log) {
}
