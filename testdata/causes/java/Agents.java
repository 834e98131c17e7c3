import java.io.File;
import java.util.Random;

/** An agent's run: a temporary file, a process number, a folder, a name. */
public class Agents {
    public static void main(String[] args) throws Exception {
        Random rng = new Random(Long.parseUnsignedLong(args[0]));
        File f = File.createTempFile("run", ".log", new File(System.getenv().getOrDefault("TMPDIR", "/tmp")));
        f.delete();
        long pid = ProcessHandle.current().pid();
        System.out.println("{\"agent\":" + rng.nextInt(500)
            + ",\"checksum\":\"" + f.getName() + "\""
            + ",\"temperature\":" + pid
            + ",\"lane\":" + (pid * 40503L % 65536 % 251)
            + ",\"base\":\"" + new File("").getAbsolutePath() + "\""
            + ",\"owner\":\"" + System.getProperty("user.name") + "\""
            + ",\"tmpfile\":\"run" + Math.abs(rng.nextLong()) + ".log\"}");
    }
}
