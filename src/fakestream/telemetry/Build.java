package fakestream.telemetry;

/// The version of this program.
///
/// @param revision of the sources that it was built from
public record Build(String version, String revision) {
}
