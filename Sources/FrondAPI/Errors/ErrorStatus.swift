package import Frond
package import GRPCCore
import GRPCProtobuf

/// An error as it stands on the wire: the status of a call, or the error of one request of a stream.
package struct ErrorStatus: Error, Hashable {
    /// The domain of ``reason`` in ``ErrorDetails/ErrorInfo``.
    package static let domain = "frond"
    /// The most characters of a message: it goes into headers twice, which clients take up to 8 KB of.
    static let longestMessage = 600
    /// The key of ``scope`` in the metadata of ``ErrorDetails/ErrorInfo``.
    private static let scopeKey = "scope"

    package var code: RPCError.Code
    /// The code of the error, as in the type of an HTTP problem.
    package var reason: String
    package var message: String
    /// The time to wait before the next attempt; nil if another attempt does not help.
    package var retryAfter: Duration?
    /// The extent of the failure; nil for the usual one of ``reason``.
    package var scope: FrondError.Scope?

    package init(
        code: RPCError.Code, reason: String, message: String, retryAfter: Duration? = nil,
        scope: FrondError.Scope? = nil
    ) {
        self.code = code
        self.reason = reason
        self.message = message
        self.retryAfter = retryAfter
        self.scope = scope
    }
}

// MARK: The status of a call

extension ErrorStatus: RPCErrorConvertible {
    package var rpcErrorCode: RPCError.Code { code }
    package var rpcErrorMessage: String { message }

    /// `google.rpc.Status` with an `ErrorInfo` and, where trying again helps, a `RetryInfo`.
    package var rpcErrorMetadata: Metadata {
        var status = GoogleRPCStatus(
            code: code, message: message,
            details: .errorInfo(
                reason: reason, domain: Self.domain,
                metadata: scope.map { [Self.scopeKey: $0.rawValue] } ?? [:]))
        if let retryAfter { status.details.append(.retryInfo(delay: retryAfter)) }
        return status.rpcErrorMetadata
    }

    /// Reads the error that a call ended with. Unreadable or foreign details leave the reason empty.
    package init(_ error: RPCError) {
        self.init(code: error.code, reason: "", message: error.message)
        // Unreadable details are not from a Frond server: the status alone counts.
        guard let status = try? error.unpackGoogleRPCStatus() else { return }
        for detail in status.details {
            if let info = detail.errorInfo, info.domain == Self.domain {
                reason = info.reason
                scope = info.metadata[Self.scopeKey].flatMap { FrondError.Scope(rawValue: $0) }
            }
            if let retry = detail.retryInfo { retryAfter = retry.delay }
        }
    }
}

// MARK: The error of one request of a stream

extension Frond_V1_StreamError {
    package init(_ status: ErrorStatus) {
        self.init()
        code = Int32(status.code.rawValue)
        reason = status.reason
        message = status.message
        // Rounded up: 0 would say that trying again does not help.
        retryAfterMilliseconds = status.retryAfter.map { max(1, $0.wholeMilliseconds) } ?? 0
        scope = status.scope?.rawValue ?? ""
    }
}

extension ErrorStatus {
    package init(_ error: Frond_V1_StreamError) {
        let code = Status.Code(rawValue: Int(error.code)).flatMap { RPCError.Code($0) }
        self.init(
            code: code ?? .unknown, reason: error.reason, message: error.message,
            retryAfter: error.retryAfterMilliseconds > 0 ? .milliseconds(error.retryAfterMilliseconds) : nil,
            scope: FrondError.Scope(rawValue: error.scope))
    }
}
