/// Decides when more is read from a client: a read that has to wait is done once, later.
struct ReadGate {
    /// True where a read was wanted that had to wait.
    private var isDue = false

    /// - Parameter isOpen: true where more may be read now.
    /// - Returns: the same; where it is false ``takeDue(isOpen:)`` tells when.
    mutating func mayRead(isOpen: Bool) -> Bool {
        if !isOpen { isDue = true }
        return isOpen
    }

    /// Returns true once where a read had to wait and may be done now.
    mutating func takeDue(isOpen: Bool) -> Bool {
        guard isDue, isOpen else { return false }
        isDue = false
        return true
    }
}
