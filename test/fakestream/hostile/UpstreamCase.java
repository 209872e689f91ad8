package fakestream.hostile;

import fakestream.testing.ScriptedUpstream.Script;

/// A fault of an upstream, and what becomes of it.
///
/// @param name its number in the research, and its name there
record UpstreamCase(String name, End end, Script script) {

    /// How a request ends.
    sealed interface End {
    }

    /// With an answer that has this content.
    record Told(String content) implements End {
    }

    /// With this status and an error whose code matches, or with that error in a stream that has
    /// begun.
    record Failed(int status, String code) implements End {
    }

    /// With a stream that begins well, and then tells of this error; a whole answer is 502.
    record StreamAborted(String code) implements End {
    }

    @Override
    public String toString() {
        return name;
    }
}
