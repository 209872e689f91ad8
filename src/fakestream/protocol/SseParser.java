package fakestream.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Finds the events in the bytes of an upstream's stream, however they are split, and keeps every
/// byte: the events' bytes, joined, are the stream, but for a byte order mark at its start. Line
/// ends are LF, CR LF or CR (WHATWG HTML section 9.2.6). It knows no I/O and sets no bound: whoever
/// feeds it counts.
public final class SseParser {
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private byte[] pending = new byte[1024];
    private int length;
    private int lineStart;
    private boolean begun;
    private boolean hasLines;
    private boolean complete;
    private boolean afterCarriageReturn;

    /// The events that these bytes complete, in order.
    public List<SseEvent.Received> feed(byte[] bytes, int offset, int count) {
        var events = new ArrayList<SseEvent.Received>();
        for (int i = offset; i < offset + count; i++) {
            if (complete && bytes[i] != '\n') {
                events.add(take());
            }
            append(bytes[i]);
            if (endsBlock(bytes[i])) {
                events.add(take());
            }
        }
        return events;
    }

    /// What is left of a stream at its end: an event that lacks its blank line, or blank lines.
    public Optional<SseEvent.Received> end() {
        return length > 0 ? Optional.of(take()) : Optional.empty();
    }

    private void append(byte b) {
        if (length == pending.length) {
            pending = Arrays.copyOf(pending, length * 2);
        }
        pending[length++] = b;
    }

    /// Whether this byte ends a blank line behind lines that are not; a blank line before any other
    /// just goes in front of the next event. Where the blank line ends in CR, the block is complete
    /// but not ended yet, for an LF that follows belongs to it: readers that know LF alone would
    /// else see each event only when the next one comes.
    private boolean endsBlock(byte b) {
        var splitLineEnd = b == '\n' && afterCarriageReturn;
        afterCarriageReturn = b == '\r';
        if (splitLineEnd) {
            lineStart = length;
            return complete;
        }
        if (b != '\n' && b != '\r') {
            return false;
        }
        var blank = length - 1 == lineStart;
        lineStart = length;
        complete = blank && hasLines;
        hasLines |= !blank;
        return complete && b == '\n';
    }

    private SseEvent.Received take() {
        var start = begun ? 0 : afterMark();
        var bytes = Arrays.copyOfRange(pending, start, length);
        begun = true;
        length = 0;
        lineStart = 0;
        hasLines = false;
        complete = false;
        return read(bytes);
    }

    /// Where the stream begins behind a byte order mark, which section 9.2.5 allows. It must not
    /// go on: behind a heartbeat it would be a part of the first field's name.
    private int afterMark() {
        return length >= 3 && Arrays.equals(pending, 0, 3, BYTE_ORDER_MARK, 0, 3) ? 3 : 0;
    }

    /// Section 9.2.6: data lines join by LF, and the last type counts.
    private static SseEvent.Received read(byte[] bytes) {
        var type = "";
        var data = new ArrayList<String>();
        for (var line : new String(bytes, StandardCharsets.UTF_8).lines().toList()) {
            var colon = line.indexOf(':');
            switch (colon < 0 ? line : line.substring(0, colon)) {
                case "data" -> data.add(value(line, colon));
                case "event" -> type = value(line, colon);
                default -> { }
            }
        }
        return new SseEvent.Received(bytes, type, String.join("\n", data));
    }

    /// Section 9.2.6: one blank behind the colon is not part of the value.
    private static String value(String line, int colon) {
        return colon < 0 ? ""
                : line.substring(line.startsWith(" ", colon + 1) ? colon + 2 : colon + 1);
    }
}
