#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Copies of texts for a call in C, which go when this does.
struct CBuffers: ~Copyable {
    private var texts: [UnsafeMutablePointer<CChar>] = []

    /// The text with a zero after it.
    mutating func add(_ text: String) -> UnsafeMutablePointer<CChar> {
        guard let copy = strdup(text) else { fatalError("no memory for \(text.utf8.count) bytes") }
        texts.append(copy)
        return copy
    }

    deinit {
        for text in texts { free(text) }
    }
}
