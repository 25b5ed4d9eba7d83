import Foundation
import FrondTesting
import TestServers
import Testing

@Suite("Settings", .timeLimit(.minutes(5)))
struct SettingsTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func file(_ name: String, _ text: String) throws -> String {
        let path = directory.path + "/" + name
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    private func tags(_ environment: [String: String], _ arguments: String...) async -> (status: Int32, output: String)
    {
        let process = FrondProcess(
            ["tag", "list", "--data-dir", directory.path] + arguments, environment: environment)
        return (await process.waitForExit(), process.printed)
    }

    @Test("the variables of a Kubernetes service are named once and ignored, by every command")
    func services() async throws {
        let variables = [
            "FROND_PORT": "tcp://10.96.0.10:8080", "FROND_SERVICE_HOST": "10.96.0.10", "FROND_SERVICE_PORT": "8080",
            "FROND_SERVICE_PORT_HTTP": "8080", "FROND_PORT_8080_TCP": "tcp://10.96.0.10:8080",
            "FROND_PORT_8080_TCP_ADDR": "10.96.0.10", "FROND_PORT_8080_TCP_PORT": "8080",
            "FROND_PORT_8080_TCP_PROTO": "tcp", "FROND_GRPC_PORT": "tcp://10.96.0.11:9090",
            "FROND_GRPC_SERVICE_HOST": "10.96.0.11",
        ]
        let server = try await FrondServerProcess.start(in: directory, environment: variables)
        #expect(try await server.nextID() == 1)
        let lines = server.process.printed.split(separator: "\n").filter { $0.contains("FROND_") }
        #expect(lines.count == 1, "\(server.process.printed)")
        for name in variables.keys { #expect(lines.first?.contains(name) == true, "\(name)") }
        #expect(!server.process.printed.contains("grpc://"))
        let (status, output) = await tags(variables)
        #expect(status == 0, "\(output)")
        #expect(output.components(separatedBy: "FROND_SERVICE_HOST").count == 2)
    }

    @Test("an empty variable is unset, whatever the setting")
    func emptyVariables() async throws {
        let (_, output) = await frond("serve", "--set", "nonsense=1")
        let names = try #require(output.split(separator: "names: ").last).split(whereSeparator: ", \n".contains)
        #expect(names.count > 20)
        let variables = names.map { name in
            let words = name.reduce(into: "") {
                $0 += ($1.isUppercase ? "_" : "") + ($1 == "." ? "_" : $1.uppercased())
            }
            return ("FROND_" + words, "")
        }
        let server = try await FrondServerProcess.start(
            in: directory, environment: Dictionary(uniqueKeysWithValues: variables))
        #expect(try await server.nextID() == 1)
        #expect(!server.process.printed.contains("FROND_"))
    }

    @Test("an empty or absent value in a file or on the command line is unset")
    func emptyValues() async throws {
        let path = try file(
            "frond.yaml", "port:\nredis: ''\nlog:\n  level: \"\"\nhttp: {maxCount: , threads: null}\ntls: {}\n")
        let server = try await FrondServerProcess.start(
            in: directory, ["--config", path, "--redis", "", "--set", "segment.start="], environment: [:])
        #expect(try await server.nextID() == 1)
    }

    @Test(
        "a secret may be in a file, without the line ending behind it",
        arguments: ["0123456789abcdef", "0123456789abcdef\n", "0123456789abcdef\r\n"])
    func secretFiles(text: String) async throws {
        let path = try file("key", text)
        let data = ["--data-dir", directory.path + "/data"]
        let created = await frond(
            "tag", "create", "order", "--format", "{number:8}", "--scramble", "--data-dir", directory.path + "/data",
            environment: ["FROND_SCRAMBLE_KEY_FILE": path])
        let direct = FrondProcess(
            ["decode", "--tag", "order", "00000001"] + data, environment: ["FROND_SCRAMBLE_KEY": "0123456789abcdef"])
        let byFile = FrondProcess(
            ["decode", "--tag", "order", "00000001"] + data, environment: ["FROND_SCRAMBLE_KEY_FILE": path])
        _ = created
        let status = await direct.waitForExit()
        #expect(await byFile.waitForExit() == status)
        #expect(direct.printed == byFile.printed)
    }

    @Test(
        "a secret's file that cannot be used is refused with the reason",
        arguments: [
            ("STORE_PASSWORD", "/nowhere/at/all", "No such file"), ("REGISTRY_PASSWORD", "/", "directory"),
            ("REDIS_PASSWORD", "/dev/null", "empty"), ("SCRAMBLE_KEY", "/dev/zero", "larger than"),
        ])
    func badSecretFiles(name: String, path: String, reason: String) async throws {
        let (status, output) = await tags(["FROND_\(name)_FILE": path])
        #expect(status == 78, "\(output)")
        #expect(output.contains("FROND_\(name)_FILE") && output.contains(reason), "\(output)")
        #expect(output.split(separator: "\n").count == 1)
    }

    @Test("a secret in a variable and in a file is refused")
    func secretTwice() async throws {
        let path = try file("password", "secret\n")
        let (status, output) = await tags(["FROND_STORE_PASSWORD": "other", "FROND_STORE_PASSWORD_FILE": path])
        #expect(status == 78)
        #expect(output.contains("FROND_STORE_PASSWORD_FILE") && output.contains("both set"), "\(output)")
        #expect(!output.contains("secret") && !output.contains("other"))
    }

    @Test(
        "a file that stands for gigabytes, or is none, is refused at once",
        arguments: [
            "a: &a [x,x,x,x,x,x,x,x,x]\n"
                + zip("bcdefghi", "abcdefgh").map {
                    "\($0): &\($0) [\(Array(repeating: "*\($1)", count: 9).joined(separator: ","))]\n"
                }
                .joined(),
            String(repeating: "[", count: 100_000), "host: " + String(repeating: "x", count: 1 << 20),
            String(repeating: "{a: ", count: 20_000),
        ])
    func bombs(text: String) async throws {
        let path = try file("bomb.yaml", text)
        let clock = ContinuousClock.now
        let (status, output) = await tags([:], "--config", path)
        #expect(status == 78, "\(output.prefix(500))")
        #expect(output.contains(path) && output.split(separator: "\n").count == 1)
        #expect(ContinuousClock.now - clock < .seconds(5))
    }

    @Test(
        "a bad value of gRPC is refused without a port too",
        arguments: ["grpc.maxStreams=0", "grpc.maxOutstanding=x", "grpc.maxStreams=-1"])
    func withoutPort(setting: String) async throws {
        let (status, output) = await frond("serve", "--data-dir", directory.path, "--set", setting)
        #expect(status == 78)
        #expect(output.contains("grpc."))
    }

    @Test("a store on a file system that is read-only is refused at the start, with the reason")
    func readOnly() async throws {
        let data = directory.path + "/data"
        #expect(await frond("tag", "create", "order", "--data-dir", data).status == 0)
        let process = ServerProcess(
            "unshare",
            [
                "-m", "sh", "-c",
                "mount --bind '\(data)' '\(data)' && mount -o remount,bind,ro '\(data)' && "
                    + "exec '\(FrondProcess.frond)' serve --port 0 --data-dir '\(data)' --registry none",
            ])
        #expect(await process.waitForExit() == 69, "\(process.printed)")
        #expect(process.printed.contains("cannot be"), "\(process.printed)")
        #expect(!process.printed.contains("listens"))
    }

    @Test(
        "a command whose output cannot be written fails and says so",
        arguments: [
            ["tag", "list"], ["tag", "list", "--json"], ["tag", "show", "order"],
            ["schema", "print", "--store", "mysql://u@127.0.0.1/ids"], ["worker", "list"],
            ["decode", "1"],
        ])
    func fullOutput(command: [String]) async throws {
        let data = directory.path + "/data"
        #expect(await frond("tag", "create", "order", "--data-dir", data).status == 0)
        let arguments = command + (command[0] == "schema" ? [] : ["--data-dir", data])
        let line = ([FrondProcess.frond] + arguments).map { "'\($0)'" }.joined(separator: " ")
        let process = ServerProcess("sh", ["-c", "\(line) >/dev/full"])
        #expect(await process.waitForExit() == 74, "\(process.printed)")
        #expect(process.printed.contains("standard output cannot be written"), "\(process.printed)")
    }

    @Test("IDs that cannot be printed are said to be lost")
    func lostIDs() async throws {
        let server = try await FrondServerProcess.start(in: directory, ["--grpc-port", "0"])
        let line = try await server.process.waitForLine(containing: "grpc://")
        let address = try #require(line.split(separator: "//").last)
        let process = ServerProcess(
            "sh", ["-c", "'\(FrondProcess.frond)' next order --count 3 --server \(address) >/dev/full"])
        #expect(await process.waitForExit() == 74)
        #expect(process.printed.contains("3 IDs, 1 to 3, of tag 'order' are lost"), "\(process.printed)")
    }
}
