/// The paths that the transport knows something of.
enum LanePath {
    static let next = "/frond.v1.IDs/Next"
    static let nextBatch = "/frond.v1.IDs/NextBatch"
    static let stream = "/frond.v1.IDs/Stream"

    /// True for calls that may be answered on the event loop.
    static func isHot(_ path: String) -> Bool { path == next || path == nextBatch }
}
