import ArgumentParser
import Foundation
import Frond
import TextTable

/// The output of worker IDs: a table for people, JSON for programs.
struct WorkerOutput: ParsableArguments {
    @Flag(help: "Print JSON.")
    var json = false

    private struct Row: Encodable {
        var worker: Int64
        var state, horizon: String
        var host: String?
        var process: Int64?
        var started, address, grpc, version: String?
        var token: Int64

        init(_ record: WorkerRecord, nowMilliseconds: Int64) {
            worker = record.workerID
            state = record.state(nowMilliseconds: nowMilliseconds).rawValue
            horizon = Self.text(record.horizonMilliseconds)
            host = record.holder?.host
            process = record.holder?.processID
            started = record.holder.map { Self.text($0.startedAtMilliseconds) }
            address = record.holder.flatMap { $0.address.isEmpty ? nil : $0.address }
            grpc = record.holder.flatMap { $0.grpcAddress.isEmpty ? nil : $0.grpcAddress }
            version = record.holder?.version
            token = record.token
        }

        private static func text(_ milliseconds: Int64) -> String {
            Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(.iso8601)
        }
    }

    func print(_ records: [WorkerRecord]) throws {
        let now = SystemTimeSource().wallMilliseconds
        let rows = records.map { Row($0, nowMilliseconds: now) }
        if json {
            try sayJSON(rows)
        } else if rows.isEmpty {
            try say("no worker ID was ever held here")
        } else {
            try printTable(rows)
        }
    }

    private func printTable(_ rows: [Row]) throws {
        let table = TextTable<Row> { row in
            [
                Column(title: "WORKER", value: row.worker, align: .right),
                Column(title: "STATE", value: row.state),
                Column(title: "HORIZON", value: row.horizon),
                Column(title: "HOST", value: row.host?.printable() ?? "-"),
                Column(title: "PROCESS", value: row.process.map(String.init) ?? "-", align: .right),
                Column(title: "STARTED", value: row.started ?? "-"),
                Column(title: "ADDRESS", value: row.address?.printable() ?? "-"),
                Column(title: "GRPC", value: row.grpc?.printable() ?? "-"),
                Column(title: "TOKEN", value: row.token, align: .right),
            ]
        }
        if let text = table.string(for: rows, style: Style.plain) { try say(text) }
    }
}
