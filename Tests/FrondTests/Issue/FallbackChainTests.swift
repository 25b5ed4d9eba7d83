import Frond
import Testing

@Suite("The order of fallbacks", .timeLimit(.minutes(5)))
struct FallbackChainTests {
    private func chain(_ generators: [GeneratorKind]) throws -> FallbackChain {
        FallbackChain(tag: try Frond.Tag("order"), generators: generators, limit: .seconds(1), now: .zero)
    }

    private static let down = FrondError(.storeUnavailable, "it is down", retryAfter: .seconds(2))

    @Test("each generator is asked once, in order, and the last error says what each of them said")
    func order() throws {
        var chain = try chain([.redis, .segment])
        guard case .ask(.redis, _) = chain.begin(now: .zero) else {
            Issue.record("redis comes first")
            return
        }
        guard case .ask(.segment, _) = chain.failed(Self.down, now: .zero) else {
            Issue.record("then segment")
            return
        }
        let slow = FrondError(.timedOut, "it is slow", retryAfter: .seconds(1))
        guard case .fail(let error) = chain.failed(slow, now: .zero) else {
            Issue.record("nobody is left")
            return
        }
        #expect(error.code == .timedOut)
        #expect(error.message == "no generator of tag 'order' has an ID: redis: it is down; segment: it is slow")
        #expect(error.retryAfter == .seconds(1))
    }

    @Test("a generator that is alone has its own error")
    func alone() throws {
        var chain = try chain([.segment])
        _ = chain.begin(now: .zero)
        guard case .fail(let error) = chain.failed(Self.down, now: .zero) else {
            Issue.record("it fails")
            return
        }
        #expect(error.message == "it is down")
    }

    @Test("all of them have one bound: each gets an equal part of what is left, UUIDs none")
    func bound() throws {
        var chain = try chain([.redis, .segment, .snowflake, .uuid])
        guard case .ask(_, let first) = chain.begin(now: .zero) else {
            Issue.record("one is asked")
            return
        }
        #expect(first == .seconds(1) / 3)
        guard case .ask(_, let second) = chain.failed(Self.down, now: .milliseconds(200)) else {
            Issue.record()
            return
        }
        #expect(second == .milliseconds(400))
        guard case .ask(_, let third) = chain.failed(Self.down, now: .milliseconds(600)) else {
            Issue.record()
            return
        }
        #expect(third == .milliseconds(400))
        guard case .ask(.uuid, let last) = chain.failed(Self.down, now: .seconds(2)) else {
            Issue.record()
            return
        }
        #expect(last == FallbackChain.shortestWait)
    }

    @Test(
        "what is the caller's fault or wish goes to no other generator",
        arguments: [FrondError.Code.invalidArgument, .unknownTag, .generatorNotOfTag, .shutDown, .cancelled])
    func callersErrors(code: FrondError.Code) throws {
        var chain = try chain([.redis, .segment])
        _ = chain.begin(now: .zero)
        guard case .fail(let error) = chain.failed(FrondError(code, "no"), now: .zero) else {
            Issue.record()
            return
        }
        #expect(error.code == code)
    }

    @Test(
        "what is a generator's trouble goes to the next",
        arguments: [
            FrondError.Code.exhausted, .storeUnavailable, .storeWentBack, .storeCorrupt, .timedOut, .overloaded,
            .workerIDsExhausted, .registryUnavailable, .registryLost, .clockMovedBackwards,
        ])
    func troubles(code: FrondError.Code) throws {
        var chain = try chain([.redis, .segment])
        _ = chain.begin(now: .zero)
        guard case .ask(.segment, _) = chain.failed(FrondError(code, "no"), now: .zero) else {
            Issue.record()
            return
        }
    }
}
