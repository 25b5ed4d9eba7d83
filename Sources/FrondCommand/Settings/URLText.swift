/// Addresses in a form that may be shown.
enum URLText {
    /// The text without the password between the user and the host.
    static func withoutPassword(_ text: String) -> String {
        guard let at = text.lastIndex(of: "@"), let scheme = text.firstRange(of: "://"), scheme.upperBound < at,
            let colon = text[scheme.upperBound..<at].firstIndex(of: ":")
        else { return text }
        return text[...colon] + "…" + text[at...]
    }

    /// The text with a password for its user, where it names a user and none.
    static func filled(_ text: String, with password: String?) -> String {
        guard let password, let at = text.lastIndex(of: "@"), let scheme = text.firstRange(of: "://"),
            scheme.upperBound < at, !text[scheme.upperBound..<at].contains(":")
        else { return text }
        let allowed = password.utf8.map { byte in
            let isPlain = UnicodeScalar(byte).properties.isAlphabetic && byte < 128
            return isPlain ? String(UnicodeScalar(byte)) : "%" + String(256 + Int(byte), radix: 16).dropFirst()
        }
        return text[..<at] + ":" + allowed.joined() + text[at...]
    }
}
