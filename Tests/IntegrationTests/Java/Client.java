import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Asks an address so many times by Java's own client, which wants HTTP/2, and prints a line for each answer. */
public class Client {
    public static void main(String[] arguments) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(URI.create(arguments[0])).build();
        for (int count = Integer.parseInt(arguments[1]); count > 0; count--) {
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            String connection = answer.headers().firstValue("connection").orElse("kept");
            System.out.println(
                answer.statusCode() + " " + answer.version() + " " + connection + " " + answer.body());
        }
    }
}
