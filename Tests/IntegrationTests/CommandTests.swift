import Foundation
import FrondTesting
import TestServers
import Testing

@Suite("The frond command", .timeLimit(.minutes(5)))
struct CommandTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test(
        "a setting that cannot be is one line that names it, its value and what is allowed, and exit status 78",
        arguments: [
            (["--port", "80a"], "port: '80a'", "0 to 65535"), (["--port", "65536"], "port: '65536'", "0 to 65535"),
            (["--port=-1"], "port: '-1'", "0 to 65535"), (["--port", "-1"], "port: '-1'", "0 to 65535"),
            (["--set", "http.maxCount=0"], "http.maxCount: '0'", "from 1"),
            (["--set", "tags.autoCreate=maybe"], "tags.autoCreate: 'maybe'", "true or false"),
            (["--set", "segment.waitLimit=5"], "segment.waitLimit: '5'", "500ms"),
            (["--set", "segment.prefetchFraction=2"], "segment.prefetchFraction: '2'", "0 to 1"),
            (["--set", "log.level=loud"], "log.level: 'loud'", "info"),
            (["--store", "oracle:x"], "'oracle:x'", "sqlite:"),
            (["--config", "/nonexistent.yaml"], "/nonexistent.yaml", "cannot be read"),
        ])
    func badSettings(arguments: [String], named: String, allowed: String) async throws {
        let process = FrondProcess(["serve", "--data-dir", directory.path] + arguments)
        let status = await process.waitForExit()
        #expect(status == 78 || status == 64)
        #expect(process.printed.contains(named), "\(process.printed)")
        #expect(process.printed.contains(allowed), "\(process.printed)")
        #expect(!FileManager.default.fileExists(atPath: directory.path + "/frond.sqlite"), "nothing was begun")
    }

    @Test("a misspelt setting in a file is refused by its name")
    func misspelt() async throws {
        let file = directory.path + "/frond.yaml"
        try "http:\n  maxcount: 5\n".write(toFile: file, atomically: true, encoding: .utf8)
        let (status, output) = await frond("serve", "--config", file, "--data-dir", directory.path)
        #expect(status == 78)
        #expect(output.contains("http.maxcount"))
        #expect(output.split(separator: "\n").count == 1)
    }

    @Test("a setting of the wrong type in a file is refused, with its value")
    func wrongType() async throws {
        let file = directory.path + "/frond.json"
        try #"{"port": "high", "http": {"maxCount": true}}"#.write(toFile: file, atomically: true, encoding: .utf8)
        let (status, output) = await frond("serve", "--config", file, "--data-dir", directory.path)
        #expect(status == 78)
        #expect(output.contains("'high'"))
    }

    @Test("a port in use is one clear line")
    func portInUse() async throws {
        let server = try await FrondServerProcess.start(in: directory)
        let other = try TemporaryDirectory()
        let (status, output) = await frond("serve", "--port", "\(server.port)", "--data-dir", other.path)
        #expect(status == 69)
        #expect(output.contains("cannot listen on 127.0.0.1:\(server.port)"), "\(output)")
        #expect(output.contains("--port"))
    }

    @Test("a host that does not exist is one clear line")
    func unknownHost() async throws {
        let (status, output) = await frond("serve", "--host", "nohost.invalid", "--data-dir", directory.path)
        #expect(status == 69)
        #expect(output.contains("cannot listen on nohost.invalid:8080"), "\(output)")
        #expect(output.contains("--host"))
        #expect(output.split(separator: "\n").count == 1, "\(output)")
    }

    @Test(
        "a negative number is a value that cannot be, and no unknown option",
        arguments: [
            (["tag", "create", "x", "--start", "-5"], "-5"), (["tag", "create", "x", "--step", "-1"], "-1"),
            (["tag", "set", "x", "--max-id", "-7"], "-7"), (["worker", "release", "-1"], "'-1' is not a worker ID"),
            (["worker", "release", "x"], "'x' is not a worker ID"),
        ])
    func negative(arguments: [String], named: String) async throws {
        if arguments.contains("set") { _ = await frond("tag", "create", "x", "--data-dir", directory.path) }
        let process = FrondProcess(arguments + ["--data-dir", directory.path])
        #expect(await process.waitForExit() == 64)
        #expect(process.printed.contains(named), "\(process.printed)")
        #expect(process.printed.split(separator: "\n").count == 1, "\(process.printed)")
    }

    @Test(
        "a file that is no YAML is one line that names it, the place and the cure",
        arguments: ["http: [1, 2\nport: 3\n", "port: 1\n\tstore: x\n", "port: 1\nport: 2\n", "{\"port\": 1"])
    func brokenFile(text: String) async throws {
        let file = directory.path + "/frond.yaml"
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        let (status, output) = await frond("serve", "--config", file, "--data-dir", directory.path)
        #expect(status == 78)
        #expect(output.contains(file) && output.contains("line "), "\(output)")
        #expect(output.split(separator: "\n").count == 1, "\(output)")
    }

    @Test("a misspelt setting in the environment is named, with the nearest that there is")
    func misspeltVariable() async throws {
        let listed = await frond(
            "tag", "create", "order", "--data-dir", directory.path,
            environment: ["FROND_HTTP_MAXCOUNT": "5", "FROND_STORE": "sqlite:"])
        #expect(listed.status == 0)
        #expect(listed.output.contains("FROND_HTTP_MAXCOUNT (the nearest is FROND_HTTP_MAX_COUNT)"), "\(listed.output)")
        #expect(!listed.output.contains("FROND_STORE"))
    }

    @Test("a data directory that cannot be written is one clear line")
    func unwritable() async throws {
        let file = directory.path + "/file"
        try "x".write(toFile: file, atomically: true, encoding: .utf8)
        let (status, output) = await frond("serve", "--port", "0", "--data-dir", file + "/below")
        #expect(status == 69)
        #expect(output.contains(file))
        #expect(output.split(separator: "\n").count == 1, "\(output)")
    }

    @Test("a corrupt database file is one clear line")
    func corrupt() async throws {
        let file = directory.path + "/frond.sqlite"
        try String(repeating: "not a database ", count: 1000).write(toFile: file, atomically: true, encoding: .utf8)
        let (status, output) = await frond("serve", "--port", "0", "--data-dir", directory.path)
        #expect(status == 69)
        #expect(output.contains(file))
        #expect(output.split(separator: "\n").count == 1, "\(output)")
    }

    @Test(
        "a configuration file that sets nothing is none, and one without settings says how to write them",
        arguments: [
            ("", 0), ("# port: 9000\n", 0), ("port", 78),
        ])
    func fileWithoutSettings(text: String, status: Int32) async throws {
        let file = directory.path + "/frond.yaml"
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        let store = "sqlite:\(directory.path)/empty.sqlite"
        let answer = await frond("tag", "create", "order", "--config", file, "--store", store)
        #expect(answer.status == status, "\(answer.output)")
        #expect(status == 0 || answer.output.contains("'name: value'"), "\(answer.output)")
    }

    @Test("a tag that is moved forward moves its periods, the present one too where its record is gone")
    func movedPeriods() async throws {
        let store = "sqlite:\(directory.path)/periods.sqlite"
        let made = await frond(
            "tag", "create", "rc", "--period", "year", "--format", "{date}-{number}", "--store", store)
        #expect(made.status == 0, "\(made.output)")
        let year = Calendar(identifier: .gregorian).component(.year, from: .now)
        let moved = await frond("tag", "set", "rc", "--max-id", "2000", "--store", store)
        #expect(moved.status == 0, "\(moved.output)")
        let shown = await frond("tag", "show", "rc@\(year)", "--json", "--store", store)
        #expect(shown.output.contains(#""maxId" : "2000""#), "\(shown.output)")
        let alone = await frond("tag", "set", "rc@\(year)", "--max-id", "3000", "--store", store)
        #expect(alone.status == 0, "\(alone.output)")
        let again = await frond("tag", "set", "rc", "--max-id", "2500", "--store", store)
        #expect(again.status == 0, "the period is ahead of it: \(again.output)")
        let form = await frond("tag", "set", "rc@\(year)", "--format", "hex", "--store", store)
        #expect(form.status == 64 && form.output.contains("rc@\(year)"), "\(form.output)")
    }

    @Test("tags are created, listed, changed and shown, for people and for programs")
    func tags() async throws {
        let store = "sqlite:\(directory.path)/tags.sqlite"
        let mistyped = await frond("tag", "list", "--store", store)
        #expect(mistyped.status == 69)
        #expect(mistyped.output.contains("tags.sqlite"), "\(mistyped.output)")
        let created = await frond(
            "tag", "create", "order", "--step", "50", "--start", "10", "--max", "1000", "--description", "what we sell",
            "--store", store)
        #expect(created.status == 0)
        #expect(created.output.contains("what we sell"))
        let again = await frond("tag", "create", "order", "--store", store)
        #expect(again.status != 0)
        #expect(again.output.contains("order"))
        let set = await frond("tag", "set", "order", "--max-id", "500", "--json", "--store", store)
        #expect(set.output.contains(#""maxId" : "500""#))
        let back = await frond("tag", "set", "order", "--max-id", "499", "--store", store)
        #expect(back.status == 64)
        #expect(back.output.contains("cannot go back from 500 to 499"))
        let list = await frond("tag", "list", "--store", store)
        #expect(list.output.contains("TAG") && list.output.contains("500"))
        let missing = await frond("tag", "show", "user", "--store", store)
        #expect(missing.status != 0)
        #expect(missing.output.contains("'user'"))
        let odd = await frond("tag", "create", "a b", "--store", store)
        #expect(odd.status == 64)
        #expect(odd.output.contains("'a b' is not a tag"))
        let nothing = await frond("tag", "set", "order", "--store", store)
        #expect(nothing.status == 64)
    }
}
