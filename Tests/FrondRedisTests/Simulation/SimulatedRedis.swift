import Frond

@testable import FrondRedis

/// One Redis process of a simulation: what the scripts do, in Swift.
struct SimulatedRedis {
    /// The hash of the tag.
    struct Hash: Hashable {
        var run: String
        var cycle: Int64
        var first: Int64
        var size: Int64
        var used: Int64
        var check = ""

        /// Stands for the digest of the fields.
        var checksum: String { "\(mark)|\(used)" }
        var mark: String { "\(run)|\(cycle)|\(first)|\(size)" }
    }

    /// Of this process, for as long as it lives.
    let process: Int
    /// Changes when the process becomes a primary again.
    var reign: Int
    var isUp = true
    var isPrimary = true
    var hash: Hash?
    /// One past the last number given out since data was last lost.
    var given: SegmentPosition?
    /// A number was given out that is not above those before.
    var wentBack = false
    let removedGuard: RedisSimulation.Guard?

    init(process: Int, reign: Int, hash: Hash?, removedGuard: RedisSimulation.Guard?) {
        self.process = process
        self.reign = reign
        self.hash = hash
        self.removedGuard = removedGuard
    }

    private var run: String { "\(process)-\(reign)" }

    private func isOurs(_ hash: Hash) -> Bool {
        switch removedGuard {
        case .runCompare: true
        case .reignCompare: hash.run.hasPrefix("\(process)-")
        default: hash.run == run
        }
    }

    private func read() -> (mark: String, answer: RedisAnswer?) {
        guard let hash else { return ("", .missing) }
        if hash.check != hash.checksum, removedGuard != .check {
            let mark = "damaged|\(hash.checksum)|\(hash.check)"
            return (mark, .damaged(mark: mark))
        }
        if !isOurs(hash) { return (hash.mark, .otherRun(mark: hash.mark)) }
        return (hash.mark, nil)
    }

    mutating func draw(count: Int64) -> RedisAnswer {
        guard isPrimary else { return .replica }
        if let answer = read().answer { return answer }
        return give(count)
    }

    mutating func install(_ segment: Segment, replacing mark: String, count: Int64) -> RedisAnswer {
        guard isPrimary else { return .replica }
        guard read().mark == mark || removedGuard == .installCompare else { return .changed }
        hash = Hash(run: run, cycle: segment.cycle, first: segment.first, size: segment.count, used: 0)
        return give(count)
    }

    private mutating func give(_ count: Int64) -> RedisAnswer {
        guard var hash else { return .missing }
        let range = HeldRange(mark: hash.mark, cycle: hash.cycle, first: hash.first, size: hash.size)
        guard hash.used < hash.size else { return .exhausted(range) }
        let used = hash.used
        let taken = min(count, hash.size - used)
        if let given, taken > 0, SegmentPosition(cycle: hash.cycle, next: hash.first + used) < given { wentBack = true }
        hash.used += taken
        hash.check = hash.checksum
        self.hash = hash
        given = SegmentPosition(cycle: hash.cycle, next: hash.first + hash.used)
        return .given(range, used: used, taken: taken)
    }

    /// Something happened to the data: what comes next may lie below what was given out.
    mutating func lose(_ hash: Hash?) {
        self.hash = hash
        given = nil
    }
}
