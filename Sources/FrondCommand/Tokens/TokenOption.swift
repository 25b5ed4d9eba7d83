import ArgumentParser

/// The option by which commands are given a token: never its text, which every process of the machine could see.
enum TokenOption {
    static let help: ArgumentHelp = "A file with the token to send, for servers that require one."
}
