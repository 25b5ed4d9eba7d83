import Foundation
import Frond
import FrondTesting
import Testing

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

@Suite("The static registry", .timeLimit(.minutes(5)))
struct FileWorkerRegistryTests {
    private let contract = WorkerRegistryContract(fixedWorkerID: 7) { body in
        let folder = try TemporaryFolder()
        try await body { FileWorkerRegistry(workerID: 7, directory: folder.path) }
    }

    @Test("keeps the contract of a registry of worker IDs", arguments: WorkerRegistryContract.Promise.ofFixedRegistries)
    func keeps(promise: WorkerRegistryContract.Promise) async throws {
        try await contract.check(promise)
    }

    /// 2024-01-01T00:00:00Z.
    private let now: Int64 = 1_704_067_200_000

    private func request(after elapsed: Int64 = 0) -> WorkerRequest {
        WorkerRequest(
            holder: WorkerHolder(host: "host\n\\a", processID: 1, startedAtMilliseconds: 0, address: "x y"),
            workerIDs: 0..<32, nowMilliseconds: now + elapsed, length: .seconds(3))
    }

    @Test("a second process on the same data directory is refused, saying who is there")
    func refusesASecondProcess() async throws {
        let folder = try TemporaryFolder()
        let first = FileWorkerRegistry(workerID: 7, directory: folder.path)
        let lease = try await first.acquire(request())
        let second = FileWorkerRegistry(workerID: 7, directory: folder.path)
        let error = await #expect(throws: FrondError.self) { try await second.acquire(request(after: 3_600_000)) }
        #expect(error?.code == .workerIDHeld)
        #expect(error?.message.contains("process 1") ?? false)
        #expect(try await second.workers().first?.holder == lease.record.holder)
        // Another worker ID in the same folder is none of its business.
        _ = try await FileWorkerRegistry(workerID: 8, directory: folder.path).acquire(request())
        try await first.release(lease, at: now + 5, nowMilliseconds: now + 5)
        #expect(try await second.acquire(request(after: 10)).floorMilliseconds == now + 5)
    }

    @Test("another layout is refused where its IDs could be those of the one before")
    func otherLayout() async throws {
        let folder = try TemporaryFolder()
        let registry = FileWorkerRegistry(workerID: 7, directory: folder.path)
        var request = request()
        request.layout = .leaf
        let lease = try await registry.acquire(request)
        try await registry.release(lease, at: now + 5, nowMilliseconds: now + 5)
        request.layout = .js53
        let refused = request
        let error = await #expect(throws: FrondError.self) { try await registry.acquire(refused) }
        #expect(error?.code == .invalidArgument)
        request.layout = .twitter
        request.nowMilliseconds = now + 5
        #expect(try await registry.acquire(request).record.layout == WorkerLayout(.twitter, floorMilliseconds: now + 5))
    }

    #if os(Linux)
        @Test("what is given back is free at once, even where a child process was forked and has not begun yet")
        func forks() async throws {
            let folder = try TemporaryFolder()
            let copy: Int32
            do {
                let registry = FileWorkerRegistry(workerID: 7, directory: folder.path)
                _ = try await registry.acquire(request())
                // As a fork does until the child executes its program.
                copy = dup(try #require(folder.openFile("worker-7.lock")))
            }
            defer { close(copy) }
            _ = try await FileWorkerRegistry(workerID: 7, directory: folder.path).acquire(request(after: 10))
        }
    #endif

    @Test("after a crash the next process begins at the horizon, whatever its clock says")
    func survivesACrash() async throws {
        let folder = try TemporaryFolder()
        do {
            let registry = FileWorkerRegistry(workerID: 7, directory: folder.path)
            let lease = try await registry.acquire(request())
            _ = try await registry.extend(lease, to: now + 9000, nowMilliseconds: now)
        }
        let next = try await FileWorkerRegistry(workerID: 7, directory: folder.path)
            .acquire(request(after: -3_600_000))
        #expect(next.floorMilliseconds == now + 9000)
        #expect(next.horizonMilliseconds == now + 12_000)
    }

    @Test(
        "a file that cannot be read is refused: its horizon is not known",
        arguments: ["", "frond worker 1\nend\n", "x"])
    func refusesCorruption(text: String) async throws {
        let folder = try TemporaryFolder()
        try folder.write(text, to: "worker-7")
        let registry = FileWorkerRegistry(workerID: 7, directory: folder.path)
        let error = await #expect(throws: FrondError.self) { try await registry.acquire(request()) }
        #expect(error?.code == .storeCorrupt)
    }

    @Test("a file written by a newer Frond is refused, and the error says so")
    func refusesNewerFile() async throws {
        let folder = try TemporaryFolder()
        try folder.write("frond worker 2\nend\n", to: "worker-7")
        let registry = FileWorkerRegistry(workerID: 7, directory: folder.path)
        let error = await #expect(throws: FrondError.self) { try await registry.acquire(request()) }
        #expect(error?.code == .storeCorrupt)
        #expect(error?.message.contains("newer Frond") ?? false)
    }

    @Test("a worker ID beyond the layout, and a folder that is not there, are refused")
    func refusesBadPlaces() async throws {
        let folder = try TemporaryFolder()
        let beyond = FileWorkerRegistry(workerID: 70, directory: folder.path)
        var error = await #expect(throws: FrondError.self) { try await beyond.acquire(request()) }
        #expect(error?.message == "worker ID 70 is out of range: 0 to 31 in this layout")
        let nowhere = FileWorkerRegistry(workerID: 7, directory: folder.path + "/nowhere")
        error = await #expect(throws: FrondError.self) { try await nowhere.acquire(request()) }
        #expect(error?.code == .registryUnavailable)
        #expect(error?.message.contains("No such file or directory") ?? false)
    }

    @Test("a copy of the data directory is refused until an operator adopts it")
    func refusesACopy() async throws {
        let (folder, copy) = (try TemporaryFolder(), try TemporaryFolder())
        let original = FileWorkerRegistry(workerID: 7, directory: folder.path)
        let lease = try await original.acquire(request())
        for name in ["worker-7", "worker-7.lock"] { try copy.write(folder.read(name), to: name) }
        let copied = FileWorkerRegistry(workerID: 7, directory: copy.path)
        let error = await #expect(throws: FrondError.self) { try await copied.acquire(request()) }
        #expect(error?.code == .workerIDHeld)
        #expect(error?.message.contains("frond store adopt") ?? false)
        try await copied.adopt(floorMilliseconds: lease.horizonMilliseconds + 5000)
        let adopted = try await copied.acquire(request())
        #expect(adopted.floorMilliseconds == lease.horizonMilliseconds + 5000)
        // The original knows nothing of it.
        _ = try await original.extend(lease, to: now + 9000, nowMilliseconds: now)
    }

    @Test("a clock that was an hour behind at the start, and is corrected, is followed at once")
    func followsACorrectedClock() async throws {
        let folder = try TemporaryFolder()
        let time = ManualTimeSource()
        do {
            // The process before had the right time.
            let before = FileWorkerRegistry(workerID: 7, directory: folder.path)
            var request = request()
            request.nowMilliseconds = time.wallMilliseconds + 3_600_000
            _ = try await before.acquire(request)
        }
        let keeper = WorkerKeeper(
            generator: try SnowflakeGenerator(layout: .test, policy: SnowflakePolicy(), time: time),
            registry: FileWorkerRegistry(workerID: 7, directory: folder.path), holder: .test,
            policy: WorkerPolicy(callLimit: .seconds(60)))
        let run = Task { try await keeper.run() }
        func passTime(seconds: Int, until condition: () -> Bool) async throws {
            for _ in 0..<(seconds * 10) where !condition() {
                // The file is written on a thread of its own, in real time.
                try await Task.sleep(for: .milliseconds(50))
                time.advance(by: .milliseconds(100))
            }
        }
        try await passTime(seconds: 30) { keeper.status.workerID != nil }
        try await passTime(seconds: 5) { keeper.status.isReady }
        #expect(!keeper.status.isReady)
        time.jumpWall(by: .seconds(3610))
        // Otherwise it would take a hundredth of the step: 36 seconds.
        try await passTime(seconds: 20) { keeper.status.isReady }
        #expect(keeper.status.isReady, "\(keeper.status)")
        #expect(keeper.generator.nextIfReady() != nil)
        run.cancel()
        try await run.value
    }

    @Test("a network file system is refused, with the reason and the cure")
    func refusesNetworkFiles() async throws {
        let folder = try TemporaryFolder()
        let registry = FileWorkerRegistry(
            workerID: 7, directory: folder.path, kind: FileSystemKind(magic: 0x6969))
        let error = await #expect(throws: FrondError.self) { try await registry.acquire(request()) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains("NFS") ?? false)
        #expect(error?.message.contains("local disk") ?? false)
    }
}

/// A folder that is removed at the end.
private final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/frond-worker-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw FrondError(.registryUnavailable, "no temporary folder") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for workerID in [7, 8, 70] {
            for suffix in ["", ".lock", ".new"] { unlink("\(path)/worker-\(workerID)\(suffix)") }
        }
        rmdir(path)
    }

    #if os(Linux)
        /// The number by which this process has a file open; nil where it has not.
        func openFile(_ name: String) -> Int32? {
            (0..<4096 as Range<Int32>).first { number in
                var target = [CChar](repeating: 0, count: 4096)
                let length = readlink("/proc/self/fd/\(number)", &target, target.count)
                let bytes = target.prefix(max(0, length)).map { UInt8(bitPattern: $0) }
                return String(decoding: bytes, as: UTF8.self) == "\(path)/\(name)"
            }
        }
    #endif

    func read(_ name: String) -> String {
        String(decoding: (try? Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))) ?? Data(), as: UTF8.self)
    }

    func write(_ text: String, to name: String) throws {
        let file = open("\(path)/\(name)", O_CREAT | O_WRONLY, 0o644)
        guard file >= 0 else { throw FrondError(.registryUnavailable, "cannot open \(name)") }
        defer { close(file) }
        let bytes = Array(text.utf8)
        guard pwrite(file, bytes, bytes.count, 0) == bytes.count else {
            throw FrondError(.registryUnavailable, "cannot write \(name)")
        }
    }
}
