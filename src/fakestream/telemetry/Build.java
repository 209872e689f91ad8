package fakestream.telemetry;

/// Which program this is.
///
/// @param revision of the sources that it was built from
public record Build(String version, String revision) {
}
