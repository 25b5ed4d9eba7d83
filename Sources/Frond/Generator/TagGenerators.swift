import Synchronization

/// The generator of one tag, as ``TagGenerators`` keeps it.
protocol TagGenerator: AnyObject, Sendable {
    var tag: Tag { get }

    /// Ends a generator that never had a number and has no waiting caller; returns false for any other.
    func closeIfUnused() -> Bool

    /// Issues nothing more from now on, and waits for nothing.
    func stop()

    /// Ends the work under way, once stopped; skips the rest if the task is cancelled.
    func finish() async
}

/// The generators of all tags of one store, each made on first use.
final class TagGenerators<Generator: TagGenerator>: Sendable {
    private struct State: Sendable {
        var generators: [Tag: Generator] = [:]
        var isShutDown = false
    }

    private let make: @Sendable (Tag) -> Generator
    private let state = Mutex(State())

    init(make: @escaping @Sendable (Tag) -> Generator) {
        self.make = make
    }

    /// - Throws: `shutDown` once they are shut down: a generator made after that would never be ended.
    func generator(for tag: Tag) throws(FrondError) -> Generator {
        let generator: Generator? = state.withLock { state in
            if state.isShutDown { return nil }
            if let generator = state.generators[tag] { return generator }
            let generator = make(tag)
            state.generators[tag] = generator
            return generator
        }
        guard let generator else { throw .shutDown(tag) }
        return generator
    }

    /// Returns the generator of a tag that was requested before; nil for any other tag.
    func existing(for tag: Tag) -> Generator? {
        state.withLock { $0.generators[tag] }
    }

    /// Asks the generator of a tag for numbers, and forgets it if the tag does not exist.
    func withGenerator<Value>(
        of tag: Tag, _ body: (Generator) async throws(FrondError) -> Value
    ) async throws(FrondError) -> Value {
        while true {
            let generator = try generator(for: tag)
            do {
                return try await body(generator)
            } catch {
                let wasForgotten = forgetIfUnused(generator)
                // Another caller forgot it between the look and the call: look again.
                if error.code == .shutDown, wasForgotten { continue }
                throw error
            }
        }
    }

    /// Keeps no memory of names without a tag: a million of them must not fill it.
    /// - Returns: true if another caller forgot it before.
    private func forgetIfUnused(_ generator: Generator) -> Bool {
        state.withLock { state in
            guard state.generators[generator.tag] === generator else { return true }
            if generator.closeIfUnused() { state.generators[generator.tag] = nil }
            return false
        }
    }

    /// The time that the end of one generator may take; a call of the store that does not return goes on by itself.
    private static var retirementLimit: Duration { .seconds(5) }

    /// Forgets the generator of a tag and ends it. A caller that has it in hand and finds it ended looks for it again.
    func retire(_ tag: Tag, by time: any TimeSource) async {
        let generator = state.withLock { $0.isShutDown ? nil : $0.generators.removeValue(forKey: tag) }
        guard let generator else { return }
        generator.stop()
        _ = await withDeadline(Self.retirementLimit, by: time) { await generator.finish() }
    }

    /// Shuts every generator down, at most `concurrency` at a time.
    ///
    /// Returns once that is done or `limit` has passed.
    func shutdown(within limit: Duration, by time: any TimeSource, concurrency: Int) async {
        let all = state.withLock { state in
            state.isShutDown = true
            return Array(state.generators.values)
        }
        for generator in all { generator.stop() }
        _ = await withDeadline(limit, by: time, shieldsCancellation: true) {
            await withTaskGroup(of: Void.self) { group in
                for (index, generator) in all.enumerated() {
                    if index >= concurrency { await group.next() }
                    if Task.isCancelled { break }
                    group.addTask { await generator.finish() }
                }
            }
        }
    }
}
