#if !canImport(Darwin)
    #if canImport(Musl)
        import Musl
    #else
        import Glibc
    #endif

    /// The random words of one thread, fetched 256 bytes at a time: a system call for each word would cost five times
    /// as much. A word is overwritten when it is given out.
    ///
    /// The words lie in memory that the kernel empties for a child process that is forked: it fetches words of its own
    /// and repeats none of its parent's. A copy of a running machine has the words of the original, up to 32 a thread.
    struct RandomPage {
        /// The most that `getentropy` gives at once: 256 bytes.
        private static let wordCount = 256 / 8
        private static let byteCount = (1 + 1 + wordCount) * 8

        /// The number of words left, the mark of a page that a child would inherit, and the words. All of them are
        /// zero in a new page, and in a child's: none is left, and more may be kept.
        private let slots: UnsafeMutablePointer<UInt64>
        private var words: UnsafeMutablePointer<UInt64> { slots + 2 }

        /// Makes a page without words.
        /// - Parameter advice: makes the kernel empty the page for a child.
        init(advice: CInt = MADV_WIPEONFORK) {
            let page = mmap(nil, Self.byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            guard let page, page != MAP_FAILED else { preconditionFailure("no memory is left for random words") }
            self.init(address: page)
            // Where the kernel cannot do so, before Linux 4.14, no word is kept.
            if madvise(page, Self.byteCount, advice) != 0 { slots[1] = 1 }
        }

        /// The page at an address where one was made.
        @inline(__always)
        init(address: UnsafeMutableRawPointer) {
            slots = address.assumingMemoryBound(to: UInt64.self)
        }

        var address: UnsafeMutableRawPointer { UnsafeMutableRawPointer(slots) }

        /// The number of words that are kept for the next calls.
        var count: Int { Int(slots[0]) }

        func deallocate() { munmap(address, Self.byteCount) }

        @inline(__always)
        func next() -> UInt64 {
            if slots[0] == 0 { fill() }
            slots[0] &-= 1
            let last = Int(truncatingIfNeeded: slots[0])
            defer { words[last] = 0 }
            return words[last]
        }

        @inline(never)
        private func fill() {
            let count = slots[1] == 0 ? Self.wordCount : 1
            // Fails only for more than 256 bytes, or on a kernel older than Swift supports.
            precondition(getentropy(words, count * 8) == 0, "the system gives no random numbers")
            slots[0] = UInt64(count)
        }
    }
#endif
