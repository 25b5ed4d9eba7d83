import Frond
import NIOCore
import NIOHTTP1

/// Answers hot requests of one connection on its event loop, into a buffer that is written once a read.
///
/// A hot GET gets its ID synchronously and a preformatted response, written past the response encoder.
final class FastLane {
    /// The bytes of answers in one read beyond which a request takes the ordinary route, which waits for the client.
    private static let outputLimit = 256 << 10
    /// The capacity beyond which a buffer is not kept for the next read.
    private static let keptOutput = 16 << 10

    let connection: ConnectionHandler
    private let generators: ServedGenerators
    private let maxCount: Int
    /// The socket lies past this context: what is written to it is not encoded again.
    var socket: ChannelHandlerContext?
    private var head = ResponseHead()
    private var output = ByteBuffer()
    /// True while answers are written that were not sent.
    private var hasUnsent = false
    /// The last hot path asked for and its source: a client mostly asks for one tag again and again.
    private var hotPath = ""
    private var hotSource: HotSource?
    /// The state of the tags' settings when sources were last found.
    private(set) var version = 0

    init(connection: ConnectionHandler, generators: ServedGenerators, maxCount: Int) {
        self.connection = connection
        self.generators = generators
        self.maxCount = maxCount
    }

    /// The source of the answer to a request; nil where it has to take the ordinary route.
    func source(for request: HTTPRequestHead) -> HotSource? {
        guard HotRoute.isPlain(request) else { return nil }
        let version = generators.issuer.version
        if version == self.version, request.uri == hotPath, let hotSource { return hotSource }
        guard let route = HotRoute(path: request.uri, maxCount: maxCount), let source = generators.source(for: route)
        else {
            return nil
        }
        hotPath = request.uri
        hotSource = source
        self.version = version
        return source
    }

    /// The version of the tags' settings, which grows when tags are set: sources found before hold no more.
    var settingsVersion: Int { generators.issuer.version }

    /// True while the sources found still hold: no tag was set meanwhile.
    var sourcesHold: Bool { generators.issuer.version == version }

    /// Answers, if an ID can be had at once.
    func answer(from source: HotSource) -> Bool {
        guard sourcesHold, output.readableBytes < Self.outputLimit,
            let answer = source.next()
        else {
            // The generator may be one that was forgotten, or the tag was set: look for it anew next time.
            hotSource = nil
            return false
        }
        head.write(answer, to: &output)
        connection.noteActivity()
        return true
    }

    /// Answers requests that waited for a counter.
    func answer(_ requests: CounterRequests, with outcome: Result<[NumberRun], FrondError>) throws {
        connection.noteActivity()
        switch outcome {
        case .success(let runs):
            var supply = NumberSupply(runs)
            for _ in 0..<requests.count {
                head.write(supply.take(Int64(requests.numbersEach))[...], to: &output)
            }
        case .failure(let error):
            for _ in 0..<requests.count { try head.write(Problem(error), to: &output) }
        }
    }

    /// Writes the answers given since, before any answer of the ordinary server.
    func write() {
        guard output.readableBytes > 0, let socket else { return }
        socket.write(NIOAny(output), promise: nil)
        hasUnsent = true
        clearOutput()
    }

    /// Writes the answers given since and sends all that is written.
    func flush() {
        if output.readableBytes > 0 {
            socket?.writeAndFlush(NIOAny(output), promise: nil)
            clearOutput()
        } else if hasUnsent {
            socket?.flush()
        }
        hasUnsent = false
    }

    private func clearOutput() {
        if output.capacity > Self.keptOutput {
            output = ByteBuffer()
        } else {
            output.clear()
        }
    }
}
