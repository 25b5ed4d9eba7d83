import CZooKeeper

/// The slot for the reply to one request: the client library holds it from the call until it answers, which it does
/// once for each call, at the latest when its handle is closed.
///
/// Safe to share: the results are not read before the library has written them.
final class ReplySlot: @unchecked Sendable {
    private let batch: ReplyBatch
    private let index: Int
    /// The result of each of several changes.
    private let results: UnsafeMutableBufferPointer<zoo_op_result_t>

    init(_ batch: ReplyBatch, _ index: Int, changes: Int = 0) {
        self.batch = batch
        self.index = index
        results = .allocate(capacity: changes)
        results.initialize(repeating: zoo_op_result_t())
    }

    deinit {
        results.deallocate()
    }

    var resultsAddress: UnsafeMutablePointer<zoo_op_result_t>? { results.baseAddress }

    /// The slot as the library holds it.
    func retained() -> UnsafeMutableRawPointer { Unmanaged.passRetained(self).toOpaque() }

    /// The slot that the library gives back.
    static func released(_ context: UnsafeRawPointer?) -> ReplySlot? {
        context.map { Unmanaged<ReplySlot>.fromOpaque($0).takeRetainedValue() }
    }

    func received(_ reply: Reply) {
        batch.received(reply, for: index)
    }

    func received(code: Int32, or reply: @autoclosure () -> Reply) {
        received(code == 0 ? reply() : .failed(Failure(code: code)))
    }

    func receivedResults(code: Int32) {
        guard code != 0 else { return received(.done) }
        // Those before the one that was refused have no error; those after it have another.
        received(.failed(Failure(code: code), change: results.firstIndex { $0.err == code }))
    }
}
