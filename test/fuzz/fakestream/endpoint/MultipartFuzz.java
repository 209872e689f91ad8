package fakestream.endpoint;

import fakestream.http.HttpError;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import java.util.Arrays;

/// Any body is a form or gets a 400. A form that loses a member is still one, with all its other
/// members, and a form that loses none keeps every byte.
public final class MultipartFuzz {
    private MultipartFuzz() {
    }

    public static void fuzzerTestOneInput(byte[] bytes) {
        try {
            var form = read(bytes);
            check(Arrays.equals(form.with(form.fields()).bytes(), bytes), "the form has changed");
            for (var name : form.fields().members().keySet()) {
                var left = form.fields().without(name);
                check(equal(fields(form, left), left), name + " stays, or takes others with it");
                var changed = form.fields().with(name, new JsonString("changed"));
                var read = fields(form, changed);
                check(!plain(name) || equal(read, changed), name + " did not change");
            }
        } catch (HttpError e) {
            check(e.status() == 400, "the status is " + e.status());
        }
    }

    /// Whether a name is written as it was read; others are escaped.
    private static boolean plain(String name) {
        return name.matches("[^\\r\\n\"\\\\\uFFFD]*");
    }

    /// The members in the form that has these members.
    private static JsonObject fields(Multipart form, JsonObject members) {
        try {
            return read(form.with(members).bytes()).fields();
        } catch (HttpError e) {
            throw new AssertionError("the form is none any more", e);
        }
    }

    private static boolean equal(JsonObject one, JsonObject other) {
        return one.members().equals(other.members());
    }

    private static Multipart read(byte[] bytes) throws HttpError {
        return Multipart.read("multipart/form-data; boundary=b", bytes);
    }

    private static void check(boolean isSo, String otherwise) {
        if (!isSo) {
            throw new AssertionError(otherwise);
        }
    }
}
