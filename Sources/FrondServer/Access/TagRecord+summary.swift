import Frond

extension TagRecord {
    /// The state of the tag in one line of the log.
    var summary: String {
        var parts = ["version \(self.version)", "next \(self.maxID)", "step \(self.step)", "largest \(self.maxValue)"]
        if !self.options.generators.isEmpty {
            parts.append("generators \(self.options.generators.map(\.rawValue).joined(separator: "+"))")
        }
        if let format = self.options.format { parts.append("format \(format)") }
        return parts.joined(separator: ", ")
    }
}
