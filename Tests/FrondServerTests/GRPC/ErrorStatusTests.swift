import Frond
import FrondAPI
import GRPCCore
import Testing

@Suite("Errors by gRPC", .timeLimit(.minutes(5)))
struct ErrorStatusTests {
    @Test("keep code, message and retry over the wire", arguments: FrondError.Code.allCases)
    func everyCode(code: FrondError.Code) throws {
        for retryAfter in [nil, Duration.milliseconds(1500)] {
            let error = FrondError(code, "tag 'x' — 100 %", retryAfter: retryAfter)
            let status = ErrorStatus(error)
            let received = FrondError(RPCError(status))
            let expected = retryAfter ?? (status.code == .unavailable ? .seconds(1) : nil)
            #expect(received.code == code)
            #expect(received.message == error.message)
            #expect(received.retryAfter == expected)
            let inStream = FrondError(ErrorStatus(Frond_V1_StreamError(status)))
            #expect(inStream.code == code)
            #expect(inStream.message == error.message)
            #expect(inStream.retryAfter == expected)
        }
    }

    @Test(
        "have the code that clients of any language act on",
        arguments: [
            (FrondError.Code.unknownTag, RPCError.Code.notFound), (.invalidArgument, .invalidArgument),
            (.tagExists, .alreadyExists), (.tagRetired, .notFound), (.exhausted, .outOfRange),
            (.layoutExhausted, .outOfRange), (.overloaded, .resourceExhausted), (.storeUnavailable, .unavailable),
            (.registryUnavailable, .unavailable), (.timedOut, .unavailable), (.shutDown, .unavailable),
            (.workerIDTaken, .aborted), (.cancelled, .cancelled), (.storeCorrupt, .dataLoss),
            (.storeWentBack, .failedPrecondition), (.registryLost, .failedPrecondition),
        ])
    func codes(code: FrondError.Code, expected: RPCError.Code) {
        #expect(ErrorStatus(FrondError(code, "")).code == expected)
    }

    @Test(
        "of a transport or a proxy, without our details, become the nearest of ours",
        arguments: [
            (RPCError.Code.unavailable, FrondError.Code.storeUnavailable), (.deadlineExceeded, .timedOut),
            (.resourceExhausted, .overloaded), (.cancelled, .cancelled), (.internalError, .storeUnavailable),
            (.unimplemented, .invalidArgument),
        ])
    func foreign(code: RPCError.Code, expected: FrondError.Code) {
        let error = FrondError(RPCError(code: code, message: "no route"))
        #expect(error.code == expected)
        #expect(error.message.contains("no route"))
        #expect((error.retryAfter != nil) == [.storeUnavailable, .timedOut, .overloaded].contains(expected))
    }

    @Test("with details that are none are read by their status")
    func brokenDetails() {
        let metadata: Metadata = ["grpc-status-details-bin": .binary([0xFF, 0xFF, 0xFF])]
        let error = FrondError(RPCError(code: .notFound, message: "gone", metadata: metadata))
        #expect(error.code == .unknownTag)
    }

    @Test(
        "keep their scope over the wire, also where the code alone says otherwise", arguments: FrondError.Code.allCases)
    func scopes(code: FrondError.Code) {
        for scope in FrondError.Scope.allCases {
            let status = ErrorStatus(FrondError(code, "tag 'x'").scoped(scope))
            #expect(FrondError(RPCError(status)).scope == scope)
            #expect(FrondError(ErrorStatus(Frond_V1_StreamError(status))).scope == scope)
        }
        #expect(FrondError(RPCError(ErrorStatus(FrondError(code, "")))).scope == FrondError(code, "").scope)
    }

    @Test("of a server that states no scope have the usual one of their code")
    func unstatedScope() {
        let status = ErrorStatus(code: .unavailable, reason: "store-unavailable", message: "")
        #expect(FrondError(RPCError(status)).scope == .store)
        #expect(FrondError(ErrorStatus(Frond_V1_StreamError(status))).scope == .store)
    }
}
