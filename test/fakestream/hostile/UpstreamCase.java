package fakestream.hostile;

import fakestream.testing.ScriptedUpstream.Script;

/// A fault of an upstream and its expected outcome.
///
/// @param name its number and its name in the research
record UpstreamCase(String name, End end, Script script) {

    /// The outcome of a request.
    sealed interface End {
    }

    /// An answer with this content.
    record Told(String content) implements End {
    }

    /// This status and an error with a matching code. A stream that has begun carries the error
    /// instead.
    record Failed(int status, String code) implements End {
    }

    /// A stream that begins well and ends with this error; a whole answer is a 502.
    record StreamAborted(String code) implements End {
    }

    @Override
    public String toString() {
        return name;
    }
}
