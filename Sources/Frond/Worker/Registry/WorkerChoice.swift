/// The choice among free worker IDs.
///
/// First the one this place had before, so that a restart finds its own again. Then one that was never used, drawn at
/// random so that many servers starting at once do not run after the same one; that is the choice that cannot hit a
/// live server, however wrong the clocks. Then one of those whose horizon passed longest ago.
struct WorkerChoice {
    /// Beyond this many records worker IDs are used again before new ones are: the list stays short under a layout
    /// with millions of them.
    private static let maxFreshRecords = 1024
    /// Among how many of those expired longest ago one is drawn.
    private static let drawnFrom = 8

    private let request: WorkerRequest
    private let origin: RegistryOrigin
    private let records: [WorkerRecord]

    init(records: [WorkerRecord], origin: RegistryOrigin, request: WorkerRequest) {
        self.request = request
        self.origin = origin
        self.records = records.filter { request.workerIDs.contains($0.workerID) }
    }

    /// The record to take, and what must stand in the registry for it: nil for nothing.
    /// - Parameter isFirst: true while no other has been faster.
    /// - Throws: `workerIDsExhausted`.
    func pick(
        isFirst: Bool, random: inout SplitMix64
    ) throws(FrondError) -> (expected: WorkerRecord?, record: WorkerRecord) {
        let free = records.filter { !isHeld($0) }
        if isFirst, let own = previouslyOwn(of: free) { return (own, own.notBefore(origin)) }
        let unused = unusedWorkerID(random: &random).map { WorkerRecord.unused($0).notBefore(origin) }
        if let unused, !isHeld(unused), records.count < Self.maxFreshRecords { return (nil, unused) }
        let oldest = free.sorted { ($0.horizonMilliseconds, $0.workerID) < ($1.horizonMilliseconds, $1.workerID) }
        if let record = oldest.prefix(Self.drawnFrom).randomElement(using: &random) {
            return (record, record.notBefore(origin))
        }
        if let unused, !isHeld(unused) { return (nil, unused) }
        throw exhausted
    }

    private func isHeld(_ record: WorkerRecord) -> Bool {
        record.notBefore(origin).state(nowMilliseconds: request.nowMilliseconds) == .held
    }

    private func previouslyOwn(of free: [WorkerRecord]) -> WorkerRecord? {
        free.filter { $0.holder?.isSamePlace(as: request.holder) ?? false }
            .max { $0.updatedAtMilliseconds < $1.updatedAtMilliseconds }
    }

    private func unusedWorkerID(random: inout SplitMix64) -> Int64? {
        guard records.count < request.workerIDs.count else { return nil }
        let used = Set(records.map(\.workerID))
        var candidate = Int64.random(in: request.workerIDs, using: &random)
        // As many steps as there are used ones at most.
        while used.contains(candidate) {
            candidate += 1
            if candidate == request.workerIDs.upperBound { candidate = request.workerIDs.lowerBound }
        }
        return candidate
    }

    private var exhausted: FrondError {
        guard origin.floorMilliseconds <= request.nowMilliseconds else {
            let left = Duration.milliseconds(origin.floorMilliseconds - request.nowMilliseconds)
            return FrondError(
                .workerIDsExhausted,
                "the registry of worker IDs was lost, and gives none out for another \(left.wholeSeconds) seconds: "
                    + "until the horizons of the servers that it had given some to have passed",
                retryAfter: left)
        }
        let next = records.min { $0.horizonMilliseconds < $1.horizonMilliseconds }
        let left = Duration.milliseconds(max(0, (next?.horizonMilliseconds ?? 0) - request.nowMilliseconds))
        let name = next.map { ": the next to be free is \($0.workerID), in \(left.wholeSeconds) seconds" } ?? ""
        return FrondError(
            .workerIDsExhausted, "all \(request.workerIDs.count) worker IDs are held\(name)", retryAfter: left)
    }
}
