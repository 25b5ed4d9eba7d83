package import Frond

/// The error that a call ends with; nil where it succeeds or fails with an error of another type.
package func frondError<Value>(_ call: () async throws -> Value) async -> FrondError? {
    do {
        _ = try await call()
        return nil
    } catch {
        return error as? FrondError
    }
}

/// The code of the error that a call ends with; nil where it succeeds or fails with an error of another type.
package func errorCode<Value>(_ call: () async throws -> Value) async -> FrondError.Code? {
    await frondError(call)?.code
}
