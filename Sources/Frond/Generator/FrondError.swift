/// Why an ID could not be given, or a change could not be made.
///
/// The ``code`` is for programs and maps to an HTTP status and a gRPC code; the ``message`` is one sentence
/// for people that names the thing, the value and the cure.
public struct FrondError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, for programs.
    public enum Code: String, Sendable, CaseIterable {
        /// A tag, a count or a setting that can never be right.
        case invalidArgument = "invalid-argument"
        /// No such tag in the store.
        case unknownTag = "unknown-tag"
        /// The tag names its generators, and the one that was asked is not among them.
        case generatorNotOfTag = "generator-not-of-tag"
        /// The tag to be created is there already.
        case tagExists = "tag-exists"
        /// The tag has given out its last number.
        case exhausted
        /// The store does not answer, or answers with an error.
        case storeUnavailable = "store-unavailable"
        /// The store offers numbers that this process was given before.
        case storeWentBack = "store-went-back"
        /// The store holds something that Frond cannot read.
        case storeCorrupt = "store-corrupt"
        /// The wait for the store reached its bound.
        case timedOut = "timed-out"
        /// More callers are waiting than the bound allows.
        case overloaded
        /// The generator was shut down.
        case shutDown = "shut-down"
        /// The calling task was cancelled.
        case cancelled
        /// Every worker ID is held by somebody.
        case workerIDsExhausted = "worker-ids-exhausted"
        /// The worker ID was taken by another server: this one may no longer issue with it.
        case workerIDTaken = "worker-id-taken"
        /// The worker ID asked for is held by a live process.
        case workerIDHeld = "worker-id-held"
        /// The registry of worker IDs does not answer, or answers with an error.
        case registryUnavailable = "registry-unavailable"
        /// The registry of worker IDs was not initialised, or was wiped.
        case registryLost = "registry-lost"
        /// The clock is behind what was issued already.
        case clockMovedBackwards = "clock-moved-backwards"
        /// The layout has given out its last tick.
        case layoutExhausted = "layout-exhausted"
    }

    public var code: Code
    public var message: String
    /// How long a caller should wait before trying again; nil where trying again does not help.
    public var retryAfter: Duration?
    /// The error beneath, from a library or a server.
    public var cause: (any Error)?
    /// Whether it concerns one tag only, whatever the code: the store itself answers, and need not be spared.
    package var isOfOneTag = false
    /// Whether it concerns all tags, where its code alone does not say so: not a damaged record but a damaged file.
    package var isOfWholeStore = false

    public init(_ code: Code, _ message: String, retryAfter: Duration? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
        self.cause = cause
    }

    public var description: String {
        guard let cause else { return message }
        return "\(message) (\(cause))"
    }
}

extension FrondError {
    package static func unknown(_ tag: Tag) -> FrondError {
        FrondError(.unknownTag, "there is no tag '\(tag)': create it with 'frond tag create \(tag)'")
    }

    package static func exists(_ tag: Tag) -> FrondError {
        FrondError(.tagExists, "tag '\(tag)' exists already: change it with 'frond tag set \(tag)'")
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
