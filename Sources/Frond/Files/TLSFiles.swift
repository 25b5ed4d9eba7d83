/// The files of an encrypted connection to a server, all PEM. They are read at each new connection, so that
/// certificates can be renewed while a process runs.
public struct TLSFiles: Hashable, Sendable {
    /// The certificates that may sign the server's; nil for those that the system trusts.
    public var authorityFile: String?
    /// The client certificate that the server is shown, where it asks for one.
    public var client: Client?

    /// A certificate and its key.
    public struct Client: Hashable, Sendable {
        public var certificateFile: String
        public var keyFile: String

        public init(certificateFile: String, keyFile: String) {
            self.certificateFile = certificateFile
            self.keyFile = keyFile
        }
    }

    public init(authorityFile: String? = nil, client: Client? = nil) {
        self.authorityFile = authorityFile
        self.client = client
    }
}
