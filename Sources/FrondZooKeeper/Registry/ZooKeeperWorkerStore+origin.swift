public import Frond

extension ZooKeeperWorkerStore {
    public func origin() async throws(FrondError) -> RegistryOrigin {
        try origin(try await contents(of: [paths.origin], until: session.deadline)[0])
    }

    /// Makes the nodes that are missing, those above the registry's path too, and says how the registry begins.
    ///
    /// With a user and a password no other user can use the nodes that are made: one that others are to make nodes
    /// below must be there before.
    public func initialise(
        _ origin: RegistryOrigin, replacing expected: RegistryOrigin?
    ) async throws(FrondError) -> Bool {
        guard origin.id.isName else {
            throw FrondError(
                .invalidArgument,
                "'\(origin.id)' cannot name the beginning of a registry in ZooKeeper: use letters and digits")
        }
        let deadline = session.deadline
        let current = try await contents(of: [paths.origin], until: deadline)[0]
        guard try current.map({ content throws(FrondError) in try self.origin(content) }) == expected else {
            return false
        }
        for folder in paths.folders { try await make(folder, until: deadline) }
        var changes: [Change] = [.create(paths.mark(of: origin.id), text: "")]
        if let current, let expected {
            // A writer that read the earlier state makes no change any more: its mark goes.
            let mark = paths.mark(of: expected.id)
            if try await contents(of: [mark], until: deadline)[0] != nil { changes.insert(.delete(mark), at: 0) }
            changes.insert(.set(paths.origin, text: origin.text, version: current.version), at: 0)
        } else {
            changes.insert(.create(paths.origin, text: origin.text), at: 0)
        }
        let request = Request.change(changes)
        switch try await session.send([request], until: deadline)[0] {
        case .done: return true
        case .failed(.nodeExists, _), .failed(.versionChanged, _), .failed(.noNode, _): return false
        case .failed(let failure, _): throw FrondError(failure, request, configuration)
        case .node, .children: return false
        }
    }

    func origin(_ content: Content?) throws(FrondError) -> RegistryOrigin {
        guard let content else { throw .registryLost(configuration.description) }
        let place = "node '\(paths.origin)' of ZooKeeper at \(configuration.servers)"
        guard let text = String(validating: content.bytes, as: UTF8.self) else {
            throw FrondError(.storeCorrupt, "\(place) is not text, so the beginning of the registry is unknown")
        }
        let origin = try RegistryOrigin(text: text, at: place)
        guard origin.id.isName else {
            throw FrondError(.storeCorrupt, "\(place) has the ID '\(origin.id)', which cannot name a node")
        }
        return origin
    }

    /// Makes a node, unless it is there.
    private func make(_ path: String, until deadline: ContinuousClock.Instant) async throws(FrondError) {
        // A client without create rights gets no error for a node that exists.
        let there = Request.children(path)
        switch try await session.read([there], until: deadline)[0] {
        case .failed(.noNode, _): break
        case .failed(.interrupted, _): throw FrondError(.interrupted, there, configuration)
        case .failed, .children, .node, .done: return
        }
        let request = Request.change([.create(path, text: "")])
        switch try await session.send([request], until: deadline)[0] {
        case .done, .failed(.nodeExists, _), .node, .children: return
        case .failed(let failure, _): throw FrondError(failure, request, configuration)
        }
    }
}

extension String {
    /// True if the text can name a node: ASCII letters and digits.
    fileprivate var isName: Bool {
        !isEmpty
            && unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil)
            }
    }
}
