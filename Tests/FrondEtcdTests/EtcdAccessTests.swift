import Foundation
import Frond
import FrondEtcd
import FrondTesting
import TestServers
import Testing

@Suite("Who may use an etcd", .timeLimit(.minutes(5)))
struct EtcdAccessTests {
    /// An etcd where user `frond` has the keys below `frond/`.
    private func withUsers(_ body: (EtcdServer) async throws -> Void) async throws {
        let etcd = try await EtcdServer.start()
        for arguments in [
            ["user", "add", "root:rootword"], ["user", "grant-role", "root", "root"],
            ["user", "add", "frond:pass/word"], ["role", "add", "frond"],
            ["role", "grant-permission", "frond", "readwrite", "frond/", "--prefix=true"],
            ["user", "grant-role", "frond", "frond"], ["auth", "enable"],
        ] {
            try await etcd.control(arguments)
        }
        try await body(etcd)
    }

    private func error(_ etcd: EtcdServer, prefix: String = "frond", user: String) async throws -> FrondError? {
        let registry = try EtcdWorkerRegistry(try etcd.configuration(prefix, user: user))
        return await frondError { try await registry.acquire(0..<1) }
    }

    @Test("a user with rights keeps worker IDs") func aUserWithRightsKeepsWorkerIDs() async throws {
        try await withUsers { etcd in
            let registry = try await etcd.registry(user: "frond:pass%2Fword@")
            var lease = try await registry.acquire(0..<2)
            // etcd forgets its tokens.
            await etcd.kill(0)
            try await etcd.restart(0)
            lease = try await registry.extend(lease, to: 1_009_000, nowMilliseconds: 1_001_000)
            #expect(try await registry.workers() == [lease.record])
            // Also where the first call that finds it out is one that writes.
            try await registry.release(lease, at: 1_002_000, nowMilliseconds: 1_002_000)
        }
    }

    @Test("a user without rights gets an error that says so") func whoHasNoRightIsToldSo() async throws {
        try await withUsers { etcd in
            let wrong = try #require(try await error(etcd, user: "frond:wrong@"))
            #expect(wrong.message.contains("does not accept user 'frond' with this password"))
            let unknown = try #require(try await error(etcd, user: "nobody:wrong@"))
            #expect(unknown.message.contains("does not accept user 'nobody' with this password"))
            let nameless = try #require(try await error(etcd, user: ""))
            #expect(nameless.message.contains("wants a user"))
            let elsewhere = try #require(try await error(etcd, prefix: "other", user: "frond:pass%2Fword@"))
            #expect(
                elsewhere.message.contains(
                    "no right to the keys below 'other/': grant it with 'etcdctl role grant-permission ROLE readwrite "
                        + "other/ --prefix=true'"))
            for error in [wrong, unknown, nameless, elsewhere] {
                #expect(error.code == .registryUnavailable)
                #expect(error.message.contains("etcd at 127.0.0.1:\(etcd.port)"))
                #expect(!error.description.contains("wrong"))
                #expect(!error.description.contains("pass/word"))
            }
        }
    }

    @Test("a user of an etcd without users is refused") func aUserOfAnEtcdWithoutUsersIsRefused() async throws {
        let etcd = try await EtcdServer.start()
        let error = try await error(etcd, user: "frond:word@")
        #expect(error?.message.contains("has no users: leave 'user:password@' away") == true)
    }
}

@Suite("An etcd that is encrypted", .timeLimit(.minutes(5)))
struct EtcdEncryptionTests {
    private func error(_ url: String) async throws -> FrondError? {
        var configuration = try EtcdConfiguration(url: url)
        configuration.timeout = .seconds(20)
        return await frondError {
            try await EtcdWorkerRegistry(configuration).acquire(0..<1)
        }
    }

    @Test("clients with a certificate keep worker IDs") func clientsWithACertificateKeepWorkerIDs() async throws {
        let files = try await TestCertificates.make()
        let etcd = try await EtcdServer.start(encryption: .clientCertificates(files))
        let options = "\(patience)&ca=\(files.authority)&cert=\(files.client)&key=\(files.clientKey)"
        let registry = try await etcd.registry(options: options)
        let lease = try await registry.acquire(0..<2)
        let byName = try EtcdWorkerRegistry(
            try EtcdConfiguration(url: "etcd://localhost:\(etcd.port)/frond\(options)"))
        #expect(try await byName.workers() == [lease.record])
    }

    @Test("faulty certificates are reported by name") func whatIsWrongWithTheCertificatesIsSaid() async throws {
        let files = try await TestCertificates.make()
        let etcd = try await EtcdServer.start(encryption: .clientCertificates(files))
        let client = "&cert=\(files.client)&key=\(files.clientKey)"
        let strangeClient = "&cert=\(files.strangeClient)&key=\(files.strangeClientKey)"
        let address = "etcd://127.0.0.1:\(etcd.port)"
        let wantsCertificate = "requires a client certificate that it trusts: name one with cert=FILE and key=FILE"
        for (url, why) in [
            ("\(address)?ca=\(files.strangeAuthority)\(client)", "has a certificate that is not trusted"),
            ("\(address)?tls=true\(client)", "has a certificate that is not trusted"),
            ("\(address)?ca=\(files.authority)", wantsCertificate),
            ("\(address)?ca=\(files.authority)\(strangeClient)", wantsCertificate),
            ("etcd://127.0.0.2:\(etcd.port)?ca=\(files.authority)\(client)", "has a certificate of another name"),
            (address, "or add tls=true if it wants encryption"),
        ] {
            let error = try await error(url)
            #expect(error?.code == .registryUnavailable)
            #expect(error?.message.contains(why) == true, "\(url): \(error.map { "\($0)" } ?? "none")")
            #expect(error?.message.contains("etcd at 127.0.0.") == true)
        }
    }

    @Test("an unencrypted etcd is reported as such") func anEtcdThatIsNotEncryptedIsSaidToBeSo() async throws {
        let etcd = try await EtcdServer.start()
        let error = try #require(try await error("etcd://127.0.0.1:\(etcd.port)?tls=true"))
        // The server answers with an error of HTTP, or resets the connection before the answer is read.
        #expect(error.message.contains("leave out 'tls', 'ca', 'cert' and 'key'"), "\(error)")
    }

    @Test("files that cannot be used are named at once") func filesThatCannotBeUsedAreNamedAtOnce() async throws {
        let files = try await TestCertificates.make()
        let missing = "\(files.authority).missing"
        for (options, why) in [
            ("ca=\(missing)", "the file '\(missing)' of ca=FILE cannot be read"),
            ("ca=/", "the file '/' of ca=FILE cannot be read"),
            ("cert=\(files.client)&key=\(missing)", "the file '\(missing)' of key=FILE cannot be read"),
            ("cert=\(files.clientKey)&key=\(files.client)", "not all of cert="),
            ("cert=\(files.client)&key=\(files.strangeClientKey)", "not all of cert="),
            ("ca=\(files.clientKey)", "not all of ca="),
        ] {
            let configuration = try EtcdConfiguration(url: "etcd://127.0.0.1?\(options)")
            let error = await frondError { try EtcdWorkerRegistry(configuration) }
            #expect(error?.code == .invalidArgument, "\(options)")
            #expect(error?.message.contains(why) == true, "\(options): \(error.map { "\($0)" } ?? "none")")
        }
    }
}

/// Nobody listens on the ports 1 and 2, which only a service of the system could take.
@Suite("An address where no etcd is", .timeLimit(.minutes(5)))
struct EtcdAddressTests {
    @Test("a member is named") func isNamed() async throws {
        for (address, why) in [
            ("127.0.0.1:1", "etcd at 127.0.0.1:1 refuses connections"),
            ("no-such-host.invalid:1", "etcd at no-such-host.invalid:1 has a name that no address is known of"),
        ] {
            let registry = try EtcdWorkerRegistry(try EtcdConfiguration(url: "etcd://\(address)"))
            let error = await frondError { try await registry.acquire(0..<1) }
            #expect(error?.code == .registryUnavailable)
            #expect(error?.retryAfter == .seconds(1))
            #expect(error?.message.contains(why) == true, "\(error.map { "\($0)" } ?? "none")")
        }
    }

    @Test("each of several members is named") func eachOfSeveralIsNamed() async throws {
        let url = "etcd://127.0.0.1:1,127.0.0.1:2/p"
        let registry = try EtcdWorkerRegistry(try EtcdConfiguration(url: url))
        let error = await frondError { try await registry.acquire(0..<1) }
        #expect(error?.message.hasPrefix("no member of \(url) answers: ") == true)
        for port in 1...2 { #expect(error?.message.contains("127.0.0.1:\(port) refuses connections") == true) }
    }
}
