package fakestream.endpoint;

import fakestream.concurrent.Guard;
import fakestream.http.Response;
import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.telemetry.Redactor;
import fakestream.telemetry.RequestRecord;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The last streams that clients asked for, as the daemon saw them: `GET /api/clients`. The thread
/// of an exchange adds its stream once. Any thread may read the records while streams still write
/// them; [RequestRecord] says why. A stream never waits for a reader.
public final class RecentStreams {
    private static final int MOST = 20;
    /// A text that a client chose is cut to this length.
    private static final int LONGEST = 200;

    /// @param at when the request came
    private record Entry(Instant at, RequestRecord record) {
    }

    /// The newest first. The guard protects the queue, not the contents of its records.
    private final Guard guard = new Guard();
    private final ArrayDeque<Entry> entries = new ArrayDeque<>(MOST);

    /// Adds a stream that has begun, when its kind of client and its model are known. It takes the
    /// place of the oldest one.
    void add(RequestRecord record) {
        guard.run(() -> {
            if (entries.size() == MOST) {
                entries.removeLast();
            }
            entries.addFirst(new Entry(Instant.now().minusNanos(record.elapsed()), record));
        });
    }

    /// The streams, the newest first.
    ///
    /// @param redactor hides what looks like a key in the texts that clients chose
    /// @param address the client whose streams are shown; empty for all clients
    public Response reply(Redactor redactor, String address) {
        var clients = entries().stream().filter(entry -> address.isEmpty()
                        || entry.record.request().address().equals(address))
                .<JsonValue>map(entry -> json(entry, redactor)).toList();
        return Response.json(200, new JsonObject.Builder()
                .add("clients", new JsonArray(clients)).build());
    }

    private List<Entry> entries() {
        return guard.get(() -> List.copyOf(entries));
    }

    /// Reads the standing first: nothing changes after the end.
    private static JsonObject json(Entry entry, Redactor redactor) {
        var record = entry.record;
        var standing = standing(record);
        var dataBeats = record.dataBeats.count();
        var json = new JsonObject.Builder()
                .add("at", entry.at.truncatedTo(ChronoUnit.MILLIS).toString())
                .add("kind", record.client())
                .add("user_agent", cut(redactor.text(record.request().agent())))
                .add("path", cut(redactor.text(record.request().path())))
                .add("model", cut(redactor.text(record.model())))
                .add("standing", standing)
                .add("elapsed_ms", TimeUnit.NANOSECONDS.toMillis(record.elapsed()))
                .add("quiet_beats", record.quietBeats.count())
                .add("data_beats", dataBeats);
        if (dataBeats > 0) {
            json.add("first_data_beat_ms", TimeUnit.NANOSECONDS.toMillis(record.dataBeats.first()));
        }
        return json.build();
    }

    private static String standing(RequestRecord record) {
        if (!record.isOver()) {
            return record.chunks.first() < 0 ? "waiting" : "replaying";
        }
        return switch (record.outcome()) {
            case OK -> record.error().isEmpty() ? "whole" : "failed";
            case FAILED -> "failed";
            case CLIENT_LEFT -> "left";
            case BROKEN_OFF -> "broken_off";
        };
    }

    private static String cut(String text) {
        return text.substring(0, Math.min(text.length(), LONGEST));
    }
}
