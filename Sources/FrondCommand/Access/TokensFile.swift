import Foundation
import Frond
import FrondServer
import SystemPackage
import Yams

/// The file of `auth.tokens`: the callers that a server knows, each with the SHA-256 of its token.
///
///     tokens:
///       - name: orders
///         sha256: 5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef
///         allow: [ids:order*, reserve:order*]
///         expires: 2027-01-31
///
/// An entry may have `certificate`, the subject of a client certificate, in the place of `sha256`.
struct TokensFile {
    /// The greatest size in bytes: room for some 10,000 entries.
    private static let sizeLimit = 4 << 20

    let path: String

    /// Reads the file.
    /// - Returns: the table, and a line for people for each thing that they should know.
    /// - Throws: ``CommandFailure`` for a file that cannot be read or has a wrong entry, naming its line.
    func read() throws -> (table: AccessTable, warnings: [String]) {
        let text = try text()
        do {
            let entries = try entries(in: text)
            return (try AccessTable(entries), warnings)
        } catch let error as YamlError {
            throw refusal("is not YAML or JSON: \(ConfigurationFile.reason(of: error))")
        } catch let error as FrondError {
            throw refusal("is refused: \(error.message)")
        }
    }

    private func text() throws -> String {
        do {
            let bytes = try FileText.bytes(of: path, upTo: Self.sizeLimit)
            guard bytes.count <= Self.sizeLimit else {
                throw refusal("is larger than \(Self.sizeLimit) bytes; remove entries that are not used")
            }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw refusal("is not text in UTF-8; write it in UTF-8")
            }
            return text
        } catch let error as Errno {
            throw refusal("cannot be read: \(error); give this user the right to read it")
        }
    }

    /// A file that others may change gives them every right; one that they may read tells them names and digests.
    private var warnings: [String] {
        guard
            let mode = (try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions] as? Int,
            mode & 0o007 != 0
        else { return [] }
        return [
            "the tokens file \(path.printable()) can be read or changed by other users; run 'chmod o= "
                + "\(path.printable())'"
        ]
    }

    // MARK: Entries

    private func entries(in text: String) throws -> [AccessEntry] {
        guard let root = try Yams.compose(yaml: text) else { return [] }
        guard let mapping = root.mapping, mapping.count == 1, let list = mapping["tokens"] else {
            throw refusal(
                "has no list 'tokens'; write 'tokens:' and an entry a line, as 'frond token create' prints them")
        }
        if list.isNull { return [] }
        guard let nodes = list.sequence else {
            throw refusal(at: list, "'tokens' is not a list; begin each entry with '- name: …'")
        }
        var entries: [AccessEntry] = []
        var lines: [AccessEntry.Proof: Int] = [:]
        var names: [String: Int] = [:]
        for node in nodes {
            let entry = try entry(node)
            let line = node.mark?.line ?? 0
            if let first = names.updateValue(line, forKey: entry.name) {
                throw refusal(
                    at: node, "the name '\(entry.name.printable(limit: 100))' stands at line \(first) too; names differ"
                )
            }
            if let first = lines.updateValue(line, forKey: entry.proof) {
                throw refusal(
                    at: node, "the token or certificate of line \(first) stands here too; keep one entry of it")
            }
            entries.append(entry)
        }
        return entries
    }

    private func entry(_ node: Node) throws -> AccessEntry {
        guard let mapping = node.mapping else { throw refusal(at: node, "an entry is not 'name: value' lines") }
        let known: Set = ["name", "sha256", "certificate", "allow", "expires"]
        for (key, _) in mapping where !known.contains(key.string ?? "") {
            throw refusal(
                at: key,
                "'\((key.string ?? "").printable(limit: 100))' is unknown; use "
                    + known.sorted().joined(separator: ", ")
            )
        }
        guard let name = mapping["name"]?.string, (1...100).contains(name.count), name == name.printable() else {
            throw refusal(at: node, "the entry has no name of 1 to 100 printing characters")
        }
        return AccessEntry(
            name: name, proof: try proof(mapping, of: node), grants: try grants(mapping["allow"], of: node),
            expiresAtMilliseconds: try mapping["expires"].map { try expiry($0) })
    }

    private func proof(_ mapping: Node.Mapping, of node: Node) throws -> AccessEntry.Proof {
        switch (mapping["sha256"], mapping["certificate"]) {
        case (let digest?, nil):
            guard let digest = digest.string.flatMap({ TokenDigest(hexadecimal: $0) }) else {
                throw refusal(
                    at: digest,
                    "sha256 is not 64 hexadecimal digits; take the line that 'frond token create' prints")
            }
            return .token(digest)
        case (nil, let subject?):
            guard let subject = subject.string, !subject.isEmpty else {
                throw refusal(at: subject, "certificate has no text; write a subject such as 'CN=orders,O=Shop'")
            }
            return .certificate(subject: subject)
        default:
            throw refusal(at: node, "an entry has either sha256 or certificate")
        }
    }

    private func grants(_ node: Node?, of entry: Node) throws -> [AccessGrant] {
        guard let node, let texts = node.sequence.map({ Array($0) }) ?? node.scalar.map({ _ in [node] }), !texts.isEmpty
        else {
            throw refusal(at: node ?? entry, "the entry allows nothing; write 'allow: [ids]' or other scopes")
        }
        return try texts.map { text in
            do throws(FrondError) {
                return try AccessGrant(text.string ?? "")
            } catch {
                throw refusal(at: text, error.message)
            }
        }
    }

    private func expiry(_ node: Node) throws -> Int64 {
        guard let text = node.string, let time = ExpiryTime(text) else {
            throw refusal(
                at: node, "expires is not a date such as 2027-01-31 or a time such as 2027-01-31T12:00:00Z")
        }
        return time.milliseconds
    }

    private func refusal(at node: Node, _ reason: String) -> CommandFailure {
        refusal("is refused at line \(node.mark?.line ?? 1): \(reason)")
    }

    private func refusal(_ reason: String) -> CommandFailure {
        CommandFailure(.configuration, "auth.tokens: the file \(path.printable()) \(reason)")
    }
}

extension Node {
    /// True for an empty value.
    fileprivate var isNull: Bool {
        scalar.map { $0.string.isEmpty || $0.string == "~" || $0.string == "null" } ?? false
    }
}
