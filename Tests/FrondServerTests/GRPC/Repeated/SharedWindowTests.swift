import Frond
import Testing

@testable import FrondServer

@Suite("A client's window that is shared")
struct SharedWindowTests {
    @Test("is never larger in its parts than the client allows, and never keeps HTTP/2 waiting", arguments: 1...50)
    func parts(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var window = SharedWindow()
        var allowed = 65_535
        for _ in 0..<1000 {
            switch Int.random(in: 0..<3, using: &random) {
            case 0:
                let increment = Int.random(in: 1...(Bool.random(using: &random) ? 4000 : 2_000_000), using: &random)
                allowed += increment
                #expect((0...increment).contains(window.add(increment)))
            case 1:
                let bytes = Int.random(in: 0...min(window.direct, 300), using: &random)
                window.answered(bytes)
                allowed -= bytes
            default:
                let bytes = Int.random(in: 0...min(window.ordinary, 16_384), using: &random)
                window.sent(bytes)
                allowed -= bytes
            }
            #expect(window.lend() >= 0)
            #expect(window.ordinary + window.direct == allowed)
            #expect(window.direct == 0 || window.ordinary >= 16 << 10)
            #expect(window.direct >= 0 && window.ordinary >= 0)
        }
    }
}
