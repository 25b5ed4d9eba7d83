import Foundation
import FrondTesting
import TestServers
import Testing

#if os(Linux)
    /// True where this process may mount, and `bindfs` is there.
    private let canMount =
        geteuid() == 0 && FileManager.default.fileExists(atPath: "/dev/fuse")
        && FileManager.default.isExecutableFile(atPath: "/usr/bin/bindfs")

    /// `frond serve` on a real mount whose files are behind another process.
    @Suite("A data directory on a FUSE mount", .timeLimit(.minutes(5)), .enabled(if: canMount))
    struct NetworkFileSystemTests {
        let directory: TemporaryDirectory

        init() throws {
            directory = try TemporaryDirectory()
            for name in ["disk", "mount"] {
                try FileManager.default.createDirectory(
                    atPath: "\(directory.path)/\(name)", withIntermediateDirectories: true)
            }
        }

        /// Runs a command that sees the folder `disk` by way of FUSE at `mount`, which nothing else sees.
        private func frond(_ arguments: String) async -> (status: Int32, output: String) {
            let script = """
                cd '\(directory.path)' && bindfs disk mount || exit 1
                timeout 100 '\(FrondProcess.frond)' \(arguments)
                status=$?
                umount mount
                exit $status
                """
            let process = ServerProcess("unshare", ["-m", "sh", "-c", script])
            return (await process.waitForExit(), process.printed)
        }

        @Test(
            "is refused by every store and registry that keeps files there, with the kind and the cure, and left alone",
            arguments: [
                ("serve --port 0 --data-dir mount", Int32(69)),
                ("serve --port 0 --data-dir mount/new/folder", 69),
                ("serve --port 0 --data-dir disk --store sqlite:mount/frond.sqlite", 69),
                ("serve --port 0 --data-dir disk --registry sqlite:mount/frond.sqlite", 69),
                ("serve --port 0 --data-dir mount --store sqlite:disk/frond.sqlite --registry static:7", 69),
                ("tag create order --data-dir mount", 69),
            ])
        func refused(arguments: String, status: Int32) async throws {
            let answer = await frond(arguments)
            #expect(answer.status == status, "\(answer.output)")
            #expect(answer.output.contains("kind FUSE"), "\(answer.output)")
            #expect(answer.output.contains("local disk"), "\(answer.output)")
            #expect(answer.output.split(separator: "\n").count == 1, "\(answer.output)")
            let left = try FileManager.default.subpathsOfDirectory(atPath: "\(directory.path)/disk")
            #expect(!left.contains { $0.hasPrefix("new") }, "\(left)")
        }
    }
#endif
