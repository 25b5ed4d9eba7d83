import Synchronization

/// One lease of a worker ID as the threads that issue see it: who, what comes next, and where it ends.
///
/// There is a cell for every lease, and it is never used for another: a claim reads and moves the cursor of one cell
/// and puts that cell's own identity into the ID, so it cannot pair the worker ID of one lease with the words of
/// another, however long the thread sleeps in between. A cursor that was closed stays closed.
struct LeaseCell: ~Copyable, Sendable {
    /// The datacenter and worker bits of its IDs.
    let identity: Int64
    /// The end of what is reserved. Goes up only.
    private let limitWord: Atomic<Int64>
    // The cursor has a cache line to itself wherever the cell begins.
    private let before = (0, 0, 0, 0, 0, 0, 0)
    private let cursor: Atomic<Int64>
    private let after = (0, 0, 0, 0, 0, 0, 0)

    /// The sign bit of a closed cursor.
    private static var closedBit: Int64 { .min }

    init(identity: Int64, next: Int64, limit: Int64) {
        self.identity = identity
        limitWord = Atomic(limit)
        cursor = Atomic(next)
    }

    /// A lease of nothing.
    static var closed: LeaseCell { LeaseCell(identity: 0, next: closedBit, limit: 0) }

    /// The first word not taken; negative once closed.
    @inline(__always)
    var next: Int64 { cursor.load(ordering: .acquiring) }

    @inline(__always)
    var limit: Int64 { limitWord.load(ordering: .acquiring) }

    /// Takes words at one moment, all from this cell; an empty claim where there are none.
    @inline(__always)
    func claim(_ count: Int64, now: Int64, by words: SnowflakeWords) -> SnowflakeWords.Claim? {
        var next = next
        while next >= 0 {
            let claim = words.claim(count, next: next, now: now, limit: limit)
            if claim.isEmpty { return nil }
            let (exchanged, original) = cursor.weakCompareExchange(
                expected: next, desired: claim.end, ordering: .acquiringAndReleasing)
            if exchanged { return claim }
            next = original
        }
        return nil
    }

    /// Moves the end of what is reserved. Called by the keeper alone.
    func raise(limit: Int64) {
        limitWord.store(max(limit, self.limit), ordering: .releasing)
    }

    /// No claim succeeds after this.
    /// - Returns: the first word not taken, for good.
    func close() -> Int64 {
        cursor.bitwiseOr(Self.closedBit, ordering: .acquiringAndReleasing).oldValue & ~Self.closedBit
    }
}

/// A reference to a cell, for an atomic variable.
struct LeaseReference: AtomicRepresentable, @unchecked Sendable {
    typealias AtomicRepresentation = UnsafeMutablePointer<LeaseCell>.AtomicRepresentation

    fileprivate let pointer: UnsafeMutablePointer<LeaseCell>

    /// Safe to share: a cell is atomics and constants, and is there as long as its generator.
    var cell: LeaseCell {
        @inline(__always) _read { yield pointer.pointee }
    }

    static func encodeAtomicRepresentation(_ value: consuming LeaseReference) -> AtomicRepresentation {
        UnsafeMutablePointer.encodeAtomicRepresentation(value.pointer)
    }

    static func decodeAtomicRepresentation(_ representation: consuming AtomicRepresentation) -> LeaseReference {
        LeaseReference(pointer: UnsafeMutablePointer.decodeAtomicRepresentation(representation))
    }
}

/// All cells that a generator has had.
///
/// They live as long as the generator: a thread may sleep in the middle of a claim for any time. A cell takes 160 bytes
/// and comes with each new worker ID, at most one a second.
struct LeaseCells: ~Copyable, Sendable {
    private var references: [LeaseReference] = []

    mutating func add(_ cell: consuming LeaseCell) -> LeaseReference {
        let pointer = UnsafeMutablePointer<LeaseCell>.allocate(capacity: 1)
        pointer.initialize(to: cell)
        references.append(LeaseReference(pointer: pointer))
        return LeaseReference(pointer: pointer)
    }

    deinit {
        for reference in references {
            reference.pointer.deinitialize(count: 1)
            reference.pointer.deallocate()
        }
    }
}
