/// The reason an ID could not be issued or a change could not be made.
///
/// The ``code`` is for programs and maps to an HTTP status and a gRPC code; the ``message`` is one sentence
/// for people that names the thing, the value and the cure.
public struct FrondError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure, for programs.
    public enum Code: String, Sendable, CaseIterable {
        /// A tag, a count or a setting is invalid and stays so.
        case invalidArgument = "invalid-argument"
        /// The store has no such tag.
        case unknownTag = "unknown-tag"
        /// The tag names its generators, and the requested one is not among them.
        case generatorNotOfTag = "generator-not-of-tag"
        /// The requested generator is not enabled here.
        case generatorNotEnabled = "generator-not-enabled"
        /// The tag was retired: it issues nothing, and its name is not used again.
        case tagRetired = "tag-retired"
        /// The tag to be created exists already.
        case tagExists = "tag-exists"
        /// The settings of the tag changed since they were read: this request changed nothing.
        case conflict
        /// The tag has issued its last number, or has fewer left than are needed.
        case exhausted
        /// The store does not answer, or answers with an error.
        case storeUnavailable = "store-unavailable"
        /// The store offers numbers that it gave this process before.
        case storeWentBack = "store-went-back"
        /// The store holds data that Frond cannot read.
        case storeCorrupt = "store-corrupt"
        /// The wait for the store reached its bound.
        case timedOut = "timed-out"
        /// More callers are waiting than the bound allows.
        case overloaded
        /// The generator is shut down.
        case shutDown = "shut-down"
        /// The calling task was cancelled.
        case cancelled
        /// Every worker ID is in use.
        case workerIDsExhausted = "worker-ids-exhausted"
        /// Another server took the worker ID; this one may no longer issue with it.
        case workerIDTaken = "worker-id-taken"
        /// A live process holds the requested worker ID.
        case workerIDHeld = "worker-id-held"
        /// The registry of worker IDs does not answer, or answers with an error.
        case registryUnavailable = "registry-unavailable"
        /// The registry of worker IDs was not initialised, or was wiped.
        case registryLost = "registry-lost"
        /// The clock is behind the last ID.
        case clockMovedBackwards = "clock-moved-backwards"
        /// The layout has issued its last tick.
        case layoutExhausted = "layout-exhausted"
        /// The server does not know the caller: the token is missing, malformed, unknown or expired.
        case unauthenticated
        /// The server knows the caller and does not allow the request.
        case permissionDenied = "permission-denied"
        /// The caller, or all callers of the tag together, request more than the server's limits allow.
        case rateLimited = "rate-limited"
    }

    /// The kind of failure, for programs.
    public var code: Code
    /// One sentence for people: the thing, the value and the cure.
    public var message: String
    /// The time a caller should wait before the next attempt; nil where another attempt does not help.
    public var retryAfter: Duration?
    /// The underlying error, from a library or a server.
    public var cause: (any Error)?
    /// The scope where it differs from the one of the code.
    private var statedScope: Scope?

    /// Creates an error with the usual scope of its code.
    public init(_ code: Code, _ message: String, retryAfter: Duration? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
        self.cause = cause
    }

    /// The message, and the underlying error in parentheses.
    public var description: String {
        guard let cause else { return message }
        return "\(message) (\(cause))"
    }
}

extension FrondError {
    /// The extent of a failure: a client keeps asking for everything outside of it.
    public enum Scope: String, Sendable, CaseIterable, Comparable {
        /// This request only.
        case request
        /// Every request for the same tag; the store answers for other tags.
        case tag
        /// Every request that needs the same store, registry or clock.
        case store

        public static func < (left: Scope, right: Scope) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .request: 0
            case .tag: 1
            case .store: 2
            }
        }
    }

    /// The extent of the failure: by default the usual one of its ``code``.
    ///
    /// A store states it where the code alone misleads: ``Code/storeUnavailable`` of one contended row is
    /// ``Scope/tag``; ``Code/storeCorrupt`` of a damaged file is ``Scope/store``.
    public var scope: Scope {
        get { statedScope ?? code.usualScope }
        set { statedScope = newValue }
    }

    /// A copy of this error with another scope.
    package func scoped(_ scope: Scope) -> FrondError {
        var error = self
        error.scope = scope
        return error
    }
}

extension FrondError.Code {
    fileprivate var usualScope: FrondError.Scope {
        switch self {
        case .invalidArgument, .cancelled, .shutDown, .rateLimited: .request
        case .unknownTag, .generatorNotOfTag, .generatorNotEnabled, .tagRetired, .tagExists, .conflict, .exhausted,
            .storeWentBack, .storeCorrupt, .overloaded, .permissionDenied:
            .tag
        case .storeUnavailable, .timedOut, .workerIDsExhausted, .workerIDTaken, .workerIDHeld, .registryUnavailable,
            .registryLost, .clockMovedBackwards, .layoutExhausted, .unauthenticated:
            .store
        }
    }
}

extension FrondError {
    package static func unknown(_ tag: Tag) -> FrondError {
        FrondError(.unknownTag, "tag '\(tag)' does not exist: create it with 'frond tag create \(tag)'")
    }

    package static func retired(_ tag: Tag) -> FrondError {
        FrondError(
            .tagRetired,
            "tag '\(tag)' is retired and issues no more IDs: use another tag, or bring it back with 'frond tag retire "
                + "\(tag) --undo'")
    }

    package static func exists(_ tag: Tag) -> FrondError {
        FrondError(.tagExists, "tag '\(tag)' exists already: change it with 'frond tag set \(tag)'")
    }

    package static func notEnabled(_ generator: GeneratorKind) -> FrondError {
        FrondError(.generatorNotEnabled, "this server has no \(generator.rawValue) generator enabled")
    }

    static func shutDown(_ tag: Tag) -> FrondError {
        FrondError(.shutDown, "the generator of tag '\(tag)' is shut down", retryAfter: .seconds(1))
    }

    static func cancelled(_ tag: Tag) -> FrondError {
        FrondError(.cancelled, "the request for tag '\(tag)' was cancelled")
    }

    static func timedOut(_ tag: Tag, after limit: Duration) -> FrondError {
        FrondError(
            .timedOut, "no number for tag '\(tag)' within \(limit): the store is slow", retryAfter: .seconds(1))
    }

    static func overloaded(_ tag: Tag, waiting: Int) -> FrondError {
        FrondError(
            .overloaded, "\(waiting) callers are waiting for tag '\(tag)' already", retryAfter: .seconds(1))
    }
}
