import Frond

/// The names of settings in the environment.
enum EnvironmentNames {
    private static let prefix = "FROND_"

    /// `http.maxCount` is `FROND_HTTP_MAX_COUNT`.
    static func name(of key: SettingKey) -> String {
        key.rawValue.reduce(into: prefix) { name, character in
            if character.isUppercase { name += "_" }
            name += character == "." ? "_" : character.uppercased()
        }
    }

    /// One line that names the variables that look like settings and are not, with the nearest setting of each; nil
    /// where there are no such variables.
    ///
    /// They do not keep a server from starting: the platform that runs it may set some of its own.
    static func warning(of unknown: [String]) -> String? {
        let names = SettingKey.allCases.map(name)
        guard !unknown.isEmpty else { return nil }
        let parts = unknown.map { variable in
            let nearest = names.min { distance($0, variable) < distance($1, variable) }
            let shown = variable.printable(limit: 100)
            return nearest.map { "\(shown) (the nearest is \($0))" } ?? shown
        }
        return "not settings, so ignored, in the environment: " + parts.joined(separator: ", ")
    }

    /// The number of letters to insert, remove or change to turn one text into the other.
    static func distance(_ one: String, _ other: String) -> Int {
        let other = Array(other)
        var row = Array(0...other.count)
        for (line, letter) in one.enumerated() {
            var diagonal = row[0]
            row[0] = line + 1
            for (column, otherLetter) in other.enumerated() {
                let change = diagonal + (letter == otherLetter ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(change, row[column] + 1, diagonal + 1)
            }
        }
        return row[other.count]
    }
}
