import Frond
import FrondAPI

/// One request of a stream, checked.
struct StreamAsk: Sendable {
    var requestID: UInt64
    var source: IssueRequest
    var count: Int
}

/// Requests for IDs of one source that are answered together, in the order in which they came.
struct StreamBatch: Sendable {
    let source: IssueRequest
    private(set) var asks: [StreamAsk]
    /// IDs that they ask for together.
    private(set) var count: Int

    init(_ ask: StreamAsk) {
        source = ask.source
        asks = [ask]
        count = ask.count
    }

    mutating func append(_ ask: StreamAsk) {
        asks.append(ask)
        count += ask.count
    }
}

/// The lanes of a stream: decides which requests are served at the same time, and which one after the other.
///
/// Each source is a lane: its requests are answered in their order, so that one batch of it is under way at a time, and
/// those that come meanwhile are the next batch. Lanes do not wait for each other. A value without I/O.
struct StreamQueues {
    /// The sources of which a batch is under way, with the requests that wait for its end.
    private var busy: [IssueRequest: StreamBatch?] = [:]

    /// Requests have come.
    /// - Returns: the batches to be served now, one for each lane that was free.
    mutating func arrived(_ asks: [StreamAsk]) -> [StreamBatch] {
        var batches: [StreamBatch] = []
        var positions: [IssueRequest: Int] = [:]
        var last: (source: IssueRequest, position: Int)?
        for ask in asks {
            // Most streams ask for IDs of one source: no look at the tables then.
            if let last, last.source == ask.source {
                batches[last.position].append(ask)
            } else if let position = positions[ask.source] {
                batches[position].append(ask)
                last = (ask.source, position)
            } else if let waiting = busy[ask.source] {
                var batch = waiting
                if batch == nil { batch = StreamBatch(ask) } else { batch?.append(ask) }
                busy[ask.source] = .some(batch)
            } else {
                positions[ask.source] = batches.count
                last = (ask.source, batches.count)
                batches.append(StreamBatch(ask))
            }
        }
        for batch in batches { busy[batch.source] = .some(nil) }
        return batches
    }

    /// The batch of a lane is answered.
    /// - Returns: the next batch of the lane, to be served now; nil where nothing waits.
    mutating func ended(_ source: IssueRequest) -> StreamBatch? {
        guard let next = busy[source] ?? nil else {
            busy[source] = nil
            return nil
        }
        busy[source] = .some(nil)
        return next
    }
}
