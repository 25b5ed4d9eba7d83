import Foundation
import Testing

/// The Swift code that the documents show, compiled here and in the examples, line for line.
@Suite("the Swift code of the documents", .timeLimit(.minutes(5)))
struct SwiftCodeTests {
    static let documents = Document.all.filter { document in document.blocks.contains { $0.language == "swift" } }

    @Test("is compiled", arguments: documents)
    func isCompiled(document: Document) {
        for block in document.blocks where block.language == "swift" {
            let text = Self.lines(block.lines.joined(separator: "\n"))
            #expect(Self.compiled.contains { $0.contains(text) }, "\(document.path): \(text)")
        }
    }

    @Test("is found where it is shown")
    func found() {
        #expect(Self.documents.count > 8)
    }

    /// `Snippets.swift` and the examples, by their lines.
    private static let compiled: [String] = {
        let folders = ["Examples", "Tests/IntegrationTests/Documents"].map { Document.root.path + "/" + $0 }
        let files = folders.flatMap { folder in
            (FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? [])
                .filter { $0.hasSuffix(".swift") }.map { "\(folder)/\($0)" }
        }
        return files.compactMap { try? String(contentsOfFile: $0, encoding: .utf8) }.map(lines)
    }()

    /// Without the indentation, which is the surroundings'.
    private static func lines(_ text: String) -> String {
        text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: "\n")
    }
}
