import NIOCore
import NIOHTTP2

/// Learns from the frames that HTTP/2 writes: how much of the client's window they take, and that the connection is
/// given up.
final class WrittenFrames: NIOHTTP2FrameDelegate {
    weak var calls: CallConnectionHandler?
    weak var repeated: RepeatedCallHandler?

    func wroteFrame(_ frame: HTTP2Frame) {
        switch frame.payload {
        case .goAway(_, let code, _) where code != .noError: calls?.connectionFailed()
        case .headers: repeated?.headersWritten()
        case .data(let data): repeated?.dataWritten(data.data.readableBytes)
        default: break
        }
    }
}
