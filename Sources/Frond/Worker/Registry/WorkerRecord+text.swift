// A record as lines of text, `name value`, for registries that keep one text a worker ID: files, etcd, ZooKeeper.

extension WorkerRecord {
    private static let heading = "frond worker "
    /// Grows when a reader of the version before would misunderstand a record. Lines it does not know are no reason.
    private static let textVersion = 1
    private static let ending = "end"

    package var text: String {
        var lines = [
            "\(Self.heading)\(Self.textVersion)", "id \(workerID)", "token \(token)", "floor \(floorMilliseconds)",
            "horizon \(horizonMilliseconds)", "updated \(updatedAtMilliseconds)", "released \(isReleased)",
        ]
        if let holder {
            lines += [
                "host \(Self.escaped(holder.host))", "process \(holder.processID)",
                "started \(holder.startedAtMilliseconds)", "address \(Self.escaped(holder.address))",
                "grpc \(Self.escaped(holder.grpcAddress))", "version \(Self.escaped(holder.version))",
            ]
        }
        if let layout { lines.append("layout \(layout.text)") }
        if let secret { lines.append("secret \(secret.text)") }
        return (lines + [Self.ending, ""]).joined(separator: "\n")
    }

    /// - Parameter place: where the text stands, such as a path or a key, for the error.
    /// - Throws: `storeCorrupt` for a text that is not one of ``text``, or is a newer Frond's: up to when was issued is
    ///   not known then, so nothing may be.
    package init(text: String, at place: String) throws(FrondError) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
        if let first = lines.first, first.hasPrefix(Self.heading),
            let version = Int(first.dropFirst(Self.heading.count)),
            version > Self.textVersion
        {
            throw FrondError(
                .storeCorrupt,
                "\(place) was written by a newer Frond: it has version \(version) and this Frond knows "
                    + "\(Self.textVersion): update Frond")
        }
        guard let record = WorkerRecord(lines: lines) else {
            throw FrondError(
                .storeCorrupt,
                "\(place) is not the record of a worker ID: the end of what was issued with it is unknown; restore it")
        }
        self = record
    }

    private init?(lines: [Substring]) {
        guard lines.first == "\(Self.heading)\(Self.textVersion)", lines.last == Self.ending[...] else { return nil }
        var fields: [Substring: Substring] = [:]
        for line in lines.dropFirst().dropLast() {
            // By scalars: a mark that combines with what is before it would hide the space.
            guard let space = line.unicodeScalars.firstIndex(of: " ") else { return nil }
            fields[line[..<space]] = line[line.unicodeScalars.index(after: space)...]
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
                address: Self.unescaped(fields["address"] ?? ""), grpcAddress: Self.unescaped(fields["grpc"] ?? ""),
                version: Self.unescaped(fields["version"] ?? ""))
        }
        let layout = fields["layout"].map { WorkerLayout(text: String($0)) }
        if case .some(nil) = layout { return nil }
        let secret = fields["secret"].map { WorkerSecret(text: String($0)) }
        if case .some(nil) = secret { return nil }
        self.init(
            workerID: workerID, holder: holder, isReleased: isReleased, floorMilliseconds: floor,
            horizonMilliseconds: horizon, token: token, updatedAtMilliseconds: updated, layout: layout ?? nil,
            secret: secret ?? nil)
        guard isPossible else { return nil }
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
