import ArgumentParser

/// `frond tag`: looks at tags and changes them, in the store itself.
struct TagCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tag", abstract: "List, show, create, change and retire tags.",
        subcommands: [
            TagListCommand.self, TagShowCommand.self, TagCreateCommand.self, TagSetCommand.self, TagRetireCommand.self,
            TagStripeCommand.self,
        ])
}
