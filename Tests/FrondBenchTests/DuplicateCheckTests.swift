import Testing

@testable import FrondBench

struct DuplicateCheckTests {
    private func recorders(_ streams: [[UInt128]], bytes: Int = 64 << 20) -> [IDRecorder] {
        let budget = RecordingBudget(bytes: bytes)
        return streams.map { stream in
            var recorder = IDRecorder(budget: budget, exampleLimit: 10)
            for id in stream { recorder.record(id) }
            recorder.finish()
            return recorder
        }
    }

    private func check(_ streams: [[UInt128]]) -> DuplicateCheck {
        DuplicateCheck(recorders(streams).map(\.log), exampleLimit: 10)
    }

    @Test("interleaved dense IDs have no duplicate") func interleavedDenseIDsHaveNoDuplicate() {
        let streams = (0..<8).map { connection in stride(from: UInt128(connection), to: 80_000, by: 8).map { $0 } }
        let check = check(streams)
        #expect(check.repeats == 0)
        #expect(check.examples.isEmpty)
    }

    @Test("a planted dense duplicate is found") func aPlantedDenseDuplicateIsFound() {
        var streams = (0..<8).map { connection in stride(from: UInt128(connection), to: 80_000, by: 8).map { $0 } }
        streams[3].insert(44_444, at: streams[3].firstIndex { $0 > 44_444 } ?? 0)
        let check = check(streams)
        #expect(check.repeats == 1)
        #expect(check.examples.map(\.id.value) == [44_444])
        #expect(check.examples.map { Set($0.logs) } == [[3, 4]])
    }

    @Test("a planted sparse duplicate is found") func aPlantedSparseDuplicateIsFound() {
        // As a snowflake's: the tick in the upper bits.
        var streams = (0..<4).map { connection in
            (0..<20_000).map { UInt128($0 * 3 + 1) << 22 | UInt128(connection) << 12 }
        }
        let planted = streams[1][7000]
        streams[2].append(planted)
        let check = check(streams)
        #expect(check.repeats == 1)
        #expect(check.examples.map(\.id.value) == [planted])
        #expect(check.examples.map { Set($0.logs) } == [[1, 2]])
    }

    @Test("overlapping ranges count each ID") func overlappingRangesCountEachID() {
        let check = check([Array(1000..<2000), Array(1500..<2500), Array(1900..<1950)])
        #expect(check.repeats == 550)
        #expect(check.examples.map(\.id.value) == Array(1500..<1510))
    }

    @Test("an ID that one connection received twice is found") func anIDThatOneConnectionReceivedTwiceIsFound() {
        let check = check([[5, 6, 6, 7]])
        #expect(check.repeats == 1)
        #expect(check.examples.map(\.logs) == [[0, 0]])
    }

    @Test("the check agrees with a set", arguments: 1...20)
    func itAgreesWithASet(seed: UInt64) {
        var random = SplitMix(state: seed)
        let spread = UInt128(1) << UInt128(random.next() % 100 + 9)
        let streams = (0..<5).map { _ in (0..<2000).map { _ in UInt128(random.next()) << 40 % spread } }
        var seen = Set<UInt128>()
        let repeats = streams.joined().count { !seen.insert($0).inserted }
        #expect(check(streams).repeats == UInt64(repeats))
    }

    @Test("a full budget leaves the log incomplete") func aFullBudgetLeavesTheLogIncomplete() {
        let stream = (0..<200_000).map { UInt128($0) << 30 }
        let recorder = recorders([stream], bytes: 3 * IDLog.chunkBytes)[0]
        #expect(recorder.log.isIncomplete)
        #expect(recorder.count == 200_000)
        #expect(recorder.log.chunks.map(\.count).reduce(0, +) <= 3 * IDLog.chunkBytes)
    }

    @Test("dense IDs take little memory") func denseIDsTakeLittleMemory() {
        let log = recorders([Array(stride(from: 0, to: 3_200_000, by: 32))])[0].log
        #expect(log.chunks.map(\.count).reduce(0, +) <= 200_010)
        let batches = (0..<1000).flatMap { batch in (0..<1000).map { UInt128(batch * 32_000 + $0) } }
        #expect(recorders([batches])[0].log.chunks.map(\.count).reduce(0, +) < 6000)
    }

    @Test("an ID that is not above the one before is counted") func anIDThatIsNotAboveTheOneBeforeIsCounted() {
        var recorder = recorders([[1, 2, 3, 10, 9, 9, 11]])[0]
        #expect(recorder.descents == 2)
        #expect(recorder.descentExamples.map(\.id.value) == [9, 9])
        #expect(recorder.descentExamples.map(\.previous.value) == [10, 9])
        recorder.forgetPrevious()
        recorder.record(1)
        #expect(recorder.descents == 2)
    }
}

/// A random number generator that gives the same numbers each time.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}
