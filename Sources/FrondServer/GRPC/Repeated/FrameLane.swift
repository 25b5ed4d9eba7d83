import NIOCore

/// Takes out of the bytes that a client sends by HTTP/2 what is answered before HTTP/2 reads it: PINGs, and calls that
/// repeat an earlier hot one byte for byte. All else goes on, in its order. A value without I/O.
///
/// HTTP/2 behind learns nothing of the calls that are answered here, and need not: their streams begin and end at once,
/// their headers leave HPACK's tables as they are, their data is given back to the client's sending window here, and
/// the answers have a part of its receiving window to themselves (``SharedWindow``).
///
/// NIO's HTTP/2 takes more than 200 PINGs within 30 seconds for an attack and closes the connection. Usual clients send
/// more: that of Go measures the connection with a PING for nearly every answer. So they are answered here.
///
/// The frames are those of RFC 9113, sections 3.4, 4.1 and 6.
struct FrameLane {
    /// The conditions that may change from one read to the next.
    struct Conditions {
        /// True where calls may be answered: the connection is not about to end.
        var answersCalls: Bool
        /// True where PINGs are answered: the client takes what it is sent. NIO counts the others.
        var answersPings: Bool
    }

    private enum State {
        /// The number of bytes that are missing of the client's preface.
        case preface(Int)
        case frame
        /// Bytes of the frame, which goes on, that are to come.
        case payload(Int)
    }

    /// A frame of headers; its bytes are those of the current read.
    private struct Head {
        let stream: UInt32
        let frame: Range<Int>

        var block: Range<Int> { frame.lowerBound + FrameHeader.length..<frame.upperBound }
    }

    private static let prefaceLength = 24
    private static let pingLength = 8
    private static let settingLength = 6
    /// The length of the longest frame of whole settings that HTTP/2 takes.
    private static let longestSettings = 16_384 / settingLength * settingLength
    /// The size of HPACK's table for answers, which is that of every new connection: a client may allow more, and would
    /// have each header that is written looked for in all that was written before.
    private static let tableSize: UInt32 = 4096
    /// Calls whose headers have come and whose message may yet come in the same read.
    private static let mostWithheld = 128
    /// Bytes of calls after which the client may send as much again.
    private static let windowUpdateInterval = 8 << 10
    private static let streamClosed: UInt32 = 5

    private var state = State.preface(prefaceLength)
    /// The beginning of a frame that is looked at in whole.
    private var held = ByteBuffer()
    private var calls = RepeatedCalls()
    private(set) var window = SharedWindow()
    /// The client's window for the answer of each call.
    private var callWindow = 65_535
    /// Bytes of calls that the client does not know to be taken.
    private var taken = 0
    /// True between headers and their continuation.
    private var isInHeaders = false
    /// True since the client has set the size of its table, until HTTP/2 has written headers, which begin with it.
    private var owesTableSize = false
    private var lastForwarded: UInt32 = 0
    /// The last stream that was answered here.
    private(set) var lastAnswered: UInt32 = 0
    /// True once the client has used a stream again that was answered here; nothing goes on any more.
    private(set) var isBroken = false

    // The current read, and all that goes on of it.
    private var forwarded = ForwardedFrames()
    private var withheld: [Head] = []
    private var lastHead: Head?
    private var lastCall: (head: Head, data: Range<Int>)?
    /// The last whole call that went on in the last read.
    private var candidate: (stream: UInt32, headers: [UInt8], data: [UInt8])?

    /// True where no call is remembered.
    var isEmpty: Bool { calls.isEmpty }

    /// Takes what has come.
    /// - Parameter output: what the client is sent, behind what it has.
    /// - Returns: the rest, in order; without a frame's beginning that cannot be told yet.
    mutating func take(_ bytes: ByteBuffer, _ conditions: Conditions, output: inout ByteBuffer) -> ByteBuffer {
        guard !isBroken else { return ByteBuffer() }
        var input = bytes
        if held.readableBytes > 0 {
            input = held
            input.writeImmutableBuffer(bytes)
            held = ByteBuffer()
        }
        forwarded.removeAll()
        withheld.removeAll(keepingCapacity: true)
        (lastHead, lastCall, candidate) = (nil, nil, nil)
        lendToOrdinary()
        let end = input.withUnsafeReadableBytes { walk($0, conditions, &output) }
        forwardWithheld()
        if taken >= Self.windowUpdateInterval {
            output.writeWindowUpdate(taken)
            taken = 0
        }
        if isBroken {
            output.writeGoAway(lastStream: max(lastForwarded, lastAnswered), code: Self.streamClosed)
            return ByteBuffer()
        }
        let view = input.readableBytesView
        if end < view.count { held = ByteBuffer(bytes: view.dropFirst(end)) }
        if let (head, data) = lastCall {
            candidate = (head.stream, Array(view.range(head.block)), Array(view.range(data)))
        }
        return forwarded.joined(input)
    }

    /// Remembers the last whole call that went on, which was found to be hot.
    mutating func remember(_ stream: UInt32, _ source: LaneSource) {
        guard let candidate, candidate.stream == stream else { return }
        calls.remember(.init(headers: candidate.headers, data: candidate.data, source: source))
    }

    mutating func forget() { calls.forget() }

    /// HTTP/2 has written headers.
    mutating func headersWritten() { owesTableSize = false }

    /// HTTP/2 has sent data.
    /// - Returns: true where it has to get of the other part of the window.
    mutating func dataWritten(_ bytes: Int) -> Bool {
        window.sent(bytes)
        return window.ordinaryIsLow
    }

    // MARK: Frames

    /// - Returns: the index up to which all is dealt with.
    private mutating func walk(
        _ bytes: UnsafeRawBufferPointer, _ conditions: Conditions, _ output: inout ByteBuffer
    ) -> Int {
        var index = 0
        while index < bytes.count, !isBroken {
            switch state {
            case .preface(let missing):
                let end = min(index + missing, bytes.count)
                forward(index..<end)
                state = end - index == missing ? .frame : .preface(missing - (end - index))
                index = end
            case .payload(let missing):
                let end = min(index + missing, bytes.count)
                forward(index..<end)
                state = end - index == missing ? .frame : .payload(missing - (end - index))
                index = end
            case .frame:
                lendToOrdinary()
                guard bytes.count - index >= FrameHeader.length else { return index }
                let header = FrameHeader(bytes, at: index)
                guard isLookedAt(header) else {
                    pass(header)
                    forward(index..<index + FrameHeader.length)
                    state = header.payload == 0 ? .frame : .payload(header.payload)
                    index += FrameHeader.length
                    continue
                }
                let end = index + FrameHeader.length + header.payload
                guard end <= bytes.count else { return index }
                look(header, bytes, index..<end, conditions, &output)
                index = end
            }
        }
        return index
    }

    /// True for frames that have to be there in whole.
    private func isLookedAt(_ header: FrameHeader) -> Bool {
        guard !isInHeaders else { return false }
        switch header.kind {
        case .headers:
            return header.flags | FrameHeader.endStream == FrameHeader.endHeaders | FrameHeader.endStream
                && header.payload <= RepeatedCalls.longestHeaders
        case .data:
            return header.flags == FrameHeader.endStream && header.payload <= RepeatedCalls.longestData
                && (lastHead?.stream == header.stream || isWithheld(header.stream))
        case .ping: return header.payload == Self.pingLength
        case .windowUpdate: return header.payload == 4
        case .reset, .priority: return header.payload < 8
        case .settings:
            return header.flags & FrameHeader.ack == 0 && header.payload <= Self.longestSettings
                && header.payload.isMultiple(of: Self.settingLength)
        default: return false
        }
    }

    /// Notes a frame that goes on without a look at its payload.
    private mutating func pass(_ header: FrameHeader) {
        forwardWithheld()
        switch header.kind {
        case .headers:
            if isAnswered(header.stream) { isBroken = true }
            lastForwarded = max(lastForwarded, header.stream)
            isInHeaders = header.flags & FrameHeader.endHeaders == 0
            tableChanges()
        case .continuation:
            isInHeaders = isInHeaders && header.flags & FrameHeader.endHeaders == 0
            tableChanges()
        case .data: if isAnswered(header.stream) { isBroken = true }
        default: break
        }
    }

    /// Decides on a frame that is there in whole.
    private mutating func look(
        _ header: FrameHeader, _ bytes: UnsafeRawBufferPointer, _ frame: Range<Int>, _ conditions: Conditions,
        _ output: inout ByteBuffer
    ) {
        let payload = UnsafeRawBufferPointer(rebasing: bytes[frame.lowerBound + FrameHeader.length..<frame.upperBound])
        switch header.kind {
        case .headers: lookAtHeaders(header, payload, frame, conditions)
        case .data: lookAtData(header, bytes, payload, frame, &output)
        case .ping:
            guard header.flags & FrameHeader.ack == 0, header.stream == 0, conditions.answersPings else {
                return forward(frame)
            }
            output.writePingAnswer(payload)
        case .windowUpdate where header.stream == 0:
            let increment = Int(payload.bigEndian32(at: 0) & 0x7fff_ffff)
            let part = window.add(increment)
            if part == increment { forward(frame) } else if part > 0 { forwarded.addWindowUpdate(part) }
        case .settings: lookAtSettings(payload, frame)
        default:
            // Of a stream that is no more, or of one that goes on.
            if isWithheld(header.stream) { forwardWithheld() }
            if !isAnswered(header.stream) { forward(frame) }
        }
    }

    private mutating func lookAtSettings(_ settings: UnsafeRawBufferPointer, _ frame: Range<Int>) {
        let start = frame.lowerBound + FrameHeader.length
        forward(frame.lowerBound..<start)
        for index in stride(from: 0, to: settings.count, by: Self.settingLength) {
            let (name, value) = (settings.bigEndian16(at: index), settings.bigEndian32(at: index + 2))
            if name == 1 { owesTableSize = true }
            if name == 4 { callWindow = Int(value) }
            if name == 1, value > Self.tableSize {
                forwarded.addSetting(name, Self.tableSize)
            } else {
                forward(start + index..<start + index + Self.settingLength)
            }
        }
    }

    private mutating func lookAtHeaders(
        _ header: FrameHeader, _ block: UnsafeRawBufferPointer, _ frame: Range<Int>, _ conditions: Conditions
    ) {
        let head = Head(stream: header.stream, frame: frame)
        let isNew = header.stream > max(lastForwarded, lastAnswered, withheld.last?.stream ?? 0)
        if header.flags == FrameHeader.endHeaders, isNew, !header.stream.isMultiple(of: 2), conditions.answersCalls,
            hasRoom, withheld.count < Self.mostWithheld, calls.contains(headers: block)
        {
            withheld.append(head)
            return
        }
        forwardWithheld()
        if isAnswered(header.stream) {
            isBroken = true
            return
        }
        if HeaderBlock.changesTable(block) {
            tableChanges()
        } else {
            lastHead = header.flags == FrameHeader.endHeaders ? head : nil
        }
        lastForwarded = max(lastForwarded, header.stream)
        forward(frame)
    }

    private mutating func lookAtData(
        _ header: FrameHeader, _ bytes: UnsafeRawBufferPointer, _ data: UnsafeRawBufferPointer, _ frame: Range<Int>,
        _ output: inout ByteBuffer
    ) {
        if let position = withheld.firstIndex(where: { $0.stream == header.stream }) {
            let head = withheld[position]
            let source = calls.source(headers: UnsafeRawBufferPointer(rebasing: bytes[head.block]), data: data)
            if let source, hasRoom {
                if let length = CallAnswer.write(source, on: header.stream, to: &output) {
                    withheld.remove(at: position)
                    window.answered(length)
                    taken += data.count
                    lastAnswered = max(lastAnswered, header.stream)
                    return
                }
                // The generator may be one that was forgotten: look for it anew next time.
                calls.forget()
            }
            lastHead = head
            forwardWithheld()
        }
        if let lastHead, lastHead.stream == header.stream {
            lastCall = (lastHead, frame.lowerBound + FrameHeader.length..<frame.upperBound)
        }
        forward(frame)
    }

    // MARK: Streams

    /// True where the client's windows have room for an answer, and headers may be written.
    private var hasRoom: Bool {
        !owesTableSize && window.direct >= LaneSource.longestAnswer && callWindow >= LaneSource.longestAnswer
    }

    /// True for a stream that was answered here and is beyond all that HTTP/2 knows; it ignores what comes late for
    /// others.
    private func isAnswered(_ stream: UInt32) -> Bool { stream > lastForwarded && stream <= lastAnswered }

    private func isWithheld(_ stream: UInt32) -> Bool { withheld.contains { $0.stream == stream } }

    /// The decoder's table is no longer that of the calls that are remembered.
    private mutating func tableChanges() {
        calls.forget()
        (lastHead, lastCall) = (nil, nil)
    }

    // MARK: Going on

    private mutating func forward(_ range: Range<Int>) { forwarded.add(range) }

    /// Streams go on in their order, so all of them do before another begins.
    private mutating func forwardWithheld() {
        guard !withheld.isEmpty else { return }
        for head in withheld {
            forward(head.frame)
            lastForwarded = max(lastForwarded, head.stream)
        }
        withheld.removeAll(keepingCapacity: true)
    }

    private mutating func lendToOrdinary() {
        guard case .frame = state else { return }
        let part = window.lend()
        if part > 0 { forwarded.addWindowUpdate(part) }
    }
}

extension ByteBufferView {
    /// The bytes at a range that counts from the first.
    fileprivate func range(_ range: Range<Int>) -> ByteBufferView {
        dropFirst(range.lowerBound).prefix(range.count)
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func bigEndian16(at index: Int) -> UInt16 {
        UInt16(bigEndian: loadUnaligned(fromByteOffset: index, as: UInt16.self))
    }

    fileprivate func bigEndian32(at index: Int) -> UInt32 {
        UInt32(bigEndian: loadUnaligned(fromByteOffset: index, as: UInt32.self))
    }
}
