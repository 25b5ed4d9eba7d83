#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// An open file, closed with this object.
final class FileDescriptor: Sendable {
    let number: Int32

    init(_ path: String, _ flags: Int32) throws(FrondError) {
        // Readable by all, writable by the owner.
        number = open(path, flags, 0o644)
        guard number >= 0 else { throw FrondError.file(path, "open") }
    }

    deinit {
        close(number)
    }

    /// The text of a small file; empty where it cannot be read.
    static func text(of path: String) -> String {
        guard let file = FileDescriptor(reading: path) else { return "" }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        var count = 0
        while count < bytes.count {
            let read = bytes[count...].withUnsafeMutableBytes { systemRead(file.number, $0.baseAddress, $0.count) }
            if read == 0 || read < 0 && errno != EINTR { break }
            count += max(0, read)
        }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    private init?(reading path: String) {
        number = open(path, O_RDONLY | O_CLOEXEC)
        if number < 0 { return nil }
    }

    func write(_ bytes: [UInt8], path: String) throws(FrondError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { systemWrite(number, $0.baseAddress, $0.count) }
            if written >= 0 {
                rest = rest.dropFirst(written)
            } else if errno != EINTR {
                throw FrondError.file(path, "write")
            }
        }
    }
}

func systemRead(_ file: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(file, buffer, count)
}

private func systemWrite(_ file: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
    write(file, buffer, count)
}

extension FrondError {
    /// The error of the last call to the system.
    static func file(_ path: String, _ verb: String) -> FrondError {
        let reason = strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
        return FrondError(.registryUnavailable, "cannot \(verb) \(path): \(reason)", retryAfter: .seconds(1))
    }
}
