package fakestream.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Finds the events in the bytes of an upstream's stream, however the bytes are split. It keeps
/// every byte except a byte order mark at the start: the events' bytes, joined, are the stream.
/// Line ends are LF, CR LF or CR (WHATWG HTML section 9.2.6). It does no I/O and sets no bound; its
/// caller counts the bytes.
///
/// It handles two faults of upstreams. If one line of data ends a JSON value and the next begins
/// one, it adds the missing blank line between the two events; no JSON over several lines looks so.
/// An error as bare JSON, in lines that are no fields (Gemini), becomes an event of the type
/// `error`.
public final class SseParser {
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private static final byte[] DATA = "data:".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] BLANK_LINE = {'\n', '\n'};

    private byte[] pending = new byte[1024];
    private int length;
    private int lineStart;
    private boolean begun;
    private boolean hasLines;
    private boolean complete;
    private boolean afterCarriageReturn;

    /// Whether the last line of data in the block ends a JSON value.
    private boolean endsValue;
    /// Where the line after it begins; -1 until that line has ended.
    private int behindData = -1;
    /// Where an event without its blank line ends; 0 if there is none.
    private int cut;

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
            } else if (cut > 0) {
                events.add(takeCut());
            }
        }
        return events;
    }

    /// The rest of a stream at its end: blank lines, or events without a blank line, which is added
    /// here. The last event may be incomplete.
    public List<SseEvent.Received> end() {
        if (length == 0) {
            return List.of();
        }
        if (complete || !hasLines && lineStart == length) {
            return List.of(take());
        }
        var events = feed(BLANK_LINE, 0, BLANK_LINE.length);
        length = 0;
        lineStart = 0;
        return events;
    }

    private void append(byte b) {
        if (length == pending.length) {
            pending = Arrays.copyOf(pending, length * 2);
        }
        pending[length++] = b;
    }

    /// Whether this byte ends the blank line after an event's lines; any other blank line goes
    /// before the next event. After a CR the block is complete but not ended, because an LF that
    /// follows belongs to it: otherwise readers that know only LF would see each event only when
    /// the next one comes.
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
        if (!blank) {
            endLine(lineStart, length - 1);
        }
        lineStart = length;
        complete = blank && hasLines;
        hasLines |= !blank;
        return complete && b == '\n';
    }

    /// Looks for the end of an event before a line of data, which goes from `from` to `to`.
    private void endLine(int from, int to) {
        behindData = endsValue && behindData < 0 ? from : behindData;
        var start = begun ? from : Math.max(from, afterMark());
        var first = start + DATA.length;
        if (to < first || !Arrays.equals(pending, start, first, DATA, 0, DATA.length)) {
            return;
        }
        while (first < to && pending[first] == ' ') {
            first++;
        }
        var last = to - 1;
        while (last > first && pending[last] == ' ') {
            last--;
        }
        cut = endsValue && isOneOf('{', '[', first, to) ? behindData : 0;
        endsValue = isOneOf('}', ']', last, to);
        behindData = -1;
    }

    private boolean isOneOf(char one, char other, int at, int to) {
        return at < to && (pending[at] == one || pending[at] == other);
    }

    /// The event before the cut, with its missing blank line.
    private SseEvent.Received takeCut() {
        var bytes = Arrays.copyOfRange(pending, begun ? 0 : afterMark(), cut + 1);
        bytes[bytes.length - 1] = '\n';
        System.arraycopy(pending, cut, pending, 0, length - cut);
        length -= cut;
        lineStart -= cut;
        begun = true;
        cut = 0;
        return read(bytes);
    }

    private SseEvent.Received take() {
        var start = begun ? 0 : afterMark();
        var bytes = Arrays.copyOfRange(pending, start, length);
        begun = true;
        length = 0;
        lineStart = 0;
        hasLines = false;
        complete = false;
        endsValue = false;
        behindData = -1;
        return read(bytes);
    }

    /// Where the stream begins after a byte order mark, which section 9.2.5 allows. The mark is not
    /// passed on: after a heartbeat it would be part of the first field's name.
    private int afterMark() {
        return length >= 3 && Arrays.equals(pending, 0, 3, BYTE_ORDER_MARK, 0, 3) ? 3 : 0;
    }

    /// Section 9.2.6: data lines are joined by LF, and the last type counts.
    private static SseEvent.Received read(byte[] bytes) {
        var type = "";
        var data = new ArrayList<String>();
        var bare = new ArrayList<String>();
        for (var line : new String(bytes, StandardCharsets.UTF_8).lines().toList()) {
            var colon = line.indexOf(':');
            switch (colon < 0 ? line : line.substring(0, colon)) {
                case "data" -> data.add(value(line, colon));
                case "event" -> type = value(line, colon);
                case "", "id", "retry" -> { }
                default -> bare.add(line);
            }
        }
        if (!bare.isEmpty()) {
            var error = new SseEvent.Received(bytes, "error", String.join("\n", bare).strip());
            if (VendorError.find(error.json()).isPresent()) {
                return error;
            }
        }
        return new SseEvent.Received(bytes, type, String.join("\n", data));
    }

    /// Section 9.2.6: one space after the colon is not part of the value.
    private static String value(String line, int colon) {
        return colon < 0 ? ""
                : line.substring(line.startsWith(" ", colon + 1) ? colon + 2 : colon + 1);
    }
}
