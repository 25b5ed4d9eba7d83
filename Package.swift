// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "frond",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Frond", targets: ["Frond"]),
        .library(name: "FrondSQLite", targets: ["FrondSQLite"]),
        .library(name: "FrondMySQL", targets: ["FrondMySQL"]),
        .library(name: "FrondRedis", targets: ["FrondRedis"]),
        .library(name: "FrondEtcd", targets: ["FrondEtcd"]),
        .library(name: "FrondZooKeeper", targets: ["FrondZooKeeper"]),
        .library(name: "FrondClient", targets: ["FrondClient"]),
        .library(name: "FrondServer", targets: ["FrondServer"]),
        .library(name: "FrondTesting", targets: ["FrondTesting"]),
        .executable(name: "frond", targets: ["FrondCommand"]),
        // For the integration tests, which preload it; as a product, so that it is a file of its own.
        .library(name: "ClockShim", type: .dynamic, targets: ["ClockShim"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["JSON", "YAML"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.0"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.0"),
        .package(url: "https://github.com/grpc/grpc-swift-protobuf", from: "2.4.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/ordo-one/TextTable", from: "0.0.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
    ],
    targets: [
        // The embedded library: generators and ports. Needs no C library on the machine.
        .target(
            name: "Frond",
            dependencies: [
                .product(name: "Logging", package: "swift-log"),
                .target(name: "CFileSystem", condition: .when(platforms: [.linux])),
            ],
            swiftSettings: settings
        ),
        // A header of the C library that Swift's module of it leaves out; nothing to install.
        .systemLibrary(name: "CFileSystem"),
        // Backends: each implements Frond's ports and imports no sibling.
        .target(
            name: "FrondSQLite",
            dependencies: [
                "Frond",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
            ],
            resources: [.embedInCode("schema.sql")],
            swiftSettings: settings
        ),
        .target(
            name: "FrondMySQL",
            dependencies: ["CMariaDB", "Frond", .product(name: "Logging", package: "swift-log")],
            resources: [.embedInCode("schema.sql")],
            swiftSettings: settings
        ),
        .target(
            name: "FrondRedis",
            dependencies: [
                "Frond",
                "RESP",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "FrondEtcd",
            dependencies: [
                "Frond",
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "FrondZooKeeper",
            dependencies: ["CZooKeeper", "Frond", .product(name: "Logging", package: "swift-log")],
            swiftSettings: settings
        ),
        // The C libraries beneath them: module maps.
        .systemLibrary(
            name: "CMariaDB", pkgConfig: "libmariadb",
            providers: [.apt(["libmariadb-dev"]), .brew(["mariadb-connector-c"])]),
        .systemLibrary(name: "CZooKeeper", providers: [.apt(["libzookeeper-mt-dev"]), .brew(["zookeeper"])]),
        // The API by gRPC: messages, client and server code, all generated, and what errors are on the wire.
        .target(
            name: "FrondAPI",
            dependencies: [
                "Frond",
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            swiftSettings: settings
        ),
        // Frond's ports over gRPC: a client is the same generators with a remote store.
        .target(
            name: "FrondClient",
            dependencies: [
                "Frond",
                "FrondAPI",
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            swiftSettings: settings
        ),
        // The Redis protocol: requests and replies, read from bytes and written to them.
        .target(
            name: "RESP",
            dependencies: [.product(name: "NIOCore", package: "swift-nio")],
            swiftSettings: settings
        ),
        // Adapters: HTTP, gRPC and RESP. Knows no backend.
        .target(
            name: "FrondServer",
            dependencies: [
                "Frond",
                "FrondAPI",
                "RESP",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            resources: [.embedInCode("openapi.yaml")],
            swiftSettings: settings
        ),
        // The load generator behind `frond bench`.
        .target(
            name: "FrondBench",
            dependencies: [
                "Frond",
                "FrondAPI",
                "FrondClient",
                "RESP",
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "TextTable", package: "TextTable"),
            ],
            swiftSettings: settings
        ),
        // The command: the one place that knows which backends exist.
        .executableTarget(
            name: "FrondCommand",
            dependencies: [
                "Frond",
                "FrondBench",
                "FrondClient",
                "FrondEtcd",
                "FrondMySQL",
                "FrondRedis",
                "FrondSQLite",
                "FrondServer",
                "FrondZooKeeper",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "TextTable", package: "TextTable"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: settings
        ),
        // The cost of an ID in process: `make bench`. No part of the product.
        .executableTarget(
            name: "generator-benchmarks",
            dependencies: [
                "Frond",
                "FrondBench",
                "FrondClient",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Benchmarks",
            exclude: ["thresholds.json"],
            swiftSettings: settings
        ),
        // The README's example: a client, or embedded, by one line.
        .executableTarget(
            name: "first-ids",
            dependencies: ["Frond", "FrondClient", "FrondSQLite"],
            path: "Examples/FirstIDs",
            swiftSettings: settings
        ),
        // A service with a client in it.
        .executableTarget(
            name: "order-service",
            dependencies: [
                "Frond",
                "FrondClient",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Examples/OrderService",
            swiftSettings: settings
        ),
        // A store of one's own, in a text file, and the test that it keeps the contract.
        .target(
            name: "JournalStore",
            dependencies: ["Frond"],
            path: "Examples/JournalStore",
            exclude: ["Tests"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "JournalStoreTests",
            dependencies: ["Frond", "FrondTesting", "JournalStore"],
            path: "Examples/JournalStore/Tests",
            swiftSettings: settings
        ),
        .target(
            name: "FrondTesting",
            dependencies: ["Frond", .product(name: "Logging", package: "swift-log")],
            swiftSettings: settings
        ),
        .testTarget(name: "FrondTests", dependencies: ["Frond", "FrondTesting"], swiftSettings: settings),
        .testTarget(
            name: "FrondSQLiteTests",
            dependencies: ["FrondSQLite", "FrondTesting", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: settings
        ),
        .testTarget(
            name: "FrondMySQLTests",
            dependencies: [
                "Frond", "FrondMySQL", "FrondTesting", "TestServers", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "FrondRedisTests",
            dependencies: ["FrondRedis", "FrondTesting", "TestServers"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "FrondEtcdTests",
            dependencies: ["FrondEtcd", "FrondTesting", "TestServers"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "FrondZooKeeperTests",
            dependencies: [
                "CZooKeeper", "Frond", "FrondTesting", "FrondZooKeeper", "TestServers",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "RESPTests",
            dependencies: ["Frond", "RESP", .product(name: "NIOCore", package: "swift-nio")],
            swiftSettings: settings
        ),
        .testTarget(
            name: "FrondServerTests",
            dependencies: [
                "FrondAPI", "FrondServer", "FrondTesting", "RESP", "TestServers",
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "FrondClientTests",
            dependencies: [
                "Frond", "FrondAPI", "FrondClient", "FrondSQLite", "FrondServer", "FrondTesting", "TestServers",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "FrondBenchTests",
            dependencies: [
                "Frond", "FrondBench", "FrondTesting", "generator-benchmarks",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        // Private instances of real servers, for the tests of the backends and of the command.
        .target(
            name: "TestServers",
            dependencies: [
                "FrondTesting",
                "RESP",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Tests/TestServers",
            swiftSettings: settings
        ),
        .target(name: "ClockShim", path: "Tests/ClockShim", publicHeadersPath: "."),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "Frond",
                "FrondClient",
                "FrondCommand",
                "FrondEtcd",
                "FrondMySQL",
                "FrondSQLite",
                "FrondServer",
                "FrondTesting",
                "FrondZooKeeper",
                "RESP",
                "TestServers",
                "first-ids",
                "order-service",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            exclude: ["Java", "Python"],
            swiftSettings: settings
        ),
    ]
)

// The embedded library alone, with its tests and the example of a store: needs no C library and builds in seconds.
if Context.environment["FROND_CORE_ONLY"] != nil {
    let core: Set = ["CFileSystem", "Frond", "FrondTesting", "FrondTests", "JournalStore", "JournalStoreTests"]
    package.targets.removeAll { !core.contains($0.name) }
    package.products.removeAll { !core.contains($0.name) }
    package.dependencies.removeAll { dependency in
        if case .sourceControl(_, let location, _) = dependency.kind { !location.hasSuffix("swift-log") } else { true }
    }
}
