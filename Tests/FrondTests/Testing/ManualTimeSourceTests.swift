import Frond
import FrondTesting
import Testing

@Suite("A clock that tests move", .timeLimit(.minutes(5)))
struct ManualTimeSourceTests {
    private let time = ManualTimeSource(monotonic: .seconds(5), wallMilliseconds: 1_000_000)

    @Test("stands still until it is moved") func standsStillUntilItIsMoved() {
        #expect(time.monotonic == .seconds(5))
        #expect(time.wallMilliseconds == 1_000_000)
        time.advance(by: .milliseconds(1500))
        #expect(time.monotonic == .milliseconds(6500))
        #expect(time.wallMilliseconds == 1_001_500)
    }

    @Test("small steps add up") func smallStepsAddUp() {
        for _ in 0..<1000 { time.advance(by: .microseconds(1)) }
        #expect(time.wallMilliseconds == 1_000_001)
    }

    @Test("the wall clock jumps alone") func theWallClockJumpsAlone() {
        time.jumpWall(by: .seconds(-900))
        #expect(time.wallMilliseconds == 100_000)
        time.setWall(milliseconds: 42)
        #expect(time.wallMilliseconds == 42)
        #expect(time.monotonic == .seconds(5))
    }

    @Test("a sleeper wakes at the deadline and not before") func whoSleepsWakesAtTheDeadlineAndNotBefore() async {
        let sleeper = Task {
            await time.sleep(until: .seconds(7))
            return time.monotonic
        }
        await time.waitForSleepers(1)
        time.advance(by: .milliseconds(1999))
        #expect(time.sleeperCount == 1)
        time.advance(by: .milliseconds(1))
        #expect(time.sleeperCount == 0)
        #expect(await sleeper.value == .seconds(7))
    }

    @Test("a deadline that has passed is not waited for") func aDeadlineThatHasPassedIsNoWait() async {
        await time.sleep(until: .seconds(5))
        await time.sleep(until: .zero)
    }

    @Test("cancellation ends a sleep") func cancellationEndsASleep() async {
        let sleeper = Task { await time.sleep(until: .seconds(100)) }
        await time.waitForSleepers(1)
        sleeper.cancel()
        await sleeper.value
        #expect(time.sleeperCount == 0)
    }

    @Test("a cancelled task does not begin to sleep") func aCancelledTaskDoesNotBeginToSleep() async {
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            await time.sleep(until: .seconds(100))
            await time.waitForSleepers(100)
        }
        await task.value
        #expect(time.sleeperCount == 0)
    }

    @Test("sleepers wake one deadline after another") func sleepersWakeOneDeadlineAfterAnother() async {
        await withTaskGroup(of: Void.self) { group in
            for second in [30, 10, 20, 10] { group.addTask { await time.sleep(until: .seconds(second)) } }
            await time.waitForSleepers(4)
            var wakings: [Duration] = []
            while time.advanceToNextSleeper() { wakings.append(time.monotonic) }
            #expect(wakings == [.seconds(10), .seconds(20), .seconds(30)])
        }
        #expect(!time.advanceToNextSleeper())
        #expect(time.monotonic == .seconds(30))
    }
}
