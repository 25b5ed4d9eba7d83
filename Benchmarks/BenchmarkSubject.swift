import Frond

/// One thing that ``GeneratorBenchmark`` measures: a name and a hot loop.
///
/// The loop is compiled for the concrete generator; the closure around it is called once for thousands of IDs, so that
/// the call does not count.
struct BenchmarkSubject: Sendable {
    /// The number of IDs that one call of a loop over single IDs makes.
    static var idsPerCall: Int { 4096 }

    /// The name in the report.
    let name: String
    /// The number of IDs that one call of ``make`` makes.
    let idsPerCall: Int
    /// Makes the IDs on the calling thread; what it returns depends on them, so that none is optimised away.
    let make: @Sendable () throws(FrondError) -> UInt64
}

extension BenchmarkSubject {
    /// The base of all comparisons: one atomic add to a 64-bit number that all threads share.
    static func atomicAdd() -> BenchmarkSubject {
        let counter = SharedCounter()
        return BenchmarkSubject(name: "atomic add", idsPerCall: idsPerCall) { () throws(FrondError) in
            var sum: UInt64 = 0
            for _ in 0..<idsPerCall { sum &+= UInt64(bitPattern: counter.next()) }
            return sum
        }
    }

    /// A generator, one ID a call.
    init<Generator: IDGenerator>(_ name: String, _ generator: Generator) where Generator.ID: Digestible {
        self.init(name: name, idsPerCall: Self.idsPerCall) { () throws(FrondError) in
            var sum: UInt64 = 0
            for _ in 0..<Self.idsPerCall {
                if let id = generator.nextIfReady() {
                    sum &+= id.digest
                } else {
                    sum &+= try waitForNext(of: generator).digest
                }
            }
            return sum
        }
    }

    /// A generator of numbers, `size` IDs a call. The call is `async`: it runs in a task, of which each thread starts
    /// one for a thousand calls.
    init(_ name: String, _ generator: some IDGenerator<Int64>, batchesOf size: Int) {
        let calls = 1000
        self.init(name: name, idsPerCall: calls * size) { () throws(FrondError) in
            try blocking { () async throws(FrondError) in
                var sum: UInt64 = 0
                for _ in 0..<calls {
                    sum &+= UInt64(bitPattern: try await generator.next(count: size)[size - 1])
                }
                return sum
            }
        }
    }
}

/// Kept out of the hot loop.
@inline(never)
private func waitForNext<Generator: IDGenerator>(of generator: Generator) throws(FrondError) -> Generator.ID {
    try blocking { () async throws(FrondError) in try await generator.next() }
}

/// An ID of which every bit can be made to count, cheaply.
protocol Digestible {
    var digest: UInt64 { get }
}

extension Int64: Digestible {
    var digest: UInt64 { UInt64(bitPattern: self) }
}

extension UUIDValue: Digestible {
    var digest: UInt64 { high ^ low }
}
