import Foundation
import FrondTesting
import TestServers
import Testing

@Suite("Pages in a browser", .timeLimit(.minutes(10)))
struct BrowserTests {
    /// A page that uses the server, and writes down what it was told.
    private static func page(_ server: String) -> String {
        """
        <!doctype html><title>page</title><pre id="told"></pre><script>
        const told = document.getElementById("told");
        async function ask(name, path, options) {
            try {
                const answer = await fetch("\(server)" + path, options);
                const text = (await answer.text()).slice(0, 60);
                told.textContent += `${name}: ${answer.status} ${answer.headers.get("frond-generator")} ${text}\\n`;
            } catch (error) {
                told.textContent += `${name}: ${error.name}\\n`;
            }
        }
        (async () => {
            await ask("id", "/api/id/order");
            await ask("hot", "/api/segment/get/order");
            await ask("unknown", "/api/segment/get/no%20tag");
            await ask("token", "/api/id/order", {headers: {"Authorization": "Bearer x"}});
            await ask("create", "/api/tags/mine", {
                method: "POST", headers: {"Content-Type": "application/json"}, body: "{}"
            });
            await ask("retire", "/api/tags/order/retire", {method: "POST"});
            told.textContent += "done\\n";
        })();
        </script>
        """
    }

    /// Opens the page from a server of its own, and returns what it wrote down.
    private func open(_ page: String, on port: Int, in directory: TemporaryDirectory) async throws -> String {
        try page.write(toFile: directory.path + "/page.html", atomically: true, encoding: .utf8)
        let browser = ServerProcess(
            "chromium",
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                "--user-data-dir=\(directory.path)/profile", "--virtual-time-budget=30000", "--dump-dom",
                "http://127.0.0.1:\(port)/page.html",
            ],
            environment: ["HOME": directory.path])
        #expect(await browser.waitForExit() == 0, "\(browser.printed)")
        return browser.printed
    }

    /// Serves the folder of pages on a port of its own: an origin of its own.
    private func pages(in directory: TemporaryDirectory) async throws -> (process: ServerProcess, port: Int) {
        let process = ServerProcess(
            "python3", ["-u", "-m", "http.server", "--bind", "127.0.0.1", "--directory", directory.path, "0"])
        let line = try await process.waitForLine(containing: "Serving HTTP")
        let words = line.split(separator: " ")
        let index = try #require(words.firstIndex(of: "port"))
        return (process, try #require(Int(words[index + 1])))
    }

    @Test("a page of an origin in http.cors.origins gets IDs and reasons; another gets nothing, and none administers")
    func origins() async throws {
        let directory = try TemporaryDirectory()
        let allowed = try await pages(in: directory)
        let other = try await pages(in: directory)
        let server = try await FrondServerProcess.start(
            in: try TemporaryDirectory(), ["--set", "http.cors.origins=http://127.0.0.1:\(allowed.port)"])
        let page = Self.page(server.url)
        var told = try await open(page, on: allowed.port, in: directory)
        #expect(told.contains("id: 200 segment 1"), "\(told)")
        #expect(told.contains("hot: 200 null 2"), "\(told)")
        #expect(told.contains("unknown: 400"), "\(told)")
        #expect(told.contains("token: 200 segment 3"), "the preflight is answered: \(told)")
        #expect(told.contains("create: 403") && told.contains("retire: 403"), "\(told)")
        told = try await open(page, on: other.port, in: directory)
        #expect(told.contains("id: TypeError") && told.contains("hot: TypeError"), "\(told)")
        #expect(told.contains("token: TypeError") && told.contains("create: TypeError"), "\(told)")
        #expect(told.contains("done"), "\(told)")
        #expect(try await server.get("/api/tags/mine").status == 404)
        #expect(try await server.get("/api/id/order").status == 200, "it was not retired")
        for process in [allowed.process, other.process] {
            process.signal(SIGTERM)
            _ = await process.waitForExit()
        }
        #expect(await server.stop() == 0)
    }
}
