import Frond

/// The part of a list of tags that one request asks for.
struct TagPage {
    /// The number of tags on a page: the default and the largest.
    private static let usualLimit = 100
    private static let largestLimit = 1000
    /// The parameters of a request.
    static let parameters = ["after", "limit", "periods"]

    /// The name behind which the page begins; nil for the first page.
    private let after: String?
    private let limit: Int
    /// True where the records of periods are listed too.
    private let hasPeriods: Bool

    /// - Throws: ``Problem`` naming the parameter, its value and what is allowed.
    init(_ query: QueryParameters) throws {
        after = query["after"]
        limit =
            try query["limit"].map { text in
                guard let limit = Int(digits: text), (1...Self.largestLimit).contains(limit) else {
                    throw Problem.badRequest("limit '\(text)' is not a number from 1 to \(Self.largestLimit)")
                }
                return limit
            } ?? Self.usualLimit
        hasPeriods =
            switch query["periods"] {
            case nil, "false": false
            case "true": true
            case .some(let text): throw Problem.badRequest("periods '\(text)' is not allowed; use true or false")
            }
    }

    /// True for the page that the rows that are not served are listed on: the first one.
    var isFirst: Bool { after == nil }

    /// The tags of the page, out of all of them in order, and the name behind which the next one begins.
    func tags(of records: [TagRecord]) -> (page: [TagRecord], next: String?) {
        // By bytes, as stores list them.
        let rest = records.lazy.filter { record in
            (hasPeriods || record.tag.periodTag == nil)
                && (after.map { $0.utf8.lexicographicallyPrecedes(record.tag.name.utf8) } ?? true)
        }
        let page = Array(rest.prefix(limit + 1))
        guard page.count > limit else { return (page, nil) }
        return (Array(page.prefix(limit)), page[limit - 1].tag.name)
    }
}
