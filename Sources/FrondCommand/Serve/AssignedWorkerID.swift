import Frond

/// A worker ID that a setting assigns: `static:7`, or `statefulset:NAME` for the ordinal of a pod of a StatefulSet.
enum AssignedWorkerID {
    /// Reads the worker ID of a setting.
    ///
    /// `statefulset:frond` takes 3 from host `frond-3`, and from no host of another name: the last number of some name,
    /// such as `ip-10-0-1-12.ec2.internal`, is no ordinal. `statefulset:frond+100` adds 100, so that two StatefulSets
    /// can share a range of worker IDs.
    /// - Parameter hostName: of this machine.
    /// - Returns: nil for a setting of another kind.
    /// - Throws: `invalidArgument`, naming the setting or the host, and the cure.
    static func read(
        _ setting: String, hostName: @autoclosure () -> String = WorkerHolder.hostName
    ) throws(FrondError) -> Int64? {
        if setting.hasPrefix("static:") {
            guard let workerID = number(setting.dropFirst("static:".count)) else {
                throw FrondError(
                    .invalidArgument,
                    "'\(setting)' does not name a worker ID: use 'static:' and a number from 0, such as static:7")
            }
            return workerID
        }
        guard setting == "statefulset" || setting.hasPrefix("statefulset:") else { return nil }
        return try ordinal(of: hostName(), setting.dropFirst("statefulset:".count), setting)
    }

    private static func ordinal(
        of host: String, _ text: Substring, _ setting: String
    ) throws(FrondError) -> Int64 {
        let parts = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        let label = host.split(separator: ".", omittingEmptySubsequences: false).first ?? ""
        guard let name = parts.first, !name.isEmpty else {
            let guess = label.lastIndex(of: "-").map { String(label[..<$0]) } ?? "frond"
            throw FrondError(
                .invalidArgument,
                "'\(setting)' does not name the StatefulSet, and this host, '\(host)', could be of any: name it, such "
                    + "as statefulset:\(guess)")
        }
        guard parts.count == 1 || number(parts[1]) != nil else {
            throw FrondError(
                .invalidArgument,
                "'\(setting)' has an offset that is not a number: use statefulset:NAME+OFFSET, such as "
                    + "statefulset:\(name)+100")
        }
        guard label.hasPrefix("\(name)-"), let ordinal = number(label.dropFirst(name.utf8.count + 1)) else {
            throw FrondError(
                .invalidArgument,
                "host '\(host)' is not a pod of StatefulSet '\(name)', whose pods are named \(name)-0, \(name)-1 and "
                    + "so on: correct the name, or use another registry")
        }
        let (workerID, overflows) = ordinal.addingReportingOverflow(parts.count > 1 ? number(parts[1]) ?? 0 : 0)
        guard !overflows else {
            throw FrondError(.invalidArgument, "'\(setting)' is out of range for host '\(host)': use a smaller offset")
        }
        return workerID
    }

    /// A number as Kubernetes writes ordinals: without a sign or leading zeros.
    private static func number(_ text: Substring) -> Int64? {
        guard let number = Int64(text), number >= 0, String(number) == text else { return nil }
        return number
    }
}
