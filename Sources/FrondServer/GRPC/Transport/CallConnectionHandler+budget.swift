import NIOCore
import NIOHTTP2

/// The connection's part of the budget.
extension CallConnectionHandler {
    /// The interval between two attempts while the server is over its budget.
    private static let retryInterval = TimeAmount.milliseconds(50)

    /// True where the answer to a message may be made now.
    func admit(_ record: CallRecord, _ cost: Int) -> Bool {
        let isLarge = cost >= limits.largeAnswer
        if isLarge, record.reserved > 0 { return false }
        if record.reserved > 0, record.reserved + cost > limits.callAnswers { return false }
        if reserved > 0, reserved + cost > limits.connectionAnswers { return false }
        if reserved + cost > limits.connectionShare, setup.budget.isOver {
            retryLater()
            isHeldUp = true
            return false
        }
        guard isLarge else { return true }
        guard setup.budget.takePlace(number) else {
            isHeldUp = true
            return false
        }
        record.holdsPlace = true
        // A handler that waits for a store does not keep others from theirs.
        record.placeEnd = context?.eventLoop.assumeIsolated().scheduleTask(in: limits.placeTime) {
            [weak self, weak record] in
            if let record { self?.returnPlace(record) }
        }
        return true
    }

    func reserve(_ bytes: Int, _ record: CallRecord) {
        if reserved == 0 { lastProgress = .now() }
        record.reserved += bytes
        reserved += bytes
        setup.budget.add(bytes)
    }

    func release(_ bytes: Int, _ record: CallRecord) {
        record.reserved -= bytes
        reserved -= bytes
        setup.budget.add(-bytes)
    }

    /// The answer to the first message under way is made: its own bytes count from now on.
    func answered(_ record: CallRecord) {
        if let cost = record.costs.popFirst() { release(cost, record) }
        returnPlace(record)
    }

    func returnPlace(_ record: CallRecord) {
        record.placeEnd?.cancel()
        record.placeEnd = nil
        guard record.holdsPlace else { return }
        record.holdsPlace = false
        setup.budget.returnPlace()
    }

    // MARK: Waiting

    func wait(_ record: CallRecord) {
        guard !record.isWaiting else { return }
        record.isWaiting = true
        waiting.append(record.call.id)
    }

    /// Goes on with calls that wait, until the others of the server hold them up.
    func pumpWaiting() {
        isHeldUp = false
        for _ in 0..<waiting.count where !isHeldUp {
            guard let stream = waiting.popFirst() else { return }
            guard case .open(let record) = entries[stream], record.isWaiting else { continue }
            record.isWaiting = false
            pump(record)
        }
    }

    /// The connection's turn to make a large answer has come.
    func takeTurn() {
        pumpWaiting()
        setup.budget.passTurn(number)
        flushOutsideOfRead()
    }

    private func retryLater() {
        guard retry == nil, let context else { return }
        retry = context.eventLoop.assumeIsolated().scheduleTask(in: Self.retryInterval) { [weak self] in
            self?.retry = nil
            self?.pumpWaiting()
            self?.flushOutsideOfRead()
        }
    }
}
