/// A daemon that turns an API which answers in one piece into one that streams.
///
/// The jar runs on the class path, through `java -jar`; this descriptor is how javac holds the
/// sources to the modules that they need, and nothing is exported because nothing is a library.
module fakestream {
    // Calls upstream: HttpClient is the JDK's only client whose calls can be cancelled at once.
    requires java.net.http;

    // Says how many files may be open, where /proc does not.
    requires jdk.management;

    // Faces the client: com.sun.net.httpserver, which runs its handlers on virtual threads.
    requires jdk.httpserver;

    // Hears SIGHUP, and a second SIGTERM.
    requires jdk.unsupported;
}
