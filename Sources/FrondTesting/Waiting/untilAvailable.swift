import Frond

/// Repeats a call while the store or registry is unavailable: for a cluster that is choosing a leader, for instance.
/// - Throws: any other error at once, and the last one past the limit.
package func untilAvailable<Value>(
    within limit: Duration = faultLimit, _ call: () async throws -> Value
) async throws -> Value {
    try await retry(within: limit) { error in
        let code = (error as? FrondError)?.code
        return code == .registryUnavailable || code == .storeUnavailable
    } _: {
        try await call()
    }
}
