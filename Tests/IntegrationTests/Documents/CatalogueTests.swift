import Foundation
import Testing

@Suite("the catalogues", .timeLimit(.minutes(5)))
struct CatalogueTests {
    /// The library products that people build on.
    static let modules: [String] = {
        let manifest = (try? String(contentsOf: Document.root.appendingPathComponent("Package.swift"), encoding: .utf8))
        let products = (manifest ?? "").matches(of: /\.library\(name: "(Frond[A-Za-z]*)"/)
        return products.map { String($0.output.1) }
    }()

    @Test("there is one for every library product")
    func modulesAreFound() {
        #expect(Self.modules.count >= 9)
    }

    @Test("each names all public types of its module", arguments: modules)
    func namesTypes(module: String) throws {
        let catalogue = Document(path: "Sources/\(module)/\(module).docc/\(module).md")
        try #require(!catalogue.lines.isEmpty && catalogue.lines != [""], "\(module) has no catalogue")
        let topics = Set(catalogue.lines.compactMap { Self.topic(in: $0) })
        let types = Set(try publicTypes(of: module))
        #expect(types.subtracting(topics).isEmpty, "public types that \(catalogue.path) does not name")
        #expect(topics.subtracting(types).isEmpty, "topics of \(catalogue.path) that are not public types")
    }

    /// The type that a line of a topic list names.
    private static func topic(in line: String) -> String? {
        guard line.hasPrefix("- ``") else { return nil }
        let symbol = line.dropFirst("- ``".count).prefix { $0 != "`" }
        return symbol.split(separator: "/").last.map(String.init)
    }

    /// The types that are declared at the left margin.
    private func publicTypes(of module: String) throws -> [String] {
        let folder = Document.root.path + "/Sources/" + module
        let files = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
        let declaration = /^public (?:final )?(?:class|struct|enum|actor|protocol|typealias) ([A-Za-z]+)/
            .anchorsMatchLineEndings()
        return try files.filter { $0.hasSuffix(".swift") }.flatMap { file in
            let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
            return text.matches(of: declaration).map { String($0.output.1) }
        }
    }
}
