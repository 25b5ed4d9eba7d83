import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.net.HttpURLConnection;
import java.net.URL;

/**
 * Asks for segments as Tinyid's client does: a POST whose form is empty and whose parameters are in the query. Prints
 * each number that it may issue, and "nothing" for an empty answer.
 */
public class TinyidClient {
    public static void main(String[] arguments) throws Exception {
        for (int count = Integer.parseInt(arguments[1]); count > 0; count--) {
            String answer = post(arguments[0]);
            if (answer.isBlank()) {
                System.out.println("nothing");
                continue;
            }
            String[] parts = answer.split(",");
            long current = Long.parseLong(parts[0]);
            long max = Long.parseLong(parts[2]);
            int delta = Integer.parseInt(parts[3]);
            int remainder = Integer.parseInt(parts[4]);
            for (long id = current + 1; id <= max; id++) {
                if (id % delta == remainder) System.out.println(id);
            }
        }
    }

    private static String post(String address) throws Exception {
        HttpURLConnection connection = (HttpURLConnection) new URL(address).openConnection();
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        connection.setReadTimeout(20_000);
        connection.setConnectTimeout(20_000);
        connection.setUseCaches(false);
        connection.connect();
        OutputStreamWriter form = new OutputStreamWriter(connection.getOutputStream(), "UTF-8");
        form.write("");
        form.flush();
        StringBuilder answer = new StringBuilder();
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(connection.getInputStream(), "UTF-8"))) {
            String line;
            while ((line = reader.readLine()) != null) answer.append(line);
        }
        form.close();
        connection.disconnect();
        return answer.toString();
    }
}
