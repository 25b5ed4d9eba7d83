import Frond

extension ScrambleKey {
    /// - Returns: nil where no key is set.
    /// - Throws: ``CommandFailure`` for a key that is too short; the key itself is not shown.
    init?(_ reader: SettingsReader) throws {
        guard let text = reader.text(.scrambleKey) else { return nil }
        do {
            try self.init(Array(text.utf8))
        } catch {
            throw CommandFailure(.configuration, "scrambleKey: \(error.message)")
        }
    }
}
