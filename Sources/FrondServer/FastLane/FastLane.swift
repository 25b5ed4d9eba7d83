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
    private let door: LaneDoor
    private let maxCount: Int
    /// The socket lies past this context: what is written to it is not encoded again.
    var socket: ChannelHandlerContext?
    private var head = ResponseHead()
    private var output = ByteBuffer()
    /// True while answers are written that were not sent.
    private var hasUnsent = false
    /// The last hot path asked for, its sender and its source: a client mostly asks for one tag again and again.
    private var hotPath = ""
    private var hotSender = RequestSender()
    private var hotRequest: HotRequest?
    /// The ``settingsVersion`` when sources were last looked for.
    private(set) var version = -1
    /// True where the door lets every request pass.
    private var isOpen = false
    private var isClosed = false
    /// True where requests of pages of other origins take the ordinary way.
    private var answersPages = false

    init(connection: ConnectionHandler, generators: ServedGenerators, door: LaneDoor, maxCount: Int) {
        self.connection = connection
        self.generators = generators
        self.door = door
        self.maxCount = maxCount
    }

    /// The source of the answer to a request; nil where it has to take the ordinary route.
    func hotRequest(for request: HTTPRequestHead) -> HotRequest? {
        guard HotRoute.isPlain(request) else { return nil }
        let version = settingsVersion
        if version != self.version {
            self.version = version
            hotRequest = nil
            isOpen = door.isOpen
            isClosed = door.isClosed
            answersPages = door.answersPages
        }
        guard !isClosed, !answersPages || !request.headers.contains(name: "origin") else { return nil }
        let sender = isOpen ? RequestSender() : RequestSender(request.headers)
        if request.uri == hotPath, sender == hotSender, let hotRequest { return hotRequest }
        guard let route = HotRoute(path: request.uri, maxCount: maxCount), let source = generators.source(for: route)
        else {
            return nil
        }
        var gate: RequestGate?
        if !isOpen {
            guard let pass = door.pass(sender, of: route.tag, ids: route.count ?? 1) else { return nil }
            gate = pass.gate
        }
        hotPath = request.uri
        hotSender = sender
        hotRequest = HotRequest(source: source, gate: gate)
        return hotRequest
    }

    /// The version of the tags' settings and of the door, which grows when either changes: sources found before hold no
    /// more.
    var settingsVersion: Int { generators.issuer.version &+ door.version }

    /// True while the sources found still hold: neither tags nor the door changed meanwhile.
    var sourcesHold: Bool { settingsVersion == version }

    /// Answers, if an ID can be had at once, or if the request is beyond a limit.
    func answer(_ request: HotRequest) -> Bool {
        guard sourcesHold, output.readableBytes < Self.outputLimit else {
            hotRequest = nil
            return false
        }
        if let gate = request.gate, let refusal = gate.admit() { return refuse(refusal) }
        guard let answer = request.source.next() else {
            request.gate?.forget()
            // The generator may be one that was forgotten: look for it anew next time.
            hotRequest = nil
            return false
        }
        head.write(answer, to: &output)
        connection.noteActivity()
        return true
    }

    /// Answers a request that is beyond a limit.
    /// - Returns: false where the answer could not be written.
    func refuse(_ refusal: LimitRefusal) -> Bool {
        do {
            try head.write(Problem(refusal.error), to: &output)
        } catch {
            return false
        }
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
