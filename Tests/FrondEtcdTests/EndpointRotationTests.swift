import Testing

@testable import FrondEtcd

@Suite("Which member of an etcd is asked", .timeLimit(.minutes(5)))
struct EndpointRotationTests {
    private func rotation(_ count: Int, seed: UInt64 = 1) -> EndpointRotation {
        EndpointRotation(count: count, seed: seed)
    }

    @Test("the rotation stays with the member that answers") func staysWithTheOneThatAnswers() throws {
        var rotation = rotation(3)
        let first = try #require(rotation.next(tried: [], now: .zero))
        for second in 1...5 {
            rotation.succeeded(first)
            #expect(rotation.next(tried: [], now: .seconds(second)) == first)
        }
    }

    @Test("the rotation asks each of the others once when one fails") func asksEachOfTheOthersOnceWhereOneFails() throws
    {
        var rotation = rotation(3)
        var tried: Set<Int> = []
        while let next = rotation.next(tried: tried, now: .zero) {
            #expect(tried.insert(next).inserted)
            rotation.failed(next, now: .zero)
        }
        #expect(tried == [0, 1, 2])
    }

    @Test("the rotation leaves a failed member alone for a while, which grows")
    func leavesOneThatFailedAloneForAWhileWhichGrows() throws {
        var rotation = rotation(2)
        let bad = try #require(rotation.next(tried: [], now: .zero))
        var now = Duration.zero
        var pauses: [Duration] = []
        for _ in 0..<12 {
            rotation.failed(bad, now: now)
            rotation.succeeded(1 - bad)
            #expect(rotation.next(tried: [], now: now) == 1 - bad)
            // How long it is not asked even where the other one fails too.
            var pause = Duration.zero
            while rotation.next(tried: [1 - bad], now: now + pause) == nil { pause += .milliseconds(10) }
            pauses.append(pause)
            now += pause
        }
        #expect(pauses[0] >= EndpointRotation.shortest / 2)
        #expect(pauses[0] <= EndpointRotation.shortest + .milliseconds(10))
        #expect(pauses[3] > pauses[0])
        #expect(pauses[11] >= EndpointRotation.longest / 2)
        #expect(pauses[11] <= EndpointRotation.longest + .milliseconds(10))
    }

    @Test("the rotation asks one member even when all failed recently") func asksOneEvenWhereAllFailedOfLate() throws {
        var rotation = rotation(3)
        for _ in 0..<4 { rotation.failed(0, now: .zero) }
        rotation.failed(1, now: .zero)
        for _ in 0..<4 { rotation.failed(2, now: .zero) }
        #expect(rotation.next(tried: [], now: .zero) == 1, "the one whose pause is over first")
        #expect(rotation.next(tried: [1], now: .zero) == nil, "one is enough")
        var single = self.rotation(1)
        single.failed(0, now: .zero)
        #expect(single.next(tried: [], now: .zero) == 0)
    }

    @Test("the rotation forgets the failures of a member that answers") func forgetsTheFailuresOfOneThatAnswers() throws
    {
        var rotation = rotation(2)
        for _ in 0..<8 { rotation.failed(0, now: .zero) }
        rotation.succeeded(0)
        rotation.failed(0, now: .zero)
        #expect(rotation.next(tried: [1], now: EndpointRotation.shortest) == 0)
    }

    @Test("the rotation spreads servers over the members") func spreadsServersOverTheMembers() {
        var counts = [0, 0, 0]
        for seed in 0..<300 as Range<UInt64> {
            if let first = rotation(3, seed: seed).next(tried: [], now: .zero) { counts[first] += 1 }
        }
        #expect(counts.allSatisfy { $0 > 50 }, "\(counts)")
    }
}
