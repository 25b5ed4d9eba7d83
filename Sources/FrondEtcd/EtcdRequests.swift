import Foundation
import SwiftProtobuf

extension Etcdserverpb_RangeRequest {
    /// A read of one key.
    static func at(_ key: String) -> Self {
        .with { $0.key = Data(key.utf8) }
    }

    /// A read of all keys with a prefix.
    /// - Parameter prefix: ends with a slash.
    static func below(_ prefix: String) -> Self {
        .with {
            $0.key = Data(prefix.utf8)
            // The first text beyond: a slash is followed by 0.
            $0.rangeEnd = Data((prefix.dropLast() + "0").utf8)
        }
    }
}

extension Etcdserverpb_TxnRequest {
    /// Reads keys as they stand at one moment.
    static func reading(_ keys: [String]) -> Self {
        .with { $0.success = keys.map { key in .with { $0.requestRange = .at(key) } } }
    }

    /// Puts a text under a key where that one, and others, are still what was read.
    static func putting(_ text: String, _ key: String, ifUnchanged found: [EtcdValue]) -> Self {
        .with {
            $0.compare = found.flatMap { Etcdserverpb_Compare.unchanged($0) }
            $0.success = [
                .with {
                    $0.requestPut = .with {
                        $0.key = Data(key.utf8)
                        $0.value = Data(text.utf8)
                    }
                }
            ]
        }
    }
}

extension Etcdserverpb_Compare {
    /// The revision tells every change. The value is compared as well, since revisions come again in an etcd whose data
    /// were lost or restored from a copy.
    fileprivate static func unchanged(_ found: EtcdValue) -> [Self] {
        let revision = Self.with {
            $0.result = .equal
            $0.target = .mod
            $0.key = Data(found.key.utf8)
            $0.modRevision = found.modRevision
        }
        guard let value = found.value else { return [revision] }
        let content = Self.with {
            $0.result = .equal
            $0.target = .value
            $0.key = Data(found.key.utf8)
            $0.value = value
        }
        return [revision, content]
    }
}
