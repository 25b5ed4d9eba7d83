/// Sebastiano Vigna's generator: small, fast, and the same for the same seed everywhere.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        defer { state &+= 0x9E37_79B9_7F4A_7C15 }
        return Self.mixed(state &+ 0x9E37_79B9_7F4A_7C15)
    }

    /// Spreads the bits of a number over all 64.
    @inline(__always)
    package static func mixed(_ number: UInt64) -> UInt64 {
        var number = number
        number = (number ^ number &>> 30) &* 0xBF58_476D_1CE4_E5B9
        number = (number ^ number &>> 27) &* 0x94D0_49BB_1331_11EB
        return number ^ number &>> 31
    }
}
