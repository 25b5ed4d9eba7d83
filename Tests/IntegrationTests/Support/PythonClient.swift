import Foundation
import TestServers
import Testing

/// The program in Python that draws and checks IDs, with stubs made of our own `.proto`.
struct PythonClient {
    private let program: String
    private let stubs: String

    /// Makes the stubs.
    init(in directory: TemporaryDirectory) async throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let api = tests.appendingPathComponent("../../Sources/FrondAPI/frond/v1").standardizedFileURL.path
        let python = tests.appendingPathComponent("Python").path
        program = python + "/client.py"
        stubs = directory.path + "/stubs"
        try FileManager.default.createDirectory(atPath: stubs, withIntermediateDirectories: true)
        let protoc = ServerProcess(
            "/usr/bin/protoc",
            [
                "--proto_path=\(api)", "--proto_path=\(python)", "--python_out=\(stubs)",
                "--plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin", "--grpc_python_out=\(stubs)",
                "ids.proto", "details.proto",
            ])
        try #require(await protoc.waitForExit() == 0, "\(protoc.printed)")
    }

    /// Starts it with Debian's Python, which has Debian's grpcio: not with whatever python3 is first in PATH.
    func start(_ arguments: [String]) -> ServerProcess {
        ServerProcess(
            "/usr/bin/python3", [program] + arguments,
            environment: ["PYTHONPATH": stubs, "PYTHONDONTWRITEBYTECODE": "1"])
    }
}
