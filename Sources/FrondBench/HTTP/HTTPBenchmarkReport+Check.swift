extension HTTPBenchmarkReport {
    /// The result of the checks of the IDs: uniqueness and order.
    public struct Check: Codable, Sendable {
        /// An ID that came twice; for more times, this is one of the pairs.
        public struct Duplicate: Codable, Sendable {
            /// The text that the server wrote.
            public var id: String
            /// The two that received it; the same one twice where it did so twice.
            public var receivers: [Receiver]
        }

        /// An ID that is not above the one before it on its connection.
        public struct Descent: Codable, Sendable {
            public var id: String
            public var previous: String
            public var receiver: Receiver
        }

        /// One connection of the run.
        public struct Receiver: Codable, Sendable {
            public var url: String
            /// 0 for the first.
            public var connection: Int
        }

        /// IDs received.
        public var idsReceived: UInt64
        /// The number of IDs that had come before.
        public var duplicates: UInt64
        /// The smallest of them: 10 at most.
        public var duplicateExamples: [Duplicate]
        /// True if the order was checked.
        public var orderWasChecked: Bool
        /// The number of IDs not above the one before on their connection; 0 where the order was not checked.
        public var descents: UInt64
        /// Some of them: 10 at most.
        public var descentExamples: [Descent]
        /// False where the memory set did not hold all IDs: there may be duplicates that were not seen.
        public var isComplete: Bool

        /// True if an ID came twice or out of order. False does not mean much unless ``isComplete``.
        public var foundViolation: Bool { duplicates > 0 || descents > 0 }
    }
}

extension HTTPBenchmarkReport.Check {
    /// - Parameters:
    ///   - recorders: finished; one a connection.
    ///   - urls: of each connection.
    init(_ recorders: [IDRecorder], urls: [String], checksOrder: Bool) {
        let limit = HTTPBenchmarkReport.exampleLimit
        let found = DuplicateCheck(recorders.map(\.log), exampleLimit: limit)
        func receiver(_ connection: Int) -> Receiver { Receiver(url: urls[connection], connection: connection) }
        idsReceived = recorders.reduce(0) { $0 + $1.count }
        duplicates = found.repeats
        duplicateExamples = found.examples.map { duplicate in
            Duplicate(id: "\(duplicate.id)", receivers: duplicate.logs.map(receiver))
        }
        isComplete = !recorders.contains { $0.log.isIncomplete }
        orderWasChecked = checksOrder
        descents = checksOrder ? recorders.reduce(0) { $0 + $1.descents } : 0
        let examples = recorders.enumerated().flatMap { connection, recorder in
            recorder.descentExamples.map { example in
                Descent(id: "\(example.id)", previous: "\(example.previous)", receiver: receiver(connection))
            }
        }
        descentExamples = checksOrder ? Array(examples.prefix(limit)) : []
    }
}
