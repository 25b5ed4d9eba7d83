import Frond
import Testing

@Suite("The clock guard", .timeLimit(.minutes(5)))
struct ClockGuardTests {
    private let start: Int64 = 1_704_067_200_000
    private let year: Int64 = 365 * 86_400_000

    private func makeGuard() -> ClockGuard {
        ClockGuard(maxForwardJump: .seconds(10), wallMilliseconds: start, monotonic: .zero)
    }

    @Test("small steps either way are followed at once", arguments: [Int64(-10_000), -1, 0, 1, 10_000])
    func followsSmallSteps(step: Int64) {
        var clock = makeGuard()
        #expect(clock.observe(wallMilliseconds: start + 1000 + step, monotonic: .seconds(1)) == start + 1000 + step)
        #expect(clock.state == .ok)
    }

    @Test("a jump forward is not followed: time goes on with the monotonic clock")
    func refusesJumps() {
        var clock = makeGuard()
        let found = clock.observe(wallMilliseconds: start + 1000 + year, monotonic: .seconds(1))
        #expect(found == start + 1000)
        #expect(clock.state == .ahead(by: .milliseconds(year)))
        #expect(clock.trustedUntilMilliseconds < start)
        #expect(clock.observe(wallMilliseconds: start + 60_000 + year, monotonic: .seconds(60)) == start + 60_000)
        // Mended.
        #expect(clock.observe(wallMilliseconds: start + 61_000, monotonic: .seconds(61)) == start + 61_000)
        #expect(clock.state == .ok)
    }

    @Test("a jump forward that lasts is followed, a larger one later")
    func followsJumpsThatLast() {
        for (jump, patience) in [(Int64(60_000), Int64(10)), (3_600_000, 36), (year, 600)] {
            var clock = makeGuard()
            for second in 1...patience {
                let found = clock.observe(
                    wallMilliseconds: start + jump + second * 1000, monotonic: .seconds(second))
                #expect(found == start + second * 1000)
            }
            let last = patience + 1
            let found = clock.observe(wallMilliseconds: start + jump + last * 1000, monotonic: .seconds(last))
            #expect(found == start + jump + last * 1000)
            #expect(clock.state == .ok)
        }
    }

    @Test("a jump that changes is not one that lasts")
    func startsAnewWithEachJump() {
        var clock = makeGuard()
        for second in Int64(1)...120 {
            let jump = 60_000 + second * 11_000
            #expect(
                clock.observe(wallMilliseconds: start + jump + second * 1000, monotonic: .seconds(second))
                    == start + second * 1000)
        }
    }

    @Test("a step back is told, and the return is followed at once")
    func tellsStepsBack() {
        var clock = makeGuard()
        let back = start - 3_600_000
        #expect(clock.observe(wallMilliseconds: back + 1000, monotonic: .seconds(1)) == back + 1000)
        #expect(clock.state == .behind(by: .seconds(3600)))
        #expect(clock.observe(wallMilliseconds: start + 5000, monotonic: .seconds(5)) == start + 5000)
        #expect(clock.state == .ok)
    }

    @Test("after a step back was accepted, a jump is measured from there")
    func acceptsAStepBack() {
        var clock = makeGuard()
        clock.accept(wallMilliseconds: start - 3_600_000, monotonic: .seconds(1))
        _ = clock.observe(wallMilliseconds: start + 1000, monotonic: .seconds(2))
        #expect(clock.state == .ahead(by: .seconds(3600)))
    }
}
