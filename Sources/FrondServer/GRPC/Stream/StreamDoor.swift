import Frond

/// The door as one stream asks it, which remembers its decisions about tags.
struct StreamDoor {
    /// The maximum number of tags that are remembered.
    private static let limit = 64

    private struct Key: Hashable {
        let tag: Tag
        let count: Int
    }

    private let access: AccessControl
    private let caller: Caller
    private var version: Int
    private var isOpen: Bool
    private var gates: [Key: RequestGate?] = [:]

    init(_ access: AccessControl, _ caller: Caller) {
        self.access = access
        self.caller = caller
        version = access.version
        isOpen = access.rules.isOpenToAll
    }

    /// Admits and counts a request.
    /// - Throws: as ``AccessControl/admit(_:_:of:ids:)``.
    mutating func admit(_ tag: Tag, ids count: Int) throws(FrondError) {
        if version != access.version {
            version = access.version
            isOpen = access.rules.isOpenToAll
            gates = [:]
        }
        if isOpen { return }
        let key = Key(tag: tag, count: count)
        let gate: RequestGate?
        if let known = gates[key] {
            gate = known
        } else {
            try access.check(caller, .ids, of: tag)
            gate = access.gate(for: caller, tag, ids: count)
            if gates.count >= Self.limit { gates = [:] }
            gates[key] = .some(gate)
        }
        if let refusal = gate?.admit() { throw refusal.error }
    }
}
