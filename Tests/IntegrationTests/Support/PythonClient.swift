import Foundation
import FrondTesting
import TestServers
import Testing

/// The program in Python that draws and checks IDs, with stubs made of our own `.proto`, by the grpcio of PyPI that
/// `make test-setup` installs in `.build/python`.
struct PythonClient {
    private let python: String
    private let program: String
    private let stubs: String

    /// Makes the stubs.
    init(in directory: TemporaryDirectory) async throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let root = tests.appendingPathComponent("../..").standardizedFileURL.path
        let details = tests.appendingPathComponent("Python").path
        python = root + "/.build/python/bin/python"
        program = details + "/client.py"
        stubs = directory.path + "/stubs"
        try #require(
            FileManager.default.isExecutableFile(atPath: python), "\(python) is missing: run 'make test-setup'")
        try FileManager.default.createDirectory(atPath: stubs, withIntermediateDirectories: true)
        let protoc = ServerProcess(
            python,
            [
                "-m", "grpc_tools.protoc", "--proto_path=\(root)/Protos/frond/v1", "--proto_path=\(details)",
                "--python_out=\(stubs)", "--grpc_python_out=\(stubs)", "ids.proto", "details.proto",
            ])
        try #require(await protoc.waitForExit() == 0, "\(protoc.printed)")
    }

    func start(_ arguments: [String]) -> ServerProcess {
        ServerProcess(
            python, [program] + arguments, environment: ["PYTHONPATH": stubs, "PYTHONDONTWRITEBYTECODE": "1"])
    }
}
