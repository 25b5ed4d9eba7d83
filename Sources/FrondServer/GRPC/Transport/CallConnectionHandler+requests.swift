import GRPCCore
import NIOCore
import NIOHPACK
import NIOHTTP2

/// From frames to calls and their messages.
extension CallConnectionHandler {
    func receive(_ headers: HTTP2Frame.FramePayload.Headers, on stream: HTTP2StreamID) {
        // gRPC's clients send no trailers.
        guard entries[stream] == nil else { return reset(stream, .protocolError) }
        guard !state.refusesCalls else { return reset(stream, .refusedStream) }
        do throws(CallHead.Refusal) {
            let head = try CallHead(headers.headers)
            guard entries.count < limits.callsWithLongHeaders || headers.headers.byteCount <= limits.shortHeaders else {
                throw .status(.resourceExhausted, "long headers on too many calls at once; retry with fewer")
            }
            if !headers.endStream, LanePath.isHot(head.path) {
                entries[stream] = .hot(headers.headers, head)
            } else {
                let record = try open(stream, head, headers.headers)
                if headers.endStream { pump(ending: record) }
            }
        } catch {
            refuse(stream, error, isInputEnded: headers.endStream)
        }
    }

    func receive(_ data: HTTP2Frame.FramePayload.Data, on stream: HTTP2StreamID) {
        guard case .byteBuffer(let bytes) = data.data, let entry = entries[stream] else { return }
        switch entry {
        case .hot(let headers, let head):
            if data.endStream, let (source, answer) = lane.answer(head, bytes) {
                entries[stream] = nil
                lastHot = (UInt32(Int(stream)), source)
                write(.headers(.init(headers: .answerHead)), on: stream)
                write(.data(.init(data: .byteBuffer(answer))), on: stream)
                write(.headers(.init(headers: .success, endStream: true)), on: stream)
                return
            }
            entries[stream] = nil
            do throws(CallHead.Refusal) {
                feed(try open(stream, head, headers), bytes, isEnd: data.endStream)
            } catch {
                refuse(stream, error, isInputEnded: data.endStream)
            }
        case .open(let record): feed(record, bytes, isEnd: data.endStream)
        }
    }

    /// Begins a call that a handler answers.
    private func open(
        _ stream: HTTP2StreamID, _ head: CallHead, _ headers: HPACKHeaders
    ) throws(CallHead.Refusal) -> CallRecord {
        guard let descriptor = setup.methods[head.path] else {
            throw .status(.unimplemented, "method '\(head.path)' is not served here")
        }
        guard let context, setup.budget.beginCall(isInShare: entries.count < limits.callsShare) else {
            throw .status(.resourceExhausted, "the server has as many calls as it takes; retry later")
        }
        let call = Call(
            id: stream, descriptor: descriptor, connection: self, loop: context.eventLoop, limits: limits)
        let record = CallRecord(call: call, path: head.path, limits: limits)
        entries[stream] = .open(record)
        call.receive(.metadata(head.metadata(headers)))
        if let timeout = head.timeout {
            record.deadline = context.eventLoop.assumeIsolated().scheduleTask(
                in: TimeAmount(timeout.duration) + limits.deadlineGrace
            ) { [weak self, weak record] in
                guard let record else { return }
                self?.fail(record, .status(.deadlineExceeded, "the caller's deadline has passed"))
            }
        }
        setup.accept(
            AcceptedCall(
                call: call, identity: setup.door.peer, remotePeer: context.remoteAddress.map { "\($0)" } ?? "",
                localPeer: context.localAddress.map { "\($0)" } ?? ""))
        return record
    }

    private func feed(_ record: CallRecord, _ bytes: ByteBuffer, isEnd: Bool) {
        guard !record.isInputEnded, !record.hasSentStatus else { return }
        record.deframer.append(bytes)
        held += bytes.readableBytes
        if isEnd { pump(ending: record) } else { pump(record) }
    }

    private func pump(ending record: CallRecord) {
        record.isInputEnded = true
        pump(record)
    }

    /// Goes on with a call whose handler has room again.
    func pump(_ stream: HTTP2StreamID) {
        guard case .open(let record) = entries[stream] else { return }
        pump(record)
        flushOutsideOfRead()
    }

    /// Hands over the messages that may be answered now.
    func pump(_ record: CallRecord) {
        guard !record.isEnded else { return }
        do throws(CallHead.Refusal) {
            while let message = try record.deframer.peek() {
                guard record.call.hasRoom() else { return }
                let cost = AnswerCost.of(message, path: record.path, maxCount: setup.maxCount)
                guard admit(record, cost) else { return wait(record) }
                record.deframer.skip(message)
                held -= message.readableBytes + MessageDeframer.prefixLength
                record.costs.append(cost)
                reserve(cost, record)
                // A copy, where a slice would keep much more than the message.
                record.call.receive(.message(MessageBytes(ByteBuffer(bytes: message.readableBytesView))))
            }
            giveBackWindows(record)
            guard record.isInputEnded, !record.isEndTold else { return }
            guard record.deframer.readableBytes == 0 else {
                throw .status(.internalError, "the last message is cut short")
            }
            record.isEndTold = true
            record.call.receiveEnd()
        } catch {
            fail(record, error)
        }
    }

    // MARK: Flow control

    func windowChanged(_ event: NIOHTTP2WindowUpdatedEvent) {
        guard let size = event.inboundWindowSize else { return }
        if event.streamID == .rootStream {
            window = size
            giveBackConnectionWindow()
        } else if case .open(let record) = entries[event.streamID] {
            record.window = size
            giveBackWindows(record)
        }
    }

    /// Lets the client send as much again as was handled, once that is half of all it may.
    func giveBackConnectionWindow() {
        let missing = limits.connectionWindow - window - held
        guard missing >= limits.connectionWindow / 2 else { return }
        window += missing
        write(.windowUpdate(windowSizeIncrement: missing), on: .rootStream)
        flushOutsideOfRead()
    }

    private func giveBackWindows(_ record: CallRecord) {
        giveBackConnectionWindow()
        let missing = limits.callWindow - record.window - record.deframer.readableBytes
        guard missing >= limits.callWindow / 2, !record.isInputEnded, !record.isEnded, !record.hasSentStatus else {
            return
        }
        record.window += missing
        write(.windowUpdate(windowSizeIncrement: missing), on: record.call.id)
        flushOutsideOfRead()
    }
}
