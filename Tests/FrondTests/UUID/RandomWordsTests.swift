#if !canImport(Darwin)
    import Testing

    @testable import Frond

    #if canImport(Musl)
        import Musl
    #else
        import Glibc
    #endif

    @Suite("Random words", .timeLimit(.minutes(5)))
    struct RandomWordsTests {
        @Test("a page keeps words, and overwrites each that it gives out")
        func keeps() {
            let page = RandomPage()
            defer { page.deallocate() }
            let words = Set((0..<1000).map { _ in page.next() })
            #expect(words.count == 1000)
            #expect(page.count == 24, "1000 words are 31 times 32, and 8")
            let content = page.address.assumingMemoryBound(to: UInt64.self)
            #expect(!(0..<512).contains { words.contains(content[$0]) })
        }

        @Test("a page that a child would inherit keeps no words")
        func keepsNothingForChildren() {
            let page = RandomPage(advice: -1)
            defer { page.deallocate() }
            let words = Set((0..<100).map { _ in page.next() })
            #expect(words.count == 100)
            #expect(page.count == 0)
        }

        @Test("a child process that is forked repeats no word of its parent")
        func forks() async throws {
            let words = try await BlockingThread().run { Result { try Self.wordsAfterAFork() } }
            let (parent, child) = try words.get()
            #expect(Set(parent + child).count == 40)
        }

        /// The next 20 words of the calling thread, where some are kept, and of a child that is forked from it.
        private static func wordsAfterAFork() throws -> (parent: [UInt64], child: [UInt64]) {
            let random = RandomWords()
            _ = random.next()
            let memory = try #require(mmap(nil, 160, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
            try #require(memory != MAP_FAILED)
            defer { munmap(memory, 160) }
            let shared = memory.assumingMemoryBound(to: UInt64.self)
            // Swift hides `fork`, after which little may be done: the child takes words and ends.
            typealias Fork = @convention(c) () -> pid_t
            let fork = unsafeBitCast(try #require(dlsym(nil, "fork")), to: Fork.self)
            let process = fork()
            if process == 0 {
                for index in 0..<20 { shared[index] = random.next() }
                _exit(0)
            }
            try #require(process > 0)
            var status: CInt = 0
            while waitpid(process, &status, 0) < 0, errno == EINTR {}
            try #require(status == 0)
            return ((0..<20).map { _ in random.next() }, (0..<20).map { shared[$0] })
        }
    }
#endif
