/// Prints each check of one client in one line: `ok NAME`, `FAIL NAME: why` or `note TEXT`.
final class Report {

    private final String client;

    Report(String client) {
        this.client = client;
    }

    @FunctionalInterface
    interface Check {
        void run() throws Exception;
    }

    /// Runs one check; an exception is its failure, and the next check still runs.
    void check(String name, Check check) {
        try {
            check.run();
            System.out.println("ok " + client + " " + name);
        } catch (Exception | AssertionError failure) {
            System.out.println("FAIL " + client + " " + name + ": " + onOneLine(failure));
        }
    }

    void note(String text) {
        System.out.println("note " + text);
    }

    static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    static String onOneLine(Throwable failure) {
        return failure.toString().replaceAll("\\s+", " ");
    }
}
