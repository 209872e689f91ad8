import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;

/// The servers to measure, each a separate process on loopback, and the targets that address them.
/// The servers end with this program, however it ends.
final class Rig {
    private static final Path PEER = Path.of("test/bench/node_modules/@portkey-ai/gateway");

    /// The environment variables that the servers may see: no settings, and no proxy's address.
    private static final Set<String> ENVIRONMENT =
            Set.of("PATH", "HOME", "FAKESTREAM_JAVA_OPTS");
    private static final String WHOLE = """
            {"model":"gpt-5-mini","messages":[{"role":"user","content":"What is a heartbeat?"}]}""";
    private static final String STREAMED = WHOLE.replaceFirst("[{]", "{\"stream\":true,");
    private static final Map<String, String> HEADERS = Map.of(
            "Authorization", "Bearer none", "Content-Type", "application/json");

    /// The common part of both configurations. No connection closes during a measurement, and none
    /// waits for another.
    private static final String NGINX = """
            daemon off;
            worker_processes 1;
            pid nginx.pid;
            error_log stderr warn;
            events { worker_connections 4096; }
            http {
                access_log off;
                default_type application/json;
                keepalive_requests 1000000000;
                client_body_temp_path body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
            """;
    private static final String NGINX_UPSTREAM = NGINX + """
                server {
                    listen 127.0.0.1:%d;
                    location / { return 200 '%s'; }
                }
            }
            """;
    private static final String NGINX_PROXY = NGINX + """
                upstream completions {
                    server 127.0.0.1:%d;
                    keepalive 1024;
                    keepalive_requests 1000000000;
                }
                server {
                    listen 127.0.0.1:%d;
                    location / {
                        proxy_pass http://completions;
                        proxy_http_version 1.1;
                        proxy_set_header Connection "";
                    }
                }
            }
            """;

    private static final int LONGEST_END_SECONDS = 10;

    private final Path directory = Files.createTempDirectory("fakestream-bench-");
    private final List<Target> targets = new ArrayList<>();

    /// Starts the servers.
    Rig(Path jar, String answer) throws IOException {
        Runtime.getRuntime().addShutdownHook(new Thread(this::end));
        var upstream = Child.freePort();
        var proxy = Child.freePort();
        var daemon = Child.freePort();
        var peer = Child.freePort();
        var direct = nginx("upstream", NGINX_UPSTREAM.formatted(upstream, answer));
        add("direct", "nginx, asked directly", upstream, WHOLE, Map.of(), direct);
        var proxied = nginx("proxy", NGINX_PROXY.formatted(upstream, proxy));
        add("nginx", "through nginx proxy_pass", proxy, WHOLE, Map.of(), proxied);
        var fakestream = fakestream(jar, daemon, upstream);
        add("whole", "through fakestream, whole", daemon, WHOLE, Map.of(), fakestream);
        add("streamed", "through fakestream, streamed", daemon, STREAMED, Map.of(), fakestream);
        add("peer", "through Portkey, whole", peer, WHOLE, Map.of("x-portkey-provider", "openai",
                "x-portkey-custom-host", "http://127.0.0.1:" + upstream + "/v1"), start("node",
                PEER + "/build/start-server.js", "--port=" + peer, "--headless"));
    }

    /// The targets to measure, in the order of display.
    List<Target> targets() {
        return List.copyOf(targets);
    }

    /// The error output of the servers, for a failed measurement.
    String complaints() throws IOException {
        return Files.readString(directory.resolve("stderr"));
    }

    /// The version of each program, in its own words.
    Map<String, String> versions(Path jar) throws IOException, InterruptedException {
        var peer = Files.readString(PEER.resolve("package.json"));
        return new TreeMap<>(Map.of(
                "fakestream", revision(jar),
                "java", (System.getProperty("java.vm.version") + ' '
                        + System.getenv().getOrDefault("FAKESTREAM_JAVA_OPTS", "")).strip(),
                "nginx", version("nginx", "-v"), "wrk", version("wrk", "-v"),
                "node", version("node", "--version"),
                "peer", peer.replaceFirst("(?s).*\"version\": \"([^\"]+)\".*", "$1")));
    }

    /// Runs a program to its end; returns its output, at most as much as a pipe holds.
    ///
    /// @throws IOException if it does not end in time; it is then ended
    static String output(int longestSeconds, String... command)
            throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            if (!process.waitFor(Duration.ofSeconds(longestSeconds))) {
                throw new IOException(command[0] + " took over " + longestSeconds + " seconds");
            }
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } finally {
            process.destroyForcibly();
        }
    }

    private static String revision(Path jar) throws IOException {
        try (var file = new JarFile(jar.toFile())) {
            return file.getManifest().getMainAttributes().getValue("Implementation-Version");
        }
    }

    /// A version as in `nginx version: nginx/1.22.1`, `wrk debian/4.1.0-3 [epoll]` and `v20.20.2`.
    private static String version(String... command) throws IOException, InterruptedException {
        return output(LONGEST_END_SECONDS, command).lines().findFirst().orElse("")
                .replaceFirst(".*/(\\S+).*", "$1");
    }

    private Process nginx(String name, String configuration) throws IOException {
        var prefix = Files.createDirectory(directory.resolve(name));
        Files.writeString(prefix.resolve("nginx.conf"), configuration);
        return start("nginx", "-p", prefix.toString(), "-c", "nginx.conf", "-e", "stderr");
    }

    /// Runs the launcher, as users install it, with its JVM options and its cache of classes.
    private Process fakestream(Path jar, int port, int upstream) throws IOException {
        var launcher = Files.writeString(directory.resolve("fakestream"),
                Files.readString(Path.of("src/install/fakestream.sh"))
                        .replace("@JAR@", jar.toAbsolutePath().toString()));
        return start("sh", launcher.toString(), "--config", "/dev/null", "--host", "127.0.0.1",
                "--port", "" + port, "--upstream", "http://127.0.0.1:" + upstream,
                "--set", "CHUNK_DELAY_MS=0", "--set", "CHUNK_TARGET_LENGTH=30");
    }

    /// A server's stdout goes to /dev/null: the daemon pays for its line of each request, as by
    /// default, but the speed of the disk does not count.
    private Process start(String... command) throws IOException {
        var builder = new ProcessBuilder(command).redirectOutput(new File("/dev/null"))
                .redirectError(Redirect.appendTo(directory.resolve("stderr").toFile()));
        builder.environment().keySet().retainAll(ENVIRONMENT);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("CACHE_DIRECTORY", directory.toString());
        return builder.start();
    }

    private void add(String key, String name, int port, String body, Map<String, String> headers,
            Process process) {
        var all = new TreeMap<>(HEADERS);
        all.putAll(headers);
        targets.add(new Target(key, name, URI.create(
                "http://127.0.0.1:" + port + "/v1/chat/completions"), body, all,
                process.toHandle()));
    }

    /// Runs as this program ends, in its own thread. It ends the descendants of this program, such
    /// as a running wrk.
    private void end() {
        var servers = ProcessHandle.current().descendants().toList();
        servers.forEach(ProcessHandle::destroy);
        CompletableFuture.allOf(servers.stream().map(ProcessHandle::onExit)
                .toArray(CompletableFuture[]::new))
                .completeOnTimeout(null, LONGEST_END_SECONDS, TimeUnit.SECONDS).join();
        servers.forEach(ProcessHandle::destroyForcibly);
        try (var files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            System.err.println("bench: " + directory + " is left: " + e.getMessage());
        }
    }
}
