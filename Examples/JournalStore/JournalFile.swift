import Foundation
import Frond

/// A text file to which every change of a tag is appended as a line of JSON; the last line of a tag counts.
///
/// All processes that use the file take turns by a lock on it. A line without its end is what a crash left of a change
/// that was never confirmed, and is cut off.
struct JournalFile: ~Copyable {
    private let descriptor: Int32
    private let path: String
    /// The bytes that were read so far.
    private var length: off_t = 0
    private(set) var records: [Tag: TagRecord] = [:]

    init(path: String) throws(FrondError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure("open", path) }
    }

    deinit {
        close(descriptor)
    }

    /// Runs a change while no other process reads or writes: `body` sees the present records and returns the one to put
    /// in place, or nil for none.
    /// - Returns: once the change is durable.
    mutating func change(
        _ body: ([Tag: TagRecord]) throws(FrondError) -> TagRecord?
    ) throws(FrondError) {
        guard flock(descriptor, LOCK_EX) == 0 else { throw Self.failure("lock", path) }
        defer { flock(descriptor, LOCK_UN) }
        try readNew()
        guard let record = try body(records) else { return }
        try append(record)
        records[record.tag] = record
    }

    /// Reads the lines that this or another process has appended since.
    private mutating func readNew() throws(FrondError) {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = pread(descriptor, &buffer, buffer.count, length + off_t(bytes.count))
            guard count >= 0 else { throw Self.failure("read", path) }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        let whole = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        for line in bytes[..<whole].split(separator: UInt8(ascii: "\n")) {
            let record = try JournalLine(Data(line), path: path).record()
            records[record.tag] = record
        }
        length += off_t(whole)
        guard whole == bytes.count || ftruncate(descriptor, length) == 0 else { throw Self.failure("truncate", path) }
    }

    private mutating func append(_ record: TagRecord) throws(FrondError) {
        let line = try JournalLine(record).text(path: path)
        // A short write or a failed sync leaves it unknown whether the line is there. The next change reads it, if so:
        // the numbers are a gap.
        let written = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard written == line.count else { throw Self.failure("write", path) }
        guard fsync(descriptor) == 0 else { throw Self.failure("synchronise", path) }
        length += off_t(line.count)
    }

    private static func failure(_ action: String, _ path: String) -> FrondError {
        FrondError(
            .storeUnavailable,
            "cannot \(action) the journal '\(path)' (\(String(cString: strerror(errno)))); "
                + "check that its folder exists and can be written to",
            retryAfter: .seconds(1))
    }
}
