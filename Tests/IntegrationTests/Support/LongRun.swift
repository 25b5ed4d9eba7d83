import Foundation

/// How often the tests that disturb real servers do so: once, or as often as `LONG_RUN` says, for people with time.
enum LongRun {
    static let rounds = ProcessInfo.processInfo.environment["LONG_RUN"].flatMap { Int($0) } ?? 1
}
