package fakestream.protocol;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;

/// A stream has the same events however its bytes are split. If it is well-formed, the events keep
/// every byte and mean what the specification says.
public final class SseFuzz {
    private static final String MARK = "\ufeff";

    /// JSON in lines that are not fields, or events that lack their blank line; the parser reads
    /// both.
    private static final Pattern MALFORMED = Pattern.compile("(?m)^\\s*+[{\\[]|"
            + "[}\\]] *+(\\r\\n|\\r|\\n)([^\\r\\n]++(\\r\\n|\\r|\\n))*?data: *+[{\\[]");

    /// The content of an event, without its bytes.
    private record Told(String type, String data) {
    }

    private SseFuzz() {
    }

    /// The first byte decides how the rest is split.
    public static void fuzzerTestOneInput(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        var stream = Arrays.copyOfRange(bytes, 1, bytes.length);
        var whole = events(stream, Integer.MAX_VALUE, null);
        var split = events(stream, 1 + (bytes[0] & 0x3F), new Random(bytes[0]));
        if (!told(whole).equals(told(split)) || !Arrays.equals(joined(whole), joined(split))) {
            throw new AssertionError("it depends on how the stream is split");
        }
        var text = new String(withoutMark(stream), StandardCharsets.UTF_8);
        if (MALFORMED.matcher(text).find()) {
            return;
        }
        // The last event gets the line ends that it lacks.
        var bytesOut = joined(whole);
        var bytesIn = withoutMark(stream);
        if (!Arrays.equals(Arrays.copyOf(bytesOut, bytesIn.length), bytesIn)
                || bytesOut.length > bytesIn.length + 2) {
            throw new AssertionError("bytes were lost");
        }
        if (!told(whole).stream().filter(told -> !told.data.isEmpty()).toList()
                .equals(bySpecification(stream))) {
            throw new AssertionError("not as specified: " + told(whole));
        }
    }

    private static List<SseEvent.Received> events(byte[] stream, int most, Random random) {
        var parser = new SseParser();
        var events = new ArrayList<SseEvent.Received>();
        for (int at = 0; at < stream.length;) {
            var count = Math.min(stream.length - at,
                    random == null ? most : 1 + random.nextInt(most));
            events.addAll(parser.feed(stream, at, count));
            at += count;
        }
        events.addAll(parser.end());
        return events;
    }

    private static List<Told> told(List<SseEvent.Received> events) {
        return events.stream().map(event -> new Told(event.type(), event.data())).toList();
    }

    private static byte[] joined(List<SseEvent.Received> events) {
        var joined = new ByteArrayOutputStream();
        events.forEach(event -> joined.writeBytes(event.bytes()));
        return joined.toByteArray();
    }

    private static byte[] withoutMark(byte[] stream) {
        var mark = MARK.getBytes(StandardCharsets.UTF_8);
        return stream.length >= 3 && Arrays.equals(stream, 0, 3, mark, 0, 3)
                ? Arrays.copyOfRange(stream, 3, stream.length) : stream;
    }

    /// Parses by WHATWG HTML section 9.2.6, line by line. Unlike the specification, it also emits a
    /// last event that lacks its blank line.
    private static List<Told> bySpecification(byte[] stream) {
        var text = new String(withoutMark(stream), StandardCharsets.UTF_8);
        var events = new ArrayList<Told>();
        var data = new StringBuilder();
        var type = "";
        for (var line : (text + "\n\n").split("\r\n|\r|\n", -1)) {
            if (line.isEmpty()) {
                if (data.length() > 1) {
                    events.add(new Told(type, data.substring(0, data.length() - 1)));
                }
                data.setLength(0);
                type = "";
            } else if (line.matches("(?s)data(:.*)?")) {
                data.append(value(line, "data")).append('\n');
            } else if (line.matches("(?s)event(:.*)?")) {
                type = value(line, "event");
            }
        }
        return events;
    }

    private static String value(String line, String name) {
        var value = line.length() == name.length() ? "" : line.substring(name.length() + 1);
        return value.startsWith(" ") ? value.substring(1) : value;
    }
}
