import Foundation

/// The number of disturbances of real servers in a test: one, or as many as `LONG_RUN` says, for people with time.
enum LongRun {
    static let rounds = ProcessInfo.processInfo.environment["LONG_RUN"].flatMap { Int($0) } ?? 1
}
