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

/// The kind of file system that a path is on, by the number that `statfs` returns.
package struct FileSystemKind: Hashable, Sendable {
    /// `f_type` of `statfs`, as Linux has it in `linux/magic.h`.
    package var magic: UInt32

    package init(magic: UInt32) {
        self.magic = magic
    }

    /// The kinds whose files are on another machine or behind another process: locks and flushes do not hold there as
    /// they do on a local disk.
    private static let distant: [UInt32: String] = [
        0x0000_6969: "NFS", 0x0000_517B: "SMB", 0xFF53_4D42: "CIFS", 0xFE53_4D42: "SMB2", 0x0102_1997: "9p",
        0x6573_5546: "FUSE", 0x0000_564C: "NCP", 0x5346_414F: "AFS", 0x6B41_4653: "AFS", 0x7375_7245: "Coda",
        0x00C3_6400: "Ceph", 0x0116_1970: "GFS2", 0x7461_636F: "OCFS2", 0x0BD0_0BD0: "Lustre", 0x4750_4653: "GPFS",
        0x786F_4256: "VirtualBox shared folder", 0xBACB_ACBC: "VMware shared folder",
        0x7C7C_6673: "Parallels shared folder", 0x1983_0326: "BeeGFS", 0xAAD7_AAEA: "PanFS", 0x6163_6673: "ACFS",
    ]

    /// The name of the kind where files on it are not safe to reserve in; nil for a local one.
    package var distantName: String? { Self.distant[magic] }

    #if os(Linux)
        /// The kind that a path is on, or the nearest directory above it that exists; nil where that is not known.
        package init?(at path: String) {
            var path = path
            var status = statfs()
            while statfs(path, &status) != 0 {
                guard errno == ENOENT, path != "/", !path.isEmpty else { return nil }
                let above = path.lastIndex(of: "/").map { String(path[..<$0]) }
                path = above.map { $0.isEmpty ? "/" : $0 } ?? "."
            }
            magic = UInt32(truncatingIfNeeded: status.f_type)
        }
    #else
        package init?(at path: String) { nil }
    #endif

    /// Refuses a path on a file system that is not local.
    /// - Parameters:
    ///   - kind: of the path; a test passes another.
    ///   - code: of the error.
    /// - Throws: an error of `code` with the reason and the cure.
    package static func check(
        _ path: String, kind: FileSystemKind?, code: FrondError.Code
    ) throws(FrondError) {
        guard let name = kind?.distantName else { return }
        throw FrondError(
            code,
            "'\(path)' is on a file system of kind \(name), where the locks and flushes that keep numbers unique do "
                + "not hold; put it on a local disk (ext4, xfs, a block volume), or use a store on a server, such as "
                + "mysql://"
        )
    }
}
