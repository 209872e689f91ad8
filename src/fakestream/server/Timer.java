package fakestream.server;

import fakestream.telemetry.Log;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// The one thread for all heartbeats, deadlines and sweeps; nothing on it may block. It logs an
/// exception of a task as a bug and goes on; otherwise the JDK would drop it silently, and never
/// run a periodic task again. Once it is shut down, it drops new tasks.
public final class Timer extends ScheduledThreadPoolExecutor {
    private final Log log;

    public Timer(Log log) {
        super(1, Thread.ofPlatform().daemon().name("timer").factory(), new DiscardPolicy());
        this.log = log;
        // A stream that is over must not stay in memory until its next heartbeat.
        setRemoveOnCancelPolicy(true);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        return super.schedule(guarded(task), delay, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long initialDelay, long delay,
            TimeUnit unit) {
        return super.scheduleWithFixedDelay(guarded(task), initialDelay, delay, unit);
    }

    private Runnable guarded(Runnable task) {
        return log.guarded("a timer task", task);
    }
}
