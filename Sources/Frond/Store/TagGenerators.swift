import Synchronization

/// The generator of one tag, as ``TagGenerators`` keeps it.
protocol TagGenerator: AnyObject, Sendable {
    var tag: Tag { get }

    /// Ends a generator that never had a number and that nobody waits for; false for any other.
    func closeIfUnused() -> Bool

    func shutdown() async
}

/// The generators of all tags of one store, each made when it is first asked for.
final class TagGenerators<Generator: TagGenerator>: Sendable {
    private let make: @Sendable (Tag) -> Generator
    private let generators = Mutex<[Tag: Generator]>([:])

    init(make: @escaping @Sendable (Tag) -> Generator) {
        self.make = make
    }

    func generator(for tag: Tag) -> Generator {
        generators.withLock { generators in
            if let generator = generators[tag] { return generator }
            let generator = make(tag)
            generators[tag] = generator
            return generator
        }
    }

    /// The generator of a tag, if it was asked for before.
    func existing(for tag: Tag) -> Generator? {
        generators.withLock { $0[tag] }
    }

    /// Asks the generator of a tag for numbers, and forgets it where the tag turns out not to exist.
    func withGenerator<Value>(
        of tag: Tag, _ body: (Generator) async throws(FrondError) -> Value
    ) async throws(FrondError) -> Value {
        while true {
            let generator = generator(for: tag)
            do {
                return try await body(generator)
            } catch {
                let wasForgotten = forgetIfUnused(generator)
                // Somebody else forgot it between our look and our call: look again.
                if error.code == .shutDown, wasForgotten { continue }
                throw error
            }
        }
    }

    /// Keeps no memory of names that are no tags: whoever asks for a million of them must not fill it.
    /// - Returns: whether another caller had forgotten it before.
    private func forgetIfUnused(_ generator: Generator) -> Bool {
        generators.withLock { generators in
            guard generators[generator.tag] === generator else { return true }
            if generator.closeIfUnused() { generators[generator.tag] = nil }
            return false
        }
    }

    /// Shuts every generator down, at most `concurrency` at a time.
    func shutdown(concurrency: Int) async {
        let all = generators.withLock { Array($0.values) }
        await withTaskGroup(of: Void.self) { group in
            for (index, generator) in all.enumerated() {
                if index >= concurrency { await group.next() }
                group.addTask { await generator.shutdown() }
            }
        }
    }
}
