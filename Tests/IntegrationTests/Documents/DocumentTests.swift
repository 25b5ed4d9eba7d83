import Foundation
import FrondTesting
import TestServers
import Testing

@Suite("the documents", .timeLimit(.minutes(5)))
struct DocumentTests {
    @Test("the READMEs have at most 150 lines", arguments: ["README.md", "README.zh-CN.md"])
    func length(path: String) {
        let lines = Document(path: path).lines.count
        #expect(lines > 50)
        #expect(lines <= 151, "\(path) has \(lines - 1) lines: move what is more to docs/")
    }

    @Test("links lead to a file, and to a heading in it", arguments: Document.all)
    func links(document: Document) {
        for link in document.links where !link.contains("://") && !link.hasPrefix("mailto:") {
            let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            let folder = document.path.split(separator: "/").dropLast().joined(separator: "/")
            let path = parts[0].isEmpty ? document.path : folder.isEmpty ? "\(parts[0])" : "\(folder)/\(parts[0])"
            let file = Document.root.appendingPathComponent(path).standardizedFileURL
            #expect(FileManager.default.fileExists(atPath: file.path), "\(document.path) links to \(link)")
            guard parts.count == 2, file.pathExtension == "md" else { continue }
            let target = Document(path: String(file.path.dropFirst(Document.root.path.count + 1)))
            #expect(target.anchors.contains(String(parts[1])), "\(document.path) links to \(link)")
        }
    }

    @Test("the README links to every page of docs")
    func index() {
        let links = Set(Document(path: "README.md").links.map { $0.split(separator: "#")[0] })
        for document in Document.all where document.path.hasPrefix("docs/") {
            #expect(links.contains(document.path[...]), "README.md does not link to \(document.path)")
        }
    }

    /// The documents show the ports 8080, 9090 and 6380; a test takes free ones in their place, and runs the rest as
    /// written. A command that ends with `# prints TEXT` has to print TEXT.
    @Test("commands do what the documents say", arguments: Document.all.filter { $0.blocks.contains(where: \.isRun) })
    func commands(document: Document) async throws {
        let directory = try TemporaryDirectory()
        let server = try await FrondServerProcess.start(
            in: try TemporaryDirectory(),
            [
                "--data-dir", directory.path + "/frond-data", "--grpc-port", "0", "--resp-port", "0", "--set",
                "scrambleKey=0123456789abcdef",
            ])
        let (grpcPort, respPort) = (try await server.grpcPort(), try await server.respPort())
        let commands = document.blocks.filter(\.isRun).flatMap(\.lines)
            .map { $0.replacing("8080", with: "\(server.port)").replacing("9090", with: "\(grpcPort)") }
            .map { $0.replacing("6380", with: "\(respPort)") }
        let script = (["set -euo pipefail", "cd '\(directory.path)'"] + commands.flatMap(Self.checked))
        let file = directory.path + "/commands.sh"
        try script.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
        let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
        let shell = ServerProcess(
            "/bin/bash", [file],
            environment: [
                "PATH": folder + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? ""),
                "FROND_SCRAMBLE_KEY": "0123456789abcdef",
            ])
        let status = await shell.waitForExit()
        #expect(status == 0, "\(document.path): \(shell.printed)")
    }

    /// A command, and the comparison of its output with what the document says.
    private static func checked(_ line: String) -> [String] {
        let parts = line.components(separatedBy: "# prints ")
        guard parts.count == 2 else { return [line] }
        let wanted = parts[1].trimmingCharacters(in: .whitespaces).replacing("'", with: "'\\''")
        return [
            "output=$(\(parts[0].trimmingCharacters(in: .whitespaces)))", "echo \"$output\"",
            "case \"$output\" in *'\(wanted)'*) ;; *) echo \"it did not print '\(wanted)'\"; exit 1 ;; esac",
        ]
    }
}
