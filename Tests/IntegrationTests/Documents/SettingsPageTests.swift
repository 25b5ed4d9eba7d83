import Foundation
import Frond
import Testing

@testable import FrondCommand

@Suite("docs/settings.md", .timeLimit(.minutes(5)))
struct SettingsPageTests {
    /// A row: what the document says of one setting.
    struct Row: CustomTestStringConvertible, Sendable {
        var name: String
        var takes: String
        var value: String

        var testDescription: String { name }

        /// The default, where it is a value and not a sentence.
        var literal: String? {
            guard value.hasPrefix("`"), let end = value.dropFirst().firstIndex(of: "`") else { return nil }
            return String(value[value.index(after: value.startIndex)..<end])
        }
    }

    static let rows: [Row] = Document(path: "docs/settings.md").prose.compactMap { line in
        let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        guard cells.count == 4, cells[0].hasPrefix("`"), cells[0].hasSuffix("`") else { return nil }
        return Row(name: String(cells[0].dropFirst().dropLast()), takes: cells[2], value: cells[1])
    }

    @Test("has every setting once, and no other")
    func names() {
        let names = Self.rows.map(\.name)
        #expect(Set(names).count == names.count)
        let all = SettingKey.allCases.map(\.rawValue)
        #expect(Set(all).subtracting(names) == [], "settings that the table lacks")
        #expect(Set(names).subtracting(all) == [], "rows of settings that do not exist")
    }

    /// A default that is set by hand changes nothing of what the program reads.
    @Test("says the defaults that the program has", arguments: rows)
    func defaults(row: Row) async throws {
        let key = try #require(SettingKey(rawValue: row.name))
        guard let literal = row.literal else {
            let words = ["none", "as `", "the preset's"]
            #expect(words.contains { row.value.hasPrefix($0) }, "'\(row.value)' is not a default in `code`")
            return
        }
        #expect(try await read([:]) == (try await read([key: literal])))
    }

    /// Compares the values in the table with the program's own refusal of nonsense.
    @Test("says the values that the program takes", arguments: rows)
    func values(row: Row) async throws {
        let key = try #require(SettingKey(rawValue: row.name))
        guard let allowed = await refusal(of: key) else {
            #expect(["text", "URL"].contains(row.takes), "'\(row.takes)': the program takes any text")
            return
        }
        let number = /a (?:whole )?number from (.+)/
        if let range = allowed.wholeMatch(of: number)?.output.1 {
            let inWords = [
                "snowflake.datacenter": "0 up to what its bits hold", "snowflake.epoch": "milliseconds since 1970",
            ]
            #expect(row.takes == inWords[row.name] ?? String(range))
        } else if allowed.hasPrefix("one of ") {
            let choices = allowed.dropFirst("one of ".count).split(separator: ", ").map { "`\($0)`" }
            #expect(Set(row.takes.split(separator: ", ").map(String.init)) == Set(choices))
        } else if allowed == "true or false" {
            #expect(row.takes == "`true` or `false`")
        } else if allowed.hasPrefix("a time") {
            #expect(row.takes == "time")
        } else {
            #expect(["text", "URL"].contains(row.takes) || row.name == "snowflake.layout", "\(allowed)")
        }
    }

    @Test("names the presets that there are")
    func presets() throws {
        let row = try #require(Self.rows.first { $0.name == "snowflake.layout" })
        let names = SnowflakeLayout.presets.map { "`\($0.key)`" }
        #expect(row.takes.split(separator: ", ").map(String.init) == names)
    }

    // MARK: What the program does

    /// All that the program reads from these settings, in words.
    private func read(_ options: [SettingKey: String]) async throws -> String {
        var options = options
        // Settings of gRPC and RESP are read where there is a port.
        options[.grpcPort] = options[.grpcPort] ?? "0"
        options[.respPort] = options[.respPort] ?? "0"
        var text = ""
        dump(try Settings(try await SettingsReader(options: options, file: nil)), to: &text)
        return text
    }

    /// The values that a setting takes, as the program says when it is given nonsense; nil where it takes any text.
    private func refusal(of key: SettingKey) async -> String? {
        do {
            _ = try await read([key: "nonsense!"])
            return nil
        } catch let failure as CommandFailure {
            return failure.message.split(separator: "it takes ").last.map(String.init)
        } catch {
            return "\(error)"
        }
    }
}
