/// What hostile clients of Frond's gRPC do, each on connections of its own.
package enum GRPCAttack {
    private static let streams: UInt32 = 700
    private static let requests = 10
    /// The time that a fuzzed connection is read before it is closed.
    private static let patience = Duration.milliseconds(20)

    /// 700 streams with 10 requests each for 10,000 UUIDs.
    private static var flood: [UInt8] {
        // request_id 1, tag "order", generator UUID, count 10,000
        let bytes: [UInt8] = [8, 1, 18, 5, 111, 114, 100, 101, 114, 24, 5, 32, 0x90, 0x4e]
        let request = HTTP2Wire.message(bytes)
        var body: [UInt8] = []
        for _ in 0..<requests { body += request }
        var flood: [UInt8] = []
        for index in 0..<streams {
            let stream = 2 * index + 1
            flood += HTTP2Wire.headers(stream, HTTP2Wire.call("/frond.v1.IDs/Stream"))
            flood += HTTP2Wire.data(stream, body, flags: 0)
        }
        return flood
    }

    /// Asks for much and lets no answer through, on some connections, while the work runs.
    package static func whileAskingForUnread<Output>(
        port: Int, connections: Int, _ work: () async throws -> Output
    ) async throws -> Output {
        guard connections > 0 else { return try await work() }
        return try await HTTP2Peer.connect(port: port, settings: [(HTTP2Wire.initialWindowSize, 0)]) { peer in
            try await peer.send(flood)
            return try await whileAskingForUnread(port: port, connections: connections - 1, work)
        }
    }

    /// Ends a connection with an error while a call is open.
    package static func breakOff(port: Int) async throws {
        try await HTTP2Peer.connect(port: port) { peer in
            try await peer.send(
                HTTP2Wire.headers(1, HTTP2Wire.call("/frond.v1.IDs/Stream")) + HTTP2Wire.windowUpdate(0, 0))
            while await peer.next() != nil {}
        }
    }

    /// Sends fuzzed frames on a connection.
    package static func sendNonsense(port: Int, seed: UInt64) async {
        var fuzzer = FrameFuzzer(seed: seed)
        let settings = fuzzer.settings()
        let bytes = fuzzer.connection()
        do {
            try await HTTP2Peer.connect(port: port, settings: settings) { peer in
                try await peer.send(bytes)
                peer.finish()
                let deadline = ContinuousClock.now + patience
                while ContinuousClock.now < deadline, await peer.next() != nil {}
            }
        } catch {
            // The server may close it at any time; honest clients tell whether the server lives.
        }
    }
}
