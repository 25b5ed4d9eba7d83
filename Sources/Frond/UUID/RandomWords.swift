#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Random words from the operating system.
///
/// Words are as good as the system's own generator makes them, and each is given out once. Each thread has a
/// ``RandomPage`` of its own, so that no thread waits for another.
struct RandomWords: Sendable {
    #if canImport(Darwin)
        /// The next random word. The C library keeps words by itself, and none across a fork.
        @inline(__always)
        func next() -> UInt64 {
            var generator = SystemRandomNumberGenerator()
            return generator.next()
        }
    #else
        private let key = Self.threadKey

        /// The next random word of the calling thread.
        @inline(__always)
        func next() -> UInt64 {
            let page = pthread_getspecific(key).map(RandomPage.init(address:)) ?? Self.makePage(key)
            return page.next()
        }

        /// The key under which each thread finds its page; one a process. The page goes when its thread ends.
        private static let threadKey: pthread_key_t = {
            var key = pthread_key_t()
            let result = pthread_key_create(&key) { page in
                page.map(RandomPage.init(address:))?.deallocate()
            }
            // Fails only once a process has made a thousand keys, which is a fault of that process.
            precondition(result == 0, "the process has no key left for the data of its threads")
            return key
        }()

        @inline(never)
        private static func makePage(_ key: pthread_key_t) -> RandomPage {
            let page = RandomPage()
            let result = pthread_setspecific(key, page.address)
            precondition(result == 0, "no memory is left for the data of a thread")
            return page
        }
    #endif
}
