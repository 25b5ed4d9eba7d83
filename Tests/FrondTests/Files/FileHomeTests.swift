import Frond
import Testing

@Suite("The place of a file", .timeLimit(.minutes(5)))
struct FileHomeTests {
    private let home = FileHome(machine: "m1", boot: "b1", device: "8:1", number: 42)

    private func difference(
        machine: String = "m1", boot: String = "b1", device: String = "8:1", number: UInt64 = 42,
        mounted: Set<String> = ["8:1", "8:17"]
    ) -> String? {
        FileHome(machine: machine, boot: boot, device: device, number: number)
            .difference(from: home, mountedDevices: mounted)
    }

    @Test("is the same after a reboot, a remount, and from a container with a machine ID of its own")
    func same() {
        #expect(difference() == nil)
        #expect(difference(boot: "b2") == nil)
        #expect(difference(boot: "b2", device: "8:17") == nil)
        #expect(difference(device: "0:99", mounted: ["0:99"]) == nil)
        #expect(difference(machine: "m2") == nil)
        #expect(difference(machine: "", boot: "b2") == nil)
        #expect(difference(boot: "") == nil)
    }

    @Test("is another for a copied file, a copied volume beside the first, and on another machine")
    func other() {
        #expect(difference(number: 43) != nil)
        #expect(difference(machine: "", boot: "", number: 43) != nil)
        #expect(difference(device: "8:17") != nil)
        #expect(difference(machine: "m2", boot: "b2") != nil)
    }

    @Test("is read back from its text, and from no other")
    func text() {
        let bare = FileHome(machine: "", boot: "", device: "0:1", number: .max)
        for home in [home, bare] { #expect(FileHome(text: home.text) == home) }
        for text in ["", "frond home 2 a b 8:1 1", "frond home 1 a b 8:1 x", "frond home 1 a b 8:1"] {
            #expect(FileHome(text: text) == nil)
        }
    }

    #if os(Linux)
        @Test("of a file on this machine is its device and its number, and the device is mounted")
        func here() throws {
            let home = try #require(FileHome(of: "/proc/self/mountinfo"))
            #expect(FileHome(of: "/proc/self/mountinfo")?.device == home.device)
            #expect(FileHome.mountedDevices.contains(home.device))
            #expect(FileHome(of: "/nowhere") == nil)
        }
    #endif
}
