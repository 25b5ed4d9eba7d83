import FrondBench

/// The results of ``GeneratorBenchmark/measureManyTags(count:)``.
struct ManyTagsReport: Codable, Sendable {
    /// The number of tags where only few are in use: enough that a collision in a hash table evens out.
    static var fewTags: Int { 64 }

    /// The number of tags that were touched.
    var tags: Int
    /// An ID of a few tags in turn where no others are known; each looked up by its name, as a server does.
    var nanosecondsPerIDFewTagsAlone: Double
    /// An ID of the same few tags where all tags were touched.
    var nanosecondsPerIDFewTagsAmongMany: Double
    /// An ID of all tags in turn: what it costs that they do not fit into the processor's caches.
    var nanosecondsPerIDAllTags: Double
    /// The growth of the process by touching the tags, for each of them, without the store's memory.
    /// Nil where the system does not say.
    var residentBytesPerTag: Double?
}

extension ManyTagsReport: CustomStringConvertible {
    /// A table for people.
    var description: String {
        var table = TextColumns(header: ["\(tags) tags", "ns/ID"])
        table.add(["\(Self.fewTags) tags in turn, alone", decimal(nanosecondsPerIDFewTagsAlone, places: 1)])
        table.add(["\(Self.fewTags) tags in turn, all touched", decimal(nanosecondsPerIDFewTagsAmongMany, places: 1)])
        table.add(["all tags in turn", decimal(nanosecondsPerIDAllTags, places: 1)])
        let memory = residentBytesPerTag.map { decimal($0, places: 0) } ?? "unknown"
        return "\(table)\nresident bytes a tag: \(memory)"
    }
}
