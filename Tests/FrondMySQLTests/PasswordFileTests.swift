import Foundation
import Frond
import FrondMySQL
import FrondTesting
import Testing

@Suite("A password in a file", .timeLimit(.minutes(5)))
struct PasswordFileTests {
    @Test("a password that is replaced in the file and in the database holds for the next connection")
    func rotates() async throws {
        let database = try await TestDatabase.make()
        let directory = try TemporaryDirectory()
        var configuration = try await database.makeUser("ALL")
        let file = directory.path + "/password"
        try (configuration.password + "\n").write(toFile: file, atomically: true, encoding: .utf8)
        configuration.password = "of another day"
        configuration.passwordFile = file
        let store = MySQLSegmentStore(configuration)
        let tag = try Tag("order")
        _ = try await store.create(tag, TagSettings(step: 5))
        try await database.run(
            "ALTER USER '\(configuration.user)'@'%' IDENTIFIED BY 'new'", "KILL USER '\(configuration.user)'@'%'")
        try "new".write(toFile: file, atomically: true, encoding: .utf8)
        try await waitUntil("the new password is used") {
            (try? await store.reserve(tag, atLeast: nil, after: nil)) != nil
        }
    }
}
