import Frond
import HTTPTypes

/// The version of a tag's settings as an entity tag of HTTP (RFC 9110, section 8.8.3).
enum EntityTag {
    /// The value of the field `ETag`.
    static func value(of record: TagRecord) -> String { "\"\(record.settings.version)\"" }
}

/// The condition of a request that changes a tag: the field `If-Match`.
enum VersionCondition {
    /// The tag may have any version.
    case any
    /// The tag has one of these versions. Empty for versions that no tag has.
    case oneOf([Int64])

    /// Reads the values of the field.
    /// - Throws: ``Problem`` for a value that is no list of entity tags.
    init(ifMatch values: [String]) throws(Problem) {
        guard !values.isEmpty else {
            self = .any
            return
        }
        let list = values.joined(separator: ",")
        let parts = list.split(separator: ",", omittingEmptySubsequences: !list.allSatisfy(\.isWhitespace))
            .map { $0.trimming(" \t") }
        guard parts != ["*"] else {
            self = .any
            return
        }
        var versions: [Int64] = []
        for part in parts {
            // A weak tag never matches, and neither does one of another server.
            let strong = part.hasPrefix("W/") ? part.dropFirst(2) : part
            guard strong.utf8.count >= 2, strong.hasPrefix("\""), strong.hasSuffix("\"") else {
                throw Problem.badRequest(
                    "If-Match '\(String(part).printable(limit: 100))' is not an entity tag; send the ETag of the tag "
                        + "as it was read, with its quotes")
            }
            if part == strong, let version = Int64(strong.dropFirst().dropLast()) { versions.append(version) }
        }
        self = .oneOf(versions)
    }

    /// The version that a change of a tag is bound to; nil for any.
    /// - Parameter record: the tag as it is.
    /// - Throws: ``Problem`` with status 412 where the condition does not hold.
    func version(_ record: TagRecord) throws(Problem) -> Int64? {
        switch self {
        case .any: return nil
        case .oneOf(let versions):
            guard versions.contains(record.settings.version) else { throw Problem.preconditionFailed(record.tag) }
            return record.settings.version
        }
    }
}

extension Problem {
    /// A change that was decided by other settings than the tag has.
    static func preconditionFailed(_ tag: Tag) -> Problem {
        Problem(
            status: .preconditionFailed, code: FrondError.Code.conflict.rawValue,
            detail: "the settings of tag '\(tag)' are not those of If-Match; read the tag again and decide again")
    }
}

extension Substring {
    /// The text without these ASCII characters at its ends.
    fileprivate func trimming(_ characters: String) -> Substring {
        var text = self
        while let first = text.first, characters.contains(first) { text.removeFirst() }
        while let last = text.last, characters.contains(last) { text.removeLast() }
        return text
    }
}
