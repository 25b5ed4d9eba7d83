import Foundation
import Frond
import FrondAPI
import FrondServer
import FrondTesting
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import RESP
import SwiftProtobuf
import Synchronization
import TestServers
import Testing

@testable import FrondServer

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Every surface with every kind of caller, over real sockets.
@Suite("Every surface", .serialized, .timeLimit(.minutes(5)))
struct AccessMatrixTests {
    /// The verdict of the server on a request.
    enum Verdict: String, Sendable {
        case served, unknown, forbidden
    }

    /// The holders of tokens, each with the scope of its name, and the strangers.
    enum Holder: String, CaseIterable, Sendable {
        case ids, reserve, tags, status, admin, otherTags, none, wrong, expired, malformed

        var token: String? {
            switch self {
            case .none: nil
            case .malformed: "two words"
            default: "frond_token_of_\(rawValue)"
            }
        }

        var isKnown: Bool {
            switch self {
            case .none, .wrong, .expired, .malformed: false
            default: true
            }
        }
    }

    /// A way to ask for something.
    enum Surface: String, CaseIterable, Sendable {
        case httpID, httpChain, httpDecode, tinyidID, tinyidSegment, next, nextBatch, stream, decode
        case reserveSegment, giveBack, getTag, listTags, createTag, changeTag
        case acquireWorker, freeWorker, listWorkers, layout, reflection, resp, respRun

        /// The scopes of which one is enough; none where any token is.
        var scopes: [AccessScope] {
            switch self {
            case .httpID, .httpChain, .httpDecode, .tinyidID, .next, .nextBatch, .stream, .decode, .resp, .respRun:
                [.ids]
            case .tinyidSegment, .reserveSegment, .giveBack, .acquireWorker: [.reserve]
            case .getTag, .listTags: [.tags, .reserve]
            case .createTag, .changeTag: [.tags]
            case .freeWorker: [.admin]
            case .listWorkers: [.reserve, .status]
            case .layout: [.reserve, .ids]
            case .reflection: []
            }
        }

        /// True where a caller that may act on some tags alone is served: the request concerns no tag.
        var concernsNoTag: Bool { [.httpDecode, .decode, .layout].contains(self) }

        func verdict(on holder: Holder) -> Verdict {
            guard holder.isKnown else { return .unknown }
            if scopes.isEmpty || holder == .admin { return .served }
            if holder == .otherTags { return concernsNoTag && scopes.contains(.ids) ? .served : .forbidden }
            return scopes.contains { $0.rawValue == holder.rawValue } ? .served : .forbidden
        }
    }

    static func rules(nowMilliseconds now: Int64) throws -> AccessRules {
        let entries = try Holder.allCases.filter { $0.isKnown || $0 == .expired }.map { holder in
            AccessEntry(
                name: holder.rawValue, proof: .token(TokenDigest(of: holder.token ?? "")),
                grants: [
                    try AccessGrant(
                        holder == .otherTags ? "ids:other*" : holder == .expired ? "admin" : holder.rawValue)
                ],
                expiresAtMilliseconds: holder == .expired ? now - 1 : nil)
        }
        return AccessRules(table: try AccessTable(entries))
    }

    static func server(_ access: AccessControl) -> TestServer {
        var server = TestServer()
        server.registry = InMemoryWorkerRegistry()
        server.configuration.servesTinyid = true
        server.access = access
        return server
    }

    @Test("asks every caller for a token, and for the scope of the request alone")
    func matrix() async throws {
        let lines = LogRecorder()
        let access = AccessControl(
            try Self.rules(nowMilliseconds: SystemTimeSource().wallMilliseconds), logger: lines.logger)
        try await Self.server(access).whileRunning { running in
            for surface in Surface.allCases {
                for holder in Holder.allCases {
                    let answer = try await SurfaceProbe(running: running, holder: holder).ask(surface)
                    #expect(answer.verdict == surface.verdict(on: holder), "\(surface) by \(holder): \(answer)")
                    Self.checkSecrecy(answer.text, "\(surface) by \(holder)")
                }
            }
        }
        for line in lines.wholeLines { Self.checkSecrecy(line, "a line of the log") }
        #expect(lines.wholeLines.contains { $0.contains("administration") && $0.contains("tag created-by-tags") })
        #expect(lines.wholeLines.contains { $0.contains("a caller was refused") })
    }

    private static func checkSecrecy(_ text: String, _ place: String) {
        for holder in Holder.allCases {
            if let token = holder.token { #expect(!text.contains(token), "\(place) has a token: \(text)") }
        }
    }

    @Test("without tokens leaves administration and reservations to this machine, where no proxy is in between")
    func withoutTokens() async throws {
        try await Self.server(.silent()).whileRunning { running in
            for surface in Surface.allCases {
                let local = try await SurfaceProbe(running: running, holder: .none).ask(surface)
                #expect(local.verdict == .served, "\(surface): \(local)")
                // A Redis client says nothing of proxies, and finds no reservations.
                guard surface != .resp, surface != .respRun else { continue }
                let stranger = try await SurfaceProbe(running: running, holder: .none, isForwarded: true).ask(surface)
                let isOpen = surface.scopes.contains(.ids) || surface.scopes.contains(.status) || surface.scopes.isEmpty
                #expect(stranger.verdict == (isOpen ? .served : .forbidden), "\(surface): \(stranger)")
                #expect(isOpen || stranger.text.contains("auth.tokens") || surface == .tinyidSegment, "\(stranger)")
            }
        }
    }

    @Test("tells everybody that it lives and whether it is ready, and the reasons to those who may see them")
    func health() async throws {
        let access = AccessControl.silent(try Self.rules(nowMilliseconds: SystemTimeSource().wallMilliseconds))
        try await Self.server(access).whileRunning { running in
            for holder in Holder.allCases {
                let probe = SurfaceProbe(running: running, holder: holder)
                #expect(try await probe.http("/health/live").status == 200)
                let ready = try await probe.http("/health/ready")
                #expect(ready.status == 200)
                #expect(
                    ready.body.contains("checks") == [.status, .admin].contains(holder), "\(holder): \(ready.body)")
                let unknownPath = try await probe.http("/nothing")
                #expect(unknownPath.status == (holder.isKnown ? 404 : 401))
            }
            try await running.withClient { client in
                let health = try await client.health.check(.init())
                #expect(health.status == .serving)
            }
        }
    }

    @Test("challenges strangers by WWW-Authenticate, and names the scope that a caller lacks")
    func challenges() async throws {
        let access = AccessControl.silent(try Self.rules(nowMilliseconds: SystemTimeSource().wallMilliseconds))
        try await Self.server(access).whileRunning { running in
            let path = "/api/segment/get/order"
            let none = try await SurfaceProbe(running: running, holder: .none).http(path)
            #expect(none.status == 401 && none.challenge == #"Bearer realm="frond""#)
            let wrong = try await SurfaceProbe(running: running, holder: .wrong).http(path)
            #expect(wrong.status == 401 && wrong.challenge?.contains("invalid_token") == true)
            let status = try await SurfaceProbe(running: running, holder: .status).http(path)
            #expect(status.status == 403 && status.challenge?.contains("insufficient_scope") == true)
            #expect(status.body.contains("'ids' for tag 'order'"))
        }
    }
}
