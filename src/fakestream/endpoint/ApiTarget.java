package fakestream.endpoint;

import fakestream.config.StreamMode;
import fakestream.protocol.Protocol;
import fakestream.stream.Framing;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A client's API call, as its path describes it.
///
/// @param whole the upstream's endpoint for a whole answer
/// @param streamed the upstream's endpoint for its own stream
/// @param model the model, if the path names it and the request does not
/// @param framing the framing of the client's stream
/// @param mode the mode that the caller chooses in the path or in a header
public record ApiTarget(Protocol protocol, String whole, String streamed, Optional<String> model,
        Framing framing, Optional<StreamMode> mode) {
    /// A call whose path and headers choose no mode.
    public ApiTarget(Protocol protocol, String whole, String streamed, Optional<String> model,
            Framing framing) {
        this(protocol, whole, streamed, model, framing, Optional.empty());
    }

    /// A call whose request body names the model and says whether to stream.
    public static ApiTarget of(Protocol protocol, String endpoint) {
        return new ApiTarget(protocol, endpoint, endpoint, Optional.empty(), Framing.EVENTS);
    }

    /// The same call in the mode that its caller chooses.
    public ApiTarget in(Optional<StreamMode> chosen) {
        return new ApiTarget(protocol, whole, streamed, model, framing, chosen);
    }

    /// An endpoint of this call at an upstream that knows the model by this name.
    String named(String endpoint, String name) {
        return model.map(own -> endpoint.replaceFirst(
                "(?<=/)" + Pattern.quote(own) + "(?=[:/])", Matcher.quoteReplacement(
                        URLEncoder.encode(name, StandardCharsets.UTF_8)))).orElse(endpoint);
    }

    /// Whether a body of this `Content-Type` has the form of the API; null says no type.
    public boolean reads(String contentType) {
        return protocol.takesForms() ? Multipart.is(contentType)
                : contentType != null && JsonExpected.isJson(
                        contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT));
    }

    /// Whether the path always streams.
    boolean alwaysStreams() {
        return framing != Framing.DOCUMENT && !whole.equals(streamed);
    }
}
