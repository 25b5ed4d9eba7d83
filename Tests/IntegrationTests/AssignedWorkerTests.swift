import Foundation
import FrondTesting
import TestServers
import Testing

#if os(Linux)
    @Suite("Worker IDs that are assigned to servers", .timeLimit(.minutes(5)))
    struct AssignedWorkerTests {
        let directory: TemporaryDirectory

        init() throws {
            directory = try TemporaryDirectory()
        }

        /// Runs a command on a host of another name.
        private func frond(onHost host: String, registry: String) async -> (status: Int32, output: String) {
            let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
                .appendingPathComponent("frond").path
            let process = ServerProcess(
                "unshare",
                [
                    "-u", "sh", "-c",
                    // The command hostname refuses names that the kernel lets a host have.
                    "printf %s '\(host)' > /proc/sys/kernel/hostname && exec '\(program)' worker list --registry "
                        + "'\(registry)' --data-dir '\(directory.path)'",
                ])
            let status = await process.waitForExit()
            return (status, process.printed)
        }

        @Test(
            "a StatefulSet gives its ordinals to its own pods",
            arguments: [
                ("frond-3", "statefulset:frond"), ("my-frond-12.frond.svc.cluster.local", "statefulset:my-frond"),
                ("web-b-0", "statefulset:web-b+100"), ("frond-0", "statefulset:frond+0"),
            ])
        func pods(host: String, registry: String) async {
            let (status, output) = await frond(onHost: host, registry: registry)
            #expect(status == 0, "\(output)")
        }

        @Test(
            "another host is refused, with the reason and the cure",
            arguments: [
                ("ip-10-0-1-12.ec2.internal", "statefulset:", "statefulset:ip-10-0-1"),
                ("ip-10-0-1-12.ec2.internal", "statefulset", "name it"),
                ("ip-10-0-1-12.ec2.internal", "statefulset:frond", "not a pod"),
                ("frond-3", "statefulset:", "statefulset:frond"), ("frond-a-3", "statefulset:frond", "frond-0"),
                ("frond", "statefulset:frond", "not a pod"), ("frond-", "statefulset:frond", "not a pod"),
                ("frond-03", "statefulset:frond", "not a pod"), ("frond-3", "statefulset:frond+", "OFFSET"),
                ("frond-3", "statefulset:frond+-1", "OFFSET"),
                ("frond-1", "statefulset:frond+9223372036854775807", "smaller offset"),
            ])
        func otherHosts(host: String, registry: String, said: String) async {
            let (status, output) = await frond(onHost: host, registry: registry)
            #expect(status == 78, "\(output)")
            #expect(output.contains(said), "\(output)")
            #expect(output.split(separator: "\n").count == 1, "\(output)")
        }

        @Test("two servers of one store with one worker ID: the second is refused before it issues")
        func oneStore() async throws {
            let other = try TemporaryDirectory()
            let store = "sqlite:\(directory.path)/shared.sqlite"
            let first = try await FrondServerProcess.start(
                in: directory, ["--registry", "static:7", "--store", store])
            #expect(try await first.snowflake().status == 200)
            let (status, output) = await IntegrationTests.frond(
                "serve", "--port", "0", "--data-dir", other.path, "--registry", "static:7", "--store", store)
            #expect(status == 69, "\(output)")
            #expect(output.contains("worker ID 7 is assigned to this server and in use by another"), "\(output)")
            #expect(try await first.snowflake().status == 200)
            await first.crash()
            // Its own data directory shows that it is the same server.
            let again = try await FrondServerProcess.start(
                in: directory, ["--registry", "static:7", "--store", store])
            try await poll("a snowflake ID is had") { try await again.snowflake().status == 200 ? true : nil }
            #expect(await again.stop() == 0)
            let third = try await FrondServerProcess.start(
                in: other, ["--registry", "static:7", "--store", store])
            try await poll("a snowflake ID is had") { try await third.snowflake().status == 200 ? true : nil }
        }
    }

    @Suite("A data directory that was copied", .timeLimit(.minutes(5)))
    struct CopiedDirectoryTests {
        @Test("is refused, with the command that goes on with it", arguments: ["sqlite:", "static:7"])
        func copied(registry: String) async throws {
            let (original, parent) = (try TemporaryDirectory(), try TemporaryDirectory())
            let first = try await FrondServerProcess.start(in: original, ["--registry", registry])
            let id = try await first.nextID()
            try await poll("a snowflake ID is had") { try await first.snowflake().status == 200 ? true : nil }
            let copy = "\(parent.path)/copy"
            try FileManager.default.copyItem(atPath: original.path, toPath: copy)
            let (status, output) = await frond(
                "serve", "--port", "0", "--data-dir", copy, "--registry", registry)
            #expect(status != 0)
            #expect(output.contains("is a copy") && output.contains("frond store adopt"), "\(output)")
            #expect(output.split(separator: "\n").count == 1, "\(output)")
            #expect(await first.stop() == 0)
            let adopted = await frond("store", "adopt", "--data-dir", copy, "--skip", "5000")
            #expect(adopted.status == 0, "\(adopted.output)")
            let second = try await FrondServerProcess.start(at: copy, keeping: parent, ["--registry", registry])
            #expect(try await second.nextID() >= id + 5000)
            try await poll("a snowflake ID is had") { try await second.snowflake().status == 200 ? true : nil }
            #expect(await second.stop() == 0)
            // The original goes on, too: nothing tells it of the copy.
            let again = try await FrondServerProcess.start(in: original, ["--registry", registry])
            #expect(try await again.nextID() > id)
        }
    }
#endif
