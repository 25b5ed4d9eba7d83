// The arithmetic of every registry. A backend reads a record, calls one of these, and writes the successor by
// compare-and-swap on `token`, `horizonMilliseconds` and `secret`. Nothing is reserved before that write is durable.

extension WorkerRecord {
    /// The record of a worker ID that was never held. It is not in the registry.
    public static func unused(_ workerID: Int64) -> WorkerRecord {
        WorkerRecord(
            workerID: workerID, holder: nil, isReleased: true, floorMilliseconds: 0, horizonMilliseconds: 0, token: 0,
            updatedAtMilliseconds: 0)
    }

    /// The record as it is to be taken from a registry that was lost once: as if it had been held until the floor, and
    /// by more holders than there were before, so that none of those takes the next one's token for its own.
    func notBefore(_ origin: RegistryOrigin) -> WorkerRecord {
        var record = self
        record.horizonMilliseconds = max(horizonMilliseconds, origin.floorMilliseconds)
        record.token = max(token, origin.floorMilliseconds)
        return record
    }

    /// The record that must replace this one for a new holder, which begins at or above the old horizon.
    /// - Parameters:
    ///   - nowMilliseconds: by the new holder's clock.
    ///   - length: how far beyond now, and beyond the old horizon, the new one is.
    ///   - layout: of the new holder; nil where that is not known.
    ///   - secret: of the new holding.
    ///   - isDead: whether the holder is known not to run any more, so that its horizon need not have passed.
    /// - Throws: `workerIDHeld` where the horizon has not passed.
    public func acquiring(
        by holder: WorkerHolder, nowMilliseconds: Int64, length: Duration, layout: WorkerLayout? = nil,
        secret: WorkerSecret? = nil, knownDead isDead: Bool = false
    ) throws(FrondError) -> WorkerRecord {
        guard isDead || state(nowMilliseconds: nowMilliseconds) != .held else {
            throw held(nowMilliseconds: nowMilliseconds)
        }
        var successor = self
        successor.holder = holder
        successor.isReleased = false
        successor.floorMilliseconds = horizonMilliseconds
        successor.horizonMilliseconds = max(horizonMilliseconds, nowMilliseconds) + length.wholeMilliseconds
        successor.token += 1
        successor.updatedAtMilliseconds = nowMilliseconds
        successor.layout = layout ?? self.layout
        successor.secret = secret
        return successor
    }

    /// The record as if it had been held until the layout begins.
    func notBefore(_ layout: WorkerLayout?) -> WorkerRecord {
        var record = self
        record.horizonMilliseconds = max(horizonMilliseconds, layout?.floorMilliseconds ?? 0)
        return record
    }

    /// The record with a later horizon, for the same holder.
    /// - Parameter horizonMilliseconds: where it is not later than the one there is, that one stays.
    public func extending(to horizonMilliseconds: Int64, nowMilliseconds: Int64) -> WorkerRecord {
        var successor = self
        successor.horizonMilliseconds = max(self.horizonMilliseconds, horizonMilliseconds)
        successor.updatedAtMilliseconds = nowMilliseconds
        return successor
    }

    /// The record that gives the worker ID back.
    /// - Parameter horizonMilliseconds: the end of what was issued; not below the floor, nor above the horizon.
    public func releasing(at horizonMilliseconds: Int64, nowMilliseconds: Int64) -> WorkerRecord {
        var successor = self
        successor.isReleased = true
        successor.horizonMilliseconds = min(max(horizonMilliseconds, floorMilliseconds), self.horizonMilliseconds)
        successor.token += 1
        successor.secret = nil
        successor.updatedAtMilliseconds = nowMilliseconds
        return successor
    }

    /// The record without its holder, at an operator's word.
    /// - Throws: `workerIDHeld` where the horizon has not passed.
    public func freeing(nowMilliseconds: Int64) throws(FrondError) -> WorkerRecord {
        guard state(nowMilliseconds: nowMilliseconds) != .held else { throw held(nowMilliseconds: nowMilliseconds) }
        return releasing(at: horizonMilliseconds, nowMilliseconds: nowMilliseconds)
    }

    private func held(nowMilliseconds: Int64) -> FrondError {
        let left = Duration.milliseconds(horizonMilliseconds - nowMilliseconds)
        let name = holder.map { isReleased ? "used up by \($0)" : "held by \($0)" } ?? "used up"
        return FrondError(
            .workerIDHeld, "worker ID \(workerID) is \(name) for another \(left.wholeSeconds) seconds", retryAfter: left
        )
    }
}
