#if os(Linux)
    import CFileSystem
#endif
#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The place where a file lives: the machine, its boot, and the file's device and number.
///
/// A file that numbers are reserved in keeps the place it was made at. A copy of it (of the file, of its directory or
/// of the volume) finds itself at another place, and is refused until an operator says that it is the one to go on
/// with: the original and the copy would issue the same IDs.
///
/// A reboot, a remount, a rename and a move of a block volume to a machine without a machine ID (a container) keep the
/// place. Not noticed are a machine that was cloned whole and rebooted with its machine ID, and one that was cloned
/// while running, with its memory.
package struct FileHome: Hashable, Sendable {
    /// `/etc/machine-id`; empty where there is none, as in most containers.
    package var machine: String
    /// The boot ID of the kernel; empty where it is not known.
    package var boot: String
    /// Major and minor number of the device, such as `8:1`.
    package var device: String
    /// The number of the file on its device.
    package var number: UInt64
    /// The time at which the file was made, in nanoseconds since 1970; nil where it is not known. Numbers of files that
    /// were removed are used again.
    package var birth: Int64?

    package init(machine: String, boot: String, device: String, number: UInt64, birth: Int64? = nil) {
        self.birth = birth
        self.machine = machine
        self.boot = boot
        self.device = device
        self.number = number
    }

    /// The reason that a file which recorded a place is a copy at this one; nil where it is the same file.
    /// - Parameter mountedDevices: the devices mounted now.
    package func difference(from recorded: FileHome, mountedDevices: Set<String>) -> String? {
        let isSameBoot = !boot.isEmpty && boot == recorded.boot
        if let birth, let before = recorded.birth, birth != before {
            return "it was made at another time than the file that issued before"
        }
        if isSameBoot, device == recorded.device, number == recorded.number { return nil }
        if number != recorded.number { return "it is file \(number) on its disk and was file \(recorded.number)" }
        if !machine.isEmpty, !recorded.machine.isEmpty, machine != recorded.machine {
            return "it is on machine \(machine) and was on machine \(recorded.machine)"
        }
        if isSameBoot, mountedDevices.contains(recorded.device) {
            return "it is on device \(device), and device \(recorded.device), where it was, is mounted too"
        }
        return nil
    }

    /// The place as files keep it, on one line.
    package var text: String {
        let place = "\(machine.isEmpty ? "-" : machine) \(boot.isEmpty ? "-" : boot) \(device) \(number)"
        return birth.map { "frond home 2 \(place) \($0)" } ?? "frond home 1 \(place)"
    }

    /// - Returns: nil for a text that is not one of ``text``.
    package init?(text: String) {
        let parts = text.split(whereSeparator: { $0 == " " || $0 == "\n" })
        guard parts.count == 7 || parts.count == 8, parts[0] == "frond", parts[1] == "home",
            parts[2] == (parts.count == 7 ? "1" : "2"), let number = UInt64(parts[6])
        else { return nil }
        let birth = parts.count == 8 ? Int64(parts[7]) : nil
        guard parts.count == 7 || birth != nil else { return nil }
        self.init(
            machine: parts[3] == "-" ? "" : String(parts[3]), boot: parts[4] == "-" ? "" : String(parts[4]),
            device: String(parts[5]), number: number, birth: birth)
    }
}

extension FileHome {
    /// The place of an existing file; nil where it cannot be told. Its calls block.
    package init?(of path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        let device = UInt64(truncatingIfNeeded: status.st_dev)
        let major = (device >> 8) & 0xFFF | (device >> 32) & ~0xFFF
        let minor = device & 0xFF | (device >> 12) & ~0xFF
        self.init(
            machine: Self.line(of: "/etc/machine-id"), boot: Self.line(of: "/proc/sys/kernel/random/boot_id"),
            device: "\(major):\(minor)", number: UInt64(status.st_ino), birth: Self.birth(of: path))
    }

    /// The devices that are mounted now, as this process sees it.
    package static var mountedDevices: Set<String> {
        Set(
            FileDescriptor.text(of: "/proc/self/mountinfo").split(separator: "\n").compactMap { line in
                let fields = line.split(separator: " ", maxSplits: 3)
                return fields.count > 2 ? String(fields[2]) : nil
            })
    }

    #if os(Linux)
        private static func birth(of path: String) -> Int64? {
            let birth = file_birth_nanoseconds(path)
            return birth < 0 ? nil : birth
        }
    #else
        private static func birth(of path: String) -> Int64? { nil }
    #endif

    private static func line(of path: String) -> String {
        let text = FileDescriptor.text(of: path)
        let line = String(text.prefix { $0 != "\n" })
        return line.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } ? line : ""
    }

    /// The error for a file that is a copy.
    /// - Parameters:
    ///   - reason: as ``difference(from:mountedDevices:)`` has it.
    ///   - code: of the error.
    package static func copied(_ path: String, _ reason: String, code: FrondError.Code) -> FrondError {
        FrondError(
            code,
            "'\(path)' is a copy, or was moved or restored: \(reason). Where the original still runs, both would "
                + "issue the same IDs. If this is the one to go on with, stop the other for good and run 'frond store "
                + "adopt' here; after restoring a backup, with --skip N, more numbers than were issued of any tag since"
        )
    }
}
