import ArgumentParser

/// `frond token`: the tokens by which callers are known.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Make tokens for the file of auth.tokens.",
        subcommands: [TokenCreateCommand.self])
}
