/// The names of the latest two openings of a file, as the file has them.
///
/// Each opening, and each clean close, gives itself a random name in the file and leaves it as a mark beside the file.
/// A file that was put back in place from a backup has the names of earlier openings, and finds the mark of a later
/// one: the numbers reserved since the backup would be issued again.
struct Openings: Hashable, Sendable {
    var latest: String
    /// The opening before: its mark is there until the latest has left its own.
    var previous: String

    init(latest: String, previous: String) {
        self.latest = latest
        self.previous = previous
    }

    /// The names as the file keeps them, on one line.
    var text: String { "\(latest) \(previous)" }

    /// - Returns: nil for a text that is not one of ``text``: nothing is known.
    init?(text: String) {
        let names = text.split(separator: " ", omittingEmptySubsequences: false)
        guard names.count == 2, !names[0].isEmpty else { return nil }
        self.init(latest: String(names[0]), previous: String(names[1]))
    }

    /// True if the marks beside the file are those of these openings. A file without marks was opened by an earlier
    /// Frond, or its marks were removed.
    func explains(_ marks: Set<String>) -> Bool { marks.isSubset(of: [latest, previous]) }

    /// The openings after another one.
    /// - Parameter marks: those beside the file: an opening that ended before it left its mark is not the one before.
    func followed(by name: String, marks: Set<String>) -> Openings {
        Openings(latest: name, previous: marks.contains(latest) ? latest : previous)
    }
}
