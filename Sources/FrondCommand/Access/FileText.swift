import SystemPackage

/// The bytes of small files.
enum FileText {
    /// Reads a file, up to one byte more than a limit.
    /// - Throws: `Errno`.
    static func bytes(of path: String, upTo limit: Int) throws -> [UInt8] {
        let file = try FileDescriptor.open(FilePath(path), .readOnly)
        return try file.closeAfter {
            var bytes: [UInt8] = []
            var part = [UInt8](repeating: 0, count: 4096)
            while bytes.count <= limit {
                let length = try part.withUnsafeMutableBytes { try file.read(into: $0) }
                guard length > 0 else { break }
                bytes += part[..<length]
            }
            return bytes
        }
    }
}
