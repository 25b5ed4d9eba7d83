import Frond
import FrondTesting
import Testing

@Suite("The settings of tags as a server last read them", .timeLimit(.minutes(5)))
struct TagSettingsStateMachineTests {
    private typealias Machine = TagSettingsStateMachine

    private let tag: Frond.Tag

    init() throws { tag = try Frond.Tag("order") }

    private func record(
        _ tag: Frond.Tag? = nil, generators: [GeneratorKind] = [], maxID: Int64 = 1
    ) throws -> TagRecord {
        var record = try TagSettings(options: TagOptions(generators: generators)).newRecord(
            tag ?? self.tag, nowMilliseconds: 0)
        record.maxID = maxID
        return record
    }

    @Test("nothing is asked while no tag is known; then all once, and from then on what changed, with an overlap")
    func refreshes() throws {
        var machine = Machine()
        #expect(machine.refresh(now: .seconds(1)) == nil)
        _ = machine.read(try record(), of: tag, readAt: .seconds(2))
        #expect(machine.refresh(now: .seconds(3)) == .changed(within: .seconds(2) + Machine.overlap))
        _ = machine.refreshed([], by: .changed(within: .seconds(12)), start: .seconds(3), now: .seconds(3))
        #expect(machine.refresh(now: .seconds(5)) == .changed(within: .seconds(2) + Machine.overlap))
        // It was not answered: the next look reaches further back.
        #expect(machine.refresh(now: .seconds(9)) == .changed(within: .seconds(6) + Machine.overlap))
        #expect(machine.refresh(now: .seconds(1) + Machine.fullPause) == .all)
        _ = machine.refreshed([try record()], by: .all, start: .seconds(61), now: .seconds(61))
        #expect(machine.refresh(now: .seconds(62)) == .changed(within: .seconds(1) + Machine.overlap))
    }

    @Test("a change that is listed counts from then on, and only one of a tag that was asked for is kept")
    func listed() throws {
        var machine = Machine()
        _ = machine.read(try record(), of: tag, readAt: .zero)
        let version = machine.version
        let other = try Frond.Tag("other")
        _ = machine.refreshed(
            [try record(generators: [.segment]), try record(other)], by: .changed(within: .zero), start: .seconds(1),
            now: .seconds(1))
        #expect(machine[tag]?.options.generators == [.segment])
        #expect(machine.version > version)
        #expect(machine.count == 1 && machine[other] == nil)
    }

    @Test("made-up names are forgotten before any tag is, and callers that remember something learn of it")
    func madeUpNames() throws {
        var machine = Machine()
        _ = machine.read(try record(maxID: 5), of: tag, readAt: .zero, confirms: true)
        let version = machine.version
        for number in 0..<Machine.namesCapacity {
            _ = machine.read(nil, of: try Frond.Tag("name-\(number)"), readAt: .zero)
        }
        #expect(machine.version == version && machine.count == Machine.namesCapacity + 1)
        let last = try Frond.Tag("one-more")
        _ = machine.read(nil, of: last, readAt: .zero)
        #expect(machine.version > version)
        #expect(machine.count == 2 && machine[last] != nil)
        #expect(machine[tag]?.isConfirmed == true)
        // A name that is a tag since takes no name's place.
        _ = machine.read(try record(last), of: last, readAt: .seconds(1))
        for number in 0..<Machine.namesCapacity {
            _ = machine.read(nil, of: try Frond.Tag("name-\(number)"), readAt: .zero)
        }
        #expect(machine[last]?.record != nil && machine.count == Machine.namesCapacity + 2)
    }

    @Test("a list that was read before a later read of one tag does not undo it")
    func late() throws {
        var machine = Machine()
        _ = machine.read(try record(generators: [.segment]), of: tag, readAt: .seconds(2))
        _ = machine.refreshed([try record()], by: .all, start: .seconds(1), now: .seconds(1))
        #expect(machine[tag]?.options.generators == [.segment])
    }

    @Test("known records that a list of all lacks are read on their own; names that are no tags are not")
    func missing() throws {
        var machine = Machine()
        _ = machine.read(try record(), of: tag, readAt: .zero)
        _ = machine.read(nil, of: try Frond.Tag("no-tag"), readAt: .zero)
        #expect(machine.refreshed([], by: .all, start: .seconds(1), now: .seconds(1)) == [tag])
        #expect(machine.refreshed([], by: .changed(within: .zero), start: .seconds(2), now: .seconds(2)) == [])
        #expect(machine.refreshed([try record()], by: .all, start: .seconds(3), now: .seconds(3)) == [])
    }

    @Test("settings are confirmed by a read that began when there was a number, of a record in use, and stay so")
    func confirmed() throws {
        var machine = Machine()
        #expect(!machine.read(try record(maxID: 11), of: tag, readAt: .zero).isConfirmed)
        #expect(!machine.read(try record(), of: tag, readAt: .seconds(1), confirms: true).isConfirmed)
        #expect(machine.read(try record(maxID: 11), of: tag, readAt: .seconds(2), confirms: true).isConfirmed)
        _ = machine.refreshed([try record(maxID: 11)], by: .all, start: .seconds(3), now: .seconds(3))
        #expect(machine[tag]?.isConfirmed == true)
    }

    @Test("memory is bounded: with too many tags all are forgotten, and what was said of them holds no more")
    func bounded() throws {
        var machine = Machine()
        var known = try record()
        for number in 0..<Machine.capacity {
            known.tag = try Frond.Tag("tag-\(number)")
            _ = machine.read(known, of: known.tag, readAt: .zero)
        }
        #expect(machine.count == Machine.capacity)
        let version = machine.version
        _ = machine.read(nil, of: tag, readAt: .zero)
        #expect(machine.count == 1 && machine.version > version)
    }

    @Test("looks that take long are made less often, within bounds")
    func pauses() throws {
        var machine = Machine()
        _ = machine.read(try record(), of: tag, readAt: .zero)
        func look(_ refresh: Machine.Refresh, _ elapsed: Duration) throws {
            _ = machine.refreshed([try record()], by: refresh, start: .zero, now: elapsed)
        }
        try look(.all, .milliseconds(10))
        #expect(machine.pause == Machine.refreshPause)
        try look(.changed(within: .zero), .milliseconds(10))
        #expect(machine.pause == Machine.refreshPause)
        try look(.changed(within: .zero), .milliseconds(100))
        #expect(machine.pause == .seconds(2))
        try look(.changed(within: .zero), .seconds(100))
        #expect(machine.pause == Machine.longestRefreshPause)
        #expect(machine.refresh(now: .seconds(60)) == .all)
        try look(.all, .seconds(1))
        #expect(machine.refresh(now: .seconds(199)) != .all)
        #expect(machine.refresh(now: .seconds(200)) == .all)
        try look(.all, .seconds(1000))
        #expect(machine.refresh(now: Machine.longestFullPause) == .all)
    }
}
