import Foundation
import Testing

@testable import FrondCommand

/// The table of settings in the documents says what the program does.
@Suite("The table of settings", .timeLimit(.minutes(5)))
struct SettingsTableTests {
    private struct Row {
        var names: [String]
        /// One for each name, or one for all; nil for a default that is described in words.
        var defaults: [String?]
        var text: String

        func fallback(of name: String) -> String? {
            guard let index = names.firstIndex(of: name) else { return nil }
            return defaults.count == 1 ? defaults[0] : index < defaults.count ? defaults[index] : nil
        }
    }

    private let rows: [Row]

    /// Reads `docs/settings.md`, or the README where that is not there.
    init() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        let page = root.appendingPathComponent("docs/settings.md")
        let isThere = FileManager.default.fileExists(atPath: page.path)
        let text = try String(
            contentsOf: isThere ? page : root.appendingPathComponent("README.md"), encoding: .utf8)
        rows = text.split(separator: "\n").filter { $0.hasPrefix("| `") }.compactMap { line in
            // A bar within a cell is escaped.
            let cells = line.replacing("\\|", with: "\u{0}").split(separator: "|").map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            guard cells.count >= 3 else { return nil }
            return Row(
                names: cells[0].components(separatedBy: " · ").compactMap(Self.code),
                defaults: cells[1].components(separatedBy: " · ").map(Self.code),
                text: cells[2...].joined(separator: " "))
        }
    }

    /// The text in backticks, where that is all.
    private static func code(_ text: String) -> String? {
        let isCode = text.count > 2 && text.hasPrefix("`") && text.hasSuffix("`")
        let inner = text.dropFirst().dropLast()
        return isCode && !inner.contains("`") ? String(inner) : nil
    }

    private func settings(_ values: [SettingKey: String]) async throws -> String {
        var values = values
        // So that there are settings of gRPC and RESP to compare.
        values[.grpcPort] = values[.grpcPort] ?? "0"
        values[.respPort] = values[.respPort] ?? "0"
        let reader = try await SettingsReader(options: values, file: nil, environment: [:])
        var text = ""
        dump(try Settings(reader), to: &text)
        return text
    }

    @Test("has every setting", arguments: SettingKey.allCases)
    func names(key: SettingKey) {
        #expect(rows.contains { $0.names.contains(key.rawValue) })
    }

    @Test("says the default of each", arguments: SettingKey.allCases)
    func defaults(key: SettingKey) async throws {
        let row = try #require(rows.first { $0.names.contains(key.rawValue) })
        guard let fallback = row.fallback(of: key.rawValue) else { return }
        #expect(try await settings([key: fallback]) == settings([:]), "\(key.rawValue) is not \(fallback) by default")
    }

    @Test(
        "says every value of a choice",
        arguments: [SettingKey.logLevel, .segmentStart, .workerStart, .snowflakeOrder, .snowflakeLayout])
    func values(key: SettingKey) async throws {
        let row = try #require(rows.first { $0.names.contains(key.rawValue) })
        let failure = await #expect(throws: CommandFailure.self) { try await settings([key: "nonsense"]) }
        let list = try #require(failure?.message.split(separator: key == .snowflakeLayout ? ":" : "one of ").last)
        let values = list.components(separatedBy: ", ").map { $0.trimmingCharacters(in: .whitespaces) }
        #expect(values.count > 1)
        for value in values where !value.contains(" ") {
            #expect(row.text.contains(value), "\(key.rawValue) takes \(value)")
        }
    }

    @Test("a default that is not the program's is found")
    func guardHolds() async throws {
        #expect(try await settings([.httpMaxCount: "9999"]) != settings([:]))
        #expect(try await settings([.grpcMaxStreams: "999"]) != settings([:]))
    }
}
