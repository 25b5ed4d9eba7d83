import Foundation
import Testing

/// A Markdown file of the repository.
struct Document: CustomTestStringConvertible, Sendable {
    /// A fenced block of code.
    struct Block: Sendable {
        var language: String
        var lines: [String]
        /// True when the line before the fence is `<!-- run -->`: a test runs the block as written.
        var isRun: Bool
    }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../..").standardizedFileURL

    /// Every document that readers find: those of the root, of `docs`, and of the catalogues.
    static let all: [Document] = {
        let folders = ["", "docs"] + catalogues
        let paths = folders.flatMap { folder in
            let path = root.appendingPathComponent(folder).path
            let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
            return names.filter { $0.hasSuffix(".md") }.map { folder.isEmpty ? $0 : "\(folder)/\($0)" }
        }
        return paths.sorted().map(Document.init)
    }()

    private static var catalogues: [String] {
        let sources = (try? FileManager.default.contentsOfDirectory(atPath: root.path + "/Sources")) ?? []
        return sources.map { "Sources/\($0)/\($0).docc" }
    }

    /// From the root of the repository.
    let path: String
    let lines: [String]
    let blocks: [Block]
    /// The lines outside of fenced blocks.
    let prose: [String]

    init(path: String) {
        self.path = path
        let text = (try? String(contentsOf: Self.root.appendingPathComponent(path), encoding: .utf8)) ?? ""
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var blocks: [Block] = []
        var prose: [String] = []
        var open: Block?
        for line in lines {
            let content = line.trimmingCharacters(in: .whitespaces)
            if content.hasPrefix("```") {
                if let block = open {
                    blocks.append(block)
                    open = nil
                } else {
                    let language = String(content.dropFirst(3))
                    open = Block(language: language, lines: [], isRun: prose.last == "<!-- run -->")
                }
            } else if open == nil {
                prose.append(line)
            } else {
                open?.lines.append(line)
            }
        }
        self.blocks = blocks
        self.prose = prose
    }

    var testDescription: String { path }

    /// The names by which links point to the headings, as GitHub makes them.
    var anchors: Set<String> {
        let headings = prose.filter { $0.hasPrefix("#") }.map { $0.drop { $0 == "#" }.dropFirst() }
        return Set(
            headings.map { heading in
                heading.lowercased().filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
                    .replacing(" ", with: "-")
            })
    }

    /// The targets of the links, such as `docs/http.md#errors`.
    var links: [String] {
        prose.flatMap { line in
            line.matches(of: /\]\(([^)\s]+)\)/).map { String($0.output.1) }
        }
    }
}
