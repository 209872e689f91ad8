package fakestream.demo;

import fakestream.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// Reads the members of a form (`multipart/form-data`). A file becomes a text: its name and length.
final class DemoForm {
    private static final Pattern PART = Pattern.compile(
            "(?i)content-disposition: *form-data;[^\r\n]*?\\bname=\"?(?<name>[^\";\r\n]+)\"?"
            + "(?<more>[^\r\n]*)\r\n");
    private static final Pattern FILE = Pattern.compile("(?i)filename=\"(?<file>[^\"]*)\"");

    private DemoForm() {
    }

    /// @param type the media type of the request, with its boundary
    static JsonObject read(String type, byte[] body) {
        var boundary = "--" + type.replaceFirst("(?i).*boundary=\"?([^\";]+).*", "$1");
        var form = new JsonObject.Builder();
        // One character is one byte, so that a file passes through unharmed.
        for (var part : new String(body, StandardCharsets.ISO_8859_1)
                .split(Pattern.quote(boundary))) {
            var head = PART.matcher(part);
            int start = part.indexOf("\r\n\r\n") + 4;
            if (head.find() && start <= part.length() - 2) {
                var file = FILE.matcher(head.group("more"));
                var content = part.substring(start, part.length() - 2);
                form.add(utf8(head.group("name")), utf8(file.find()
                        ? file.group("file") + ", " + content.length() + " bytes" : content));
            }
        }
        return form.build();
    }

    private static String utf8(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
