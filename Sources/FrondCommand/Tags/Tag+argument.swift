import Frond

extension Tag {
    /// Reads a name as an operator types it: that of a tag, or of the record of a period.
    /// - Throws: `invalidArgument` for another name.
    init(argument name: String) throws(FrondError) {
        guard let period = try? Tag(stored: name), period.periodTag != nil else {
            try self.init(name)
            return
        }
        self = period
    }
}
