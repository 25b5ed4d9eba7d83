import FrondTesting
import TestServers
import Testing

/// Makes a tag in the embedded store of a data directory.
func makeTag(_ tag: String, _ options: String..., in directory: TemporaryDirectory) async throws {
    let process = FrondProcess(["tag", "create", tag, "--step", "20", "--data-dir", directory.path] + options)
    let status = await process.waitForExit()
    try #require(status == 0, "\(process.printed)")
}
