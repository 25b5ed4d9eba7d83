import Frond
import FrondAPI
import SwiftProtobuf
import Testing

@testable import FrondServer

@Suite("The parts of a stream", .timeLimit(.minutes(5)))
struct StreamPartsTests {
    private let order: IssueRequest
    private let user: IssueRequest

    init() throws {
        order = IssueRequest(try Tag("order"), by: .uuid)
        user = IssueRequest(try Tag("user"), by: .uuid, uuidVersion: .random)
    }

    private func ask(_ number: UInt64, _ source: IssueRequest, count: Int = 1) -> StreamAsk {
        StreamAsk(requestID: number, source: source, count: count)
    }

    @Test("lanes: what comes together is one batch of each source")
    func coalescing() {
        var lanes = StreamQueues()
        let batches = lanes.arrived([
            ask(1, order), ask(2, user, count: 5), ask(3, order, count: 2), ask(4, user), ask(5, order),
        ])
        #expect(batches.map(\.source) == [order, user])
        #expect(batches.map { $0.asks.map(\.requestID) } == [[1, 3, 5], [2, 4]])
        #expect(batches.map(\.count) == [4, 6])
    }

    @Test("lanes: what comes while a batch is under way is the next batch, and other sources do not wait for it")
    func oneAfterTheOther() {
        var lanes = StreamQueues()
        #expect(lanes.arrived([ask(1, order)]).count == 1)
        #expect(lanes.arrived([ask(2, order)]).isEmpty)
        #expect(lanes.arrived([ask(3, order), ask(4, user), ask(5, order)]).map(\.source) == [user])
        #expect(lanes.ended(order)?.asks.map(\.requestID) == [2, 3, 5])
        #expect(lanes.arrived([ask(6, order)]).isEmpty)
        #expect(lanes.ended(order)?.asks.map(\.requestID) == [6])
        #expect(lanes.ended(order) == nil)
        #expect(lanes.ended(user) == nil)
        #expect(lanes.arrived([ask(7, order)]).count == 1)
    }

    @Test("supply: gives every number once, in order, over runs and strides")
    func supply() {
        var supply = NumberSupply([
            NumberRun(first: 1, count: 3), NumberRun(first: 100, count: 4, stride: 10), NumberRun(first: 7, count: 1),
        ])
        #expect(supply.count == 8)
        #expect(supply.take(0).isEmpty)
        #expect(supply.take(2) == [NumberRun(first: 1, count: 2)])
        #expect(supply.take(3) == [NumberRun(first: 3, count: 1), NumberRun(first: 100, count: 2, stride: 10)])
        #expect(supply.take(3).flatMap(Array.init) == [120, 130, 7])
        #expect(supply.count == 0)
    }

    @Test(
        "mailbox: is full at the limit of requests, and of the IDs that they ask for",
        arguments: [
            ([1, 1, 1], [false, false, true]), ([60, 39, 1], [false, false, true]), ([99, 1], [false, true]),
            ([5000], [true]), ([-7, 0, 1], [false, false, true]),
        ] as [([Int32], [Bool])])
    func limits(counts: [Int32], full: [Bool]) async {
        let mailbox = StreamMailbox(limits: StreamLimits(requests: 3, ids: 100))
        #expect(counts.map { count in mailbox.add(.with { $0.count = count }) } == full)
        #expect(await mailbox.take()?.count == counts.count)
        mailbox.answered(requests: counts.count, ids: counts.reduce(0) { $0 + max(1, Int($1)) })
        #expect(!mailbox.add(.init()))
    }

    @Test("mailbox: a reader that is held back goes on when there is room, and when nobody waits any more")
    func room() async {
        let mailbox = StreamMailbox(limits: StreamLimits(requests: 1, ids: 100))
        let reader = Task { for _ in 0..<3 { await mailbox.put(.init()) } }
        for _ in 0..<2 {
            #expect(await mailbox.take()?.count == 1)
            mailbox.answered(requests: 1, ids: 1)
        }
        #expect(await mailbox.take()?.count == 1)
        mailbox.abandon()
        #expect(await mailbox.take() == nil)
        await reader.value
    }

    @Test("mailbox: knows whether it was the server or the client that ended the stream")
    func whoEnds() {
        let byClient = StreamMailbox(limits: StreamLimits(requests: 1, ids: 1))
        byClient.finish()
        byClient.cutShort()
        #expect(!byClient.isCutShort)
        let byServer = StreamMailbox(limits: StreamLimits(requests: 1, ids: 1))
        byServer.cutShort()
        byServer.finish()
        #expect(byServer.isCutShort)
    }

    @Test("mailbox: ends when no request comes any more and all are answered, not before")
    func end() async {
        let mailbox = StreamMailbox(limits: StreamLimits(requests: 10, ids: 100))
        await mailbox.put(.init())
        mailbox.finish()
        #expect(await mailbox.take()?.count == 1)
        mailbox.post(order, StreamAnswers())
        #expect(await mailbox.take()?.count == 1)
        mailbox.answered(requests: 1, ids: 1)
        #expect(await mailbox.take() == nil)
    }
}
