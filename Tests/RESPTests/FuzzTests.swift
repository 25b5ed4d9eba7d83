import Foundation
import Frond
import NIOCore
import Testing

@testable import RESP

/// Bytes at random, near to valid ones: no parser ends the process, and the split of the bytes changes nothing.
@Suite("RESP at random", .timeLimit(.minutes(5)))
struct FuzzTests {
    /// Texts of bytes for each parser; `FUZZ_TEXTS` sets more, for people with time.
    private static let texts = ProcessInfo.processInfo.environment["FUZZ_TEXTS"].flatMap { Int($0) } ?? 1000
    /// The first seed; `FUZZ_SEED` sets another.
    private static let firstSeed = ProcessInfo.processInfo.environment["FUZZ_SEED"].flatMap { UInt64($0) } ?? 1
    private static let limits = RESPLimits(
        bulkBytes: 64, arrayLength: 8, requestBytes: 256, lineBytes: 64, nesting: 3, values: 32)

    private static let seeds = [
        "*2\r\n$4\r\nINCR\r\n$5\r\norder\r\n", "PING\r\n", "*0\r\n", "*-1\r\n", "GET \"a b\" 'c'\r\n",
        "*3\r\n$6\r\nINCRBY\r\n$1\r\na\r\n$2\r\n10\r\n", "+OK\r\n", "-ERR x\r\n", ":-12\r\n", "$3\r\nabc\r\n",
        "$-1\r\n", "_\r\n",
        "%1\r\n+a\r\n:1\r\n", "~1\r\n#t\r\n", ",1.5\r\n", "(12\r\n", "=5\r\ntxt:a\r\n", "|1\r\n+a\r\n+b\r\n:1\r\n",
        ">1\r\n+x\r\n",
    ]

    /// Bytes of a few seeds with a few changes.
    private static func text(_ random: inout SplitMix64) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            bytes += seeds.randomElement(using: &random).map { Array($0.utf8) } ?? []
        }
        for _ in 0..<Int.random(in: 0...4, using: &random) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[index] = UInt8.random(in: .min ... .max, using: &random)
            case 1: bytes.remove(at: index)
            case 2: bytes.insert(Array("*$:\r\n0123456789-+\"'\\ ".utf8).randomElement(using: &random) ?? 0, at: index)
            default: bytes.insert(contentsOf: bytes[index...].prefix(8), at: index)
            }
        }
        return bytes
    }

    private struct Outcome<Value: Equatable>: Equatable {
        var values: [Value] = []
        var error: RESPProtocolError?
    }

    private static func run<Value>(
        _ parts: [ArraySlice<UInt8>], _ next: (inout ByteBuffer) throws(RESPProtocolError) -> Value?
    ) -> Outcome<Value> {
        var outcome = Outcome<Value>()
        var buffer = ByteBuffer()
        do throws(RESPProtocolError) {
            for part in parts {
                buffer.writeBytes(part)
                while let value = try next(&buffer) { outcome.values.append(value) }
                buffer.discardReadBytes()
            }
        } catch {
            outcome.error = error
        }
        return outcome
    }

    private static func requests(_ parts: [ArraySlice<UInt8>]) -> Outcome<[ByteBuffer]> {
        var parser = RESPRequestParser(limits: limits)
        return run(parts) { (buffer) throws(RESPProtocolError) in try parser.next(from: &buffer) }
    }

    private static func replies(_ parts: [ArraySlice<UInt8>]) -> Outcome<RESPValue> {
        var parser = RESPReplyParser(limits: limits)
        return run(parts) { (buffer) throws(RESPProtocolError) in try parser.next(from: &buffer) }
    }

    @Test("is read alike whole, split at every byte, and byte by byte")
    func splits() {
        for index in 0..<Self.texts {
            var random = SplitMix64(seed: Self.firstSeed &+ UInt64(index))
            let bytes = Self.text(&random)
            let single = bytes.indices.map { bytes[$0...$0] }
            let (requests, replies) = (Self.requests([bytes[...]]), Self.replies([bytes[...]]))
            var isAlike = Self.requests(single) == requests && Self.replies(single) == replies
            for split in bytes.indices where isAlike {
                let parts = [bytes[..<split], bytes[split...]]
                isAlike = Self.requests(parts) == requests && Self.replies(parts) == replies
            }
            #expect(
                isAlike,
                "seed \(Self.firstSeed &+ UInt64(index)): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
        }
    }

    @Test("keeps no more than a request")
    func bounds() {
        for index in 0..<Self.texts {
            var random = SplitMix64(seed: Self.firstSeed &+ UInt64(index))
            var parser = RESPRequestParser(limits: Self.limits)
            var buffer = ByteBuffer()
            for _ in 0..<20 {
                buffer.writeBytes(Self.text(&random))
                do {
                    while try parser.next(from: &buffer) != nil {}
                } catch {
                    break
                }
                #expect(buffer.readableBytes <= Self.limits.requestBytes, "seed \(index)")
                buffer.discardReadBytes()
            }
        }
    }
}
