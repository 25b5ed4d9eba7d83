/// A hot request over HTTP: the source of its answer, and the limits that it passes each time.
struct HotRequest {
    let source: HotSource
    /// Nil for a request without limits.
    var gate: RequestGate?
}
