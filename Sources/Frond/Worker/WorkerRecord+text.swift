// A record as lines of text, `name value`, for the file of a static registry.

extension WorkerRecord {
    private static let heading = "frond worker 1"
    private static let ending = "end"

    var text: String {
        var lines = [
            Self.heading, "id \(workerID)", "token \(token)", "floor \(floorMilliseconds)",
            "horizon \(horizonMilliseconds)", "updated \(updatedAtMilliseconds)", "released \(isReleased)",
        ]
        if let holder {
            lines += [
                "host \(Self.escaped(holder.host))", "process \(holder.processID)",
                "started \(holder.startedAtMilliseconds)", "address \(Self.escaped(holder.address))",
                "version \(Self.escaped(holder.version))",
            ]
        }
        return (lines + [Self.ending, ""]).joined(separator: "\n")
    }

    /// Nil for a text that is not one of ``text``.
    init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
        guard lines.first == Self.heading[...], lines.last == Self.ending[...] else { return nil }
        var fields: [Substring: Substring] = [:]
        for line in lines.dropFirst().dropLast() {
            guard let space = line.firstIndex(of: " ") else { return nil }
            fields[line[..<space]] = line[line.index(after: space)...]
        }
        func number(_ name: Substring) -> Int64? { fields[name].flatMap { Int64($0) } }
        guard let workerID = number("id"), let token = number("token"), let floor = number("floor"),
            let horizon = number("horizon"), let updated = number("updated"),
            let isReleased = fields["released"].flatMap({ Bool(String($0)) })
        else { return nil }
        var holder: WorkerHolder?
        if let host = fields["host"] {
            guard let process = number("process"), let started = number("started") else { return nil }
            holder = WorkerHolder(
                host: Self.unescaped(host), processID: process, startedAtMilliseconds: started,
                address: Self.unescaped(fields["address"] ?? ""), version: Self.unescaped(fields["version"] ?? ""))
        }
        self.init(
            workerID: workerID, holder: holder, isReleased: isReleased, floorMilliseconds: floor,
            horizonMilliseconds: horizon, token: token, updatedAtMilliseconds: updated)
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\r": escaped += "\\r"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static func unescaped(_ text: Substring) -> String {
        var unescaped = ""
        var isEscaped = false
        for scalar in text.unicodeScalars {
            if isEscaped {
                unescaped.unicodeScalars.append(scalar == "n" ? "\n" : scalar == "r" ? "\r" : scalar)
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else {
                unescaped.unicodeScalars.append(scalar)
            }
        }
        return unescaped
    }
}
