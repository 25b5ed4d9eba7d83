/// A store broke a promise.
public struct ContractViolation: Error, CustomStringConvertible {
    /// The expected result and the actual one.
    public var description: String
    public var file: StaticString
    public var line: UInt

    init(_ description: String, file: StaticString, line: UInt) {
        self.description = "\(description) (\(file):\(line))"
        self.file = file
        self.line = line
    }
}
