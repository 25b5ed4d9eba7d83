import Frond
import Testing

@Suite("The kind of a file system", .timeLimit(.minutes(5)))
struct FileSystemKindTests {
    @Test(
        "is refused where the files are on another machine or behind another process",
        arguments: [
            (0x6969 as UInt32, "NFS"), (0x517B, "SMB"), (0xFF53_4D42, "CIFS"), (0xFE53_4D42, "SMB2"),
            (0x0102_1997, "9p"), (0x6573_5546, "FUSE"), (0x00C3_6400, "Ceph"), (0x0BD0_0BD0, "Lustre"),
            (0x786F_4256, "VirtualBox shared folder"),
        ])
    func refused(magic: UInt32, name: String) {
        let error = #expect(throws: FrondError.self) {
            try FileSystemKind.check("/data", kind: FileSystemKind(magic: magic), code: .storeUnavailable)
        }
        #expect(error?.code == .storeUnavailable)
        #expect(error?.message.contains("kind \(name),") == true)
        #expect(error?.message.contains("local disk") == true)
    }

    @Test(
        "is served where they are on this machine: ext4, xfs, btrfs, zfs, f2fs, tmpfs, overlay, and an unknown one",
        arguments: [
            0xEF53 as UInt32, 0x5846_5342, 0x9123_683E, 0x2FC1_2FC1, 0xF2F5_2010, 0x0102_1994, 0x794C_7630, 0xDEAD,
        ])
    func served(magic: UInt32) throws {
        try FileSystemKind.check("/data", kind: FileSystemKind(magic: magic), code: .storeUnavailable)
        try FileSystemKind.check("/data", kind: nil, code: .storeUnavailable)
    }

    #if os(Linux)
        @Test("is that of the nearest directory that is there")
        func nearest() {
            #expect(FileSystemKind(at: "/proc/self")?.magic == 0x9FA0)
            #expect(FileSystemKind(at: "/proc/nowhere/at/all")?.magic == 0x9FA0)
            #expect(FileSystemKind(at: "/") != nil)
            #expect(FileSystemKind(at: "nowhere") != nil)
        }
    #endif
}
