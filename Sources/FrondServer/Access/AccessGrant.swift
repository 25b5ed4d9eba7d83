public import Frond

/// A permission of a caller: a scope, on all tags or on some.
///
/// Written `ids`, `ids:order*` for the tags that begin with `order`, or `ids:order` for that tag alone.
public struct AccessGrant: Hashable, Sendable, CustomStringConvertible {
    private enum Extent: Hashable, Sendable {
        case everything
        case tag(String)
        case prefix(String)
    }

    /// The scope of the actions.
    public let scope: AccessScope
    private let extent: Extent

    /// Reads a grant.
    /// - Throws: `invalidArgument`, naming the text and what is allowed.
    public init(_ text: String) throws(FrondError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first, let scope = AccessScope(rawValue: String(name)) else {
            throw FrondError(
                .invalidArgument,
                "unknown scope '\(text.printable(limit: 100))'; use one of \(AccessScope.names), with ':' and a tag or "
                    + "'order*' to narrow it")
        }
        self.scope = scope
        guard parts.count == 2 else {
            extent = .everything
            return
        }
        guard scope.concernsTags else {
            throw FrondError(
                .invalidArgument,
                "'\(text.printable(limit: 100))' narrows a scope that concerns no tags; use '\(scope.rawValue)'")
        }
        extent = try Self.extent(parts[1], of: text)
    }

    private static func extent(_ tags: Substring, of text: String) throws(FrondError) -> Extent {
        if tags == "*" { return .everything }
        let name = tags.hasSuffix("*") ? tags.dropLast() : tags
        guard Tag.isValid(name.utf8) else {
            throw FrondError(
                .invalidArgument,
                "'\(text.printable(limit: 100))' names no tag behind its ':'; use a tag, or a beginning and '*'"
            )
        }
        return tags.hasSuffix("*") ? .prefix(String(name)) : .tag(String(name))
    }

    /// True where the grant covers an action.
    /// - Parameter tag: nil for an action that concerns no tag, or all tags.
    func covers(_ scope: AccessScope, _ tag: Tag?) -> Bool {
        guard self.scope == scope || self.scope == .admin else { return false }
        switch extent {
        case .everything: return true
        case .tag(let name): return tag?.name == name
        case .prefix(let prefix): return tag?.name.hasPrefix(prefix) ?? false
        }
    }

    /// True where the grant covers the action for one tag at least.
    func coversSome(_ scope: AccessScope) -> Bool { self.scope == scope || self.scope == .admin }

    public var description: String {
        switch extent {
        case .everything: scope.rawValue
        case .tag(let name): "\(scope.rawValue):\(name)"
        case .prefix(let prefix): "\(scope.rawValue):\(prefix)*"
        }
    }
}
