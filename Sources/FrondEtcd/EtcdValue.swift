import Foundation

/// The value of a key at the time it was read.
struct EtcdValue: Sendable {
    var key: String
    /// Nil where there was nothing.
    var value: Data?
    /// The revision of the last change of the key; 0 where there was nothing.
    var modRevision: Int64

    init(key: String, pair: Mvccpb_KeyValue?) {
        self.key = key
        value = pair?.value
        modRevision = pair?.modRevision ?? 0
    }

    /// Nil where there was nothing.
    var text: String? { value.map { String(decoding: $0, as: UTF8.self) } }
}
