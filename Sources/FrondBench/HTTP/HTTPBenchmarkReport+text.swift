extension HTTPBenchmarkReport: CustomStringConvertible {
    /// For people.
    public var description: String {
        let parts = [figures, troubles, check.description]
        return parts.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private var figures: String {
        var table = TextColumns(header: ["", "total", "per second"])
        table.add(["requests", "\(requests)", decimal(requestsPerSecond, places: 0)])
        table.add(["IDs", "\(ids)", decimal(idsPerSecond, places: 0)])
        let asked = count.map { ", count \($0)" } ?? ""
        let title =
            urls.joined(separator: "\n") + "\n\(connections) connections, pipeline depth \(pipelineDepth)\(asked), "
            + "\(decimal(elapsedSeconds, places: 1)) s"
        return [title, table.description, latency?.description ?? "no answer had IDs"].joined(separator: "\n\n")
    }

    private var troubles: String {
        var table = TextColumns(header: ["failures", "count"])
        for failure in failures { table.add([failure.reason, "\(failure.count)"]) }
        for error in connectionErrors { table.add([error.reason, "\(error.count)"]) }
        if disconnects > 0 {
            table.add(["connections lost", "\(disconnects)"])
            table.add(["requests lost with them", "\(lostRequests)"])
            table.add(["reconnects", "\(reconnects)"])
            table.add(["connections given up", "\(connectionsGivenUp)"])
        }
        return failures.isEmpty && connectionErrors.isEmpty && disconnects == 0 ? "" : table.description
    }
}

extension HTTPBenchmarkReport.Latency: CustomStringConvertible {
    /// A table for people.
    public var description: String {
        var table = TextColumns(header: ["latency", "p50", "p90", "p99", "p99.9", "max"])
        let figures = [p50Milliseconds, p90Milliseconds, p99Milliseconds, p999Milliseconds, maxMilliseconds]
        table.add(["ms"] + figures.map { decimal($0, places: 3) })
        return table.description
    }
}

extension HTTPBenchmarkReport.Check: CustomStringConvertible {
    /// For people: each finding on a line.
    public var description: String {
        var lines: [String] = []
        if duplicates > 0 {
            lines.append("DUPLICATES: \(duplicates) of \(idsReceived) IDs had come before")
            lines += duplicateExamples.map { duplicate in
                "  \(duplicate.id) to \(duplicate.receivers.map(\.description).joined(separator: " and "))"
            }
        } else if isComplete {
            lines.append("no duplicate among \(idsReceived) IDs, over all connections")
        }
        if !isComplete {
            lines.append(
                "INCOMPLETE: the memory set did not hold all \(idsReceived) IDs, so "
                    + "\(duplicates > 0 ? "more" : "some") of them may be duplicates: raise it, or "
                    + "measure for a shorter time"
            )
        }
        if descents > 0 {
            lines.append("OUT OF ORDER: \(descents) IDs are not above the one before on their connection")
            lines += descentExamples.map { "  \($0.id) after \($0.previous) to \($0.receiver)" }
        } else {
            lines.append(orderWasChecked ? "IDs increased on each connection" : "the order was not checked")
        }
        return lines.joined(separator: "\n")
    }
}

extension HTTPBenchmarkReport.Check.Receiver: CustomStringConvertible {
    public var description: String { "connection \(connection) (\(url))" }
}
