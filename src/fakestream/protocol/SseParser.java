package fakestream.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Finds the events in the bytes of an upstream's stream, however they are split, and keeps every
/// byte: the events' bytes, joined, are the stream. Line ends are LF, CR LF or CR (WHATWG HTML
/// section 9.2.6). It knows no I/O and sets no bound: whoever feeds it counts.
public final class SseParser {
    private byte[] pending = new byte[1024];
    private int length;
    private int lineStart;
    private boolean hasLines;
    private boolean afterCarriageReturn;

    /// The events that these bytes complete, in order.
    public List<SseEvent.Received> feed(byte[] bytes, int offset, int count) {
        var events = new ArrayList<SseEvent.Received>();
        for (int i = offset; i < offset + count; i++) {
            append(bytes[i]);
            if (endsBlock(bytes[i])) {
                events.add(take());
            }
        }
        return events;
    }

    /// The last event of a stream that ended without its blank line, if there is one.
    public Optional<SseEvent.Received> end() {
        return length > lineStart || hasLines ? Optional.of(take()) : Optional.empty();
    }

    private void append(byte b) {
        if (length == pending.length) {
            pending = Arrays.copyOf(pending, length * 2);
        }
        pending[length++] = b;
    }

    /// Whether this byte ends a blank line behind lines that are not. A blank line before any
    /// other, or the LF of a CR LF that was split, just goes in front of the next event.
    private boolean endsBlock(byte b) {
        var splitLineEnd = b == '\n' && afterCarriageReturn;
        afterCarriageReturn = b == '\r';
        if (splitLineEnd) {
            lineStart = length;
            return false;
        }
        if (b != '\n' && b != '\r') {
            return false;
        }
        var blank = length - 1 == lineStart;
        lineStart = length;
        hasLines |= !blank;
        return blank && hasLines;
    }

    private SseEvent.Received take() {
        var bytes = Arrays.copyOf(pending, length);
        length = 0;
        lineStart = 0;
        hasLines = false;
        return read(bytes);
    }

    /// Section 9.2.6: one blank after the colon is not part of the value; data lines join by LF.
    private static SseEvent.Received read(byte[] bytes) {
        var type = "";
        var data = new ArrayList<String>();
        for (var line : new String(bytes, StandardCharsets.UTF_8).lines().toList()) {
            if (line.startsWith("data:")) {
                data.add(value(line, "data:"));
            } else if (line.startsWith("event:")) {
                type = value(line, "event:");
            }
        }
        return new SseEvent.Received(bytes, type, String.join("\n", data));
    }

    private static String value(String line, String field) {
        return line.substring(field.length() + (line.startsWith(" ", field.length()) ? 1 : 0));
    }
}
