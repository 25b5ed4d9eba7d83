import Foundation
import Frond
import SystemPackage

/// A file that holds one secret, as container platforms mount it.
struct SecretFile {
    /// The greatest size in bytes: no password or key comes near it.
    private static let limit = 64 << 10

    let setting: SettingKey
    let path: String

    /// Reads the secret, without the line endings behind it.
    /// - Throws: ``CommandFailure`` where the file cannot be read, is empty, too large, or not text; the secret itself
    ///   is
    ///   not shown.
    func read() throws -> String {
        var bytes: [UInt8]
        do {
            bytes = try FileText.bytes(of: path, upTo: Self.limit)
        } catch let error as Errno {
            throw refusal("cannot be read: \(error); give this user the right to read it")
        }
        guard bytes.count <= Self.limit else { throw refusal("is larger than \(Self.limit) bytes; name another file") }
        while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard !bytes.isEmpty else { throw refusal("is empty; write the secret to it") }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw refusal("is not text in UTF-8; write the secret to it as text")
        }
        return text
    }

    private func refusal(_ reason: String) -> CommandFailure {
        CommandFailure(
            .configuration, "\(EnvironmentNames.name(of: setting))_FILE: the file \(path.printable()) \(reason)")
    }
}
