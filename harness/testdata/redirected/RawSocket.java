import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Asks over a socket of its own, which is an IPv6 one. */
class RawSocket {
    public static void main(String[] args) throws Exception {
        try (Socket s = new Socket("127.0.0.1", Integer.parseInt(args[0]))) {
            s.getOutputStream().write("GET /a HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String answer = new String(s.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            System.out.println(answer.substring(answer.indexOf("\r\n\r\n") + 4));
        }
    }
}
