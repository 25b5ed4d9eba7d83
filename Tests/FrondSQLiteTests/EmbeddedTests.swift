import Foundation
import Frond
import FrondSQLite
import Testing

@Suite("Frond embedded in a process")
struct EmbeddedTests {
    @Test("the README's lines give IDs")
    func readme() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        // The same lines as in the README, but for the folder.
        let store = try SQLiteSegmentStore(path: directory.path + "/orders.sqlite")
        let ids = SegmentGenerator(tag: try Tag("order"), store: AutoCreatingStore(store))
        let one = try await ids.next()
        let batch = try await ids.next(count: 100)
        await ids.shutdown()

        #expect(one == 1)
        #expect(batch == Array(2...101))
    }

    @Test("the README shows them as they are compiled here")
    func readmeIsUpToDate() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        let readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
        let source = try String(contentsOfFile: #filePath, encoding: .utf8)
        let lines = source.components(separatedBy: "but for the folder.\n")[1].components(separatedBy: "\n\n")[0]
        for line in lines.split(separator: "\n") {
            let shown = line.trimmingCharacters(in: .whitespaces).replacing(
                "directory.path + \"/orders", with: "\"orders")
            #expect(readme.contains(shown), "\(shown)")
        }
    }
}
