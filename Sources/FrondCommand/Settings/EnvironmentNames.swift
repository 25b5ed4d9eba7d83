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

    /// One line that names the variables that look like settings and are none, with the nearest that is one; nil where
    /// there are no such variables.
    ///
    /// They are no reason not to start: what runs the server may set some of its own, as Kubernetes does for every
    /// service by its name.
    static func warning(of variables: some Sequence<String>) -> String? {
        let names = SettingKey.allCases.map(name)
        let unknown = variables.filter { $0.hasPrefix(prefix) && !names.contains($0.uppercased()) }.sorted()
        guard !unknown.isEmpty else { return nil }
        let parts = unknown.map { variable in
            let nearest = names.min { distance($0, variable) < distance($1, variable) }
            return nearest.map { "\(variable) (the nearest is \($0))" } ?? variable
        }
        return "not settings, so ignored, in the environment: " + parts.joined(separator: ", ")
    }

    /// How many letters must be put in, taken out or changed to make one text of the other.
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
