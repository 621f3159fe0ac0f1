// swift-tools-version: 6.2

import PackageDescription

let root = Context.packageDirectory

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

/// Targets that touch memory directly: every unsafe expression must be spelled `unsafe`.
let memorySettings: [SwiftSetting] =
  settings + [.strictMemorySafety(), .enableExperimentalFeature("Lifetimes")]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser",
  package: "swift-argument-parser"
)
let asyncHTTPClient = Target.Dependency.product(
  name: "AsyncHTTPClient",
  package: "async-http-client"
)
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let dequeModule = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let grpcCore = Target.Dependency.product(name: "GRPCCore", package: "grpc-swift-2")
let jwtKit = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHPACK = Target.Dependency.product(name: "NIOHPACK", package: "swift-nio-http2")
let nioHTTP2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let swiftASN1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let swiftProtobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let unixSignals = Target.Dependency.product(
  name: "UnixSignals",
  package: "swift-service-lifecycle"
)
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")

/// Where a binary looks for DuckDB's library: in ../lib of an installed tree, and here in .deps, unless
/// it is built to be installed elsewhere, where nobody should put a library into this path.
let duckDBFolders =
  ["$ORIGIN/../lib"]
  + (Context.environment["LAKEHOUSE_INSTALLED"] == nil ? ["\(root)/.deps/lib"] : [])

let package = Package(
  name: "lakehouse",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "lakehouse", targets: ["lakehouse"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.21.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
    .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.0"),
  ],
  targets: [
    .target(
      name: "CDuckDB",
      linkerSettings: [
        .unsafeFlags(
          ["-L\(root)/.deps/lib"]
            + duckDBFolders.flatMap { ["-Xlinker", "-rpath", "-Xlinker", $0] }
        ),
        .linkedLibrary("duckdb"),
      ]
    ),
    .systemLibrary(name: "CMalloc"),
    .systemLibrary(name: "CZlib"),
    .target(name: "DuckDB", dependencies: ["CDuckDB"], swiftSettings: memorySettings),
    .target(name: "ArrowIPC", dependencies: [nioCore], swiftSettings: memorySettings),
    .target(
      name: "FlightProtocol",
      dependencies: [grpcCore, nioCore, swiftProtobuf],
      swiftSettings: settings
    ),
    .target(
      name: "FlightSQL",
      dependencies: ["ArrowIPC", "FlightProtocol", nioCore, swiftProtobuf],
      swiftSettings: settings
    ),
    .target(
      name: "Auth",
      dependencies: [
        asyncHTTPClient, crypto, cryptoExtras, jwtKit, logging, nioCore, nioHTTP1,
        nioPosix,
      ],
      swiftSettings: settings
    ),
    .target(
      name: "AzureIdentity",
      dependencies: [asyncHTTPClient, logging, nioCore, nioHTTP1, nioPosix, nioSSL],
      swiftSettings: settings
    ),
    .target(
      name: "Engine",
      dependencies: ["ArrowIPC", "Auth", "DuckDB", dequeModule, nioCore, nioPosix, systemPackage],
      swiftSettings: memorySettings
    ),
    .target(
      name: "GRPCTransport",
      dependencies: [
        "CZlib", dequeModule, grpcCore, logging, nioCore, nioHPACK, nioHTTP2, nioPosix,
      ],
      swiftSettings: settings
    ),
    .target(
      name: "Server",
      dependencies: [
        "ArrowIPC", "Auth", "AzureIdentity", "DuckDB", "Engine", "FlightProtocol", "FlightSQL",
        "GRPCTransport", crypto, grpcCore, logging, nioCore, nioHTTP1, nioPosix, nioSSL, nioTLS,
        swiftASN1, swiftProtobuf, unixSignals, x509, yams,
      ],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "lakehouse",
      dependencies: ["Auth", "CMalloc", "Engine", "Server", argumentParser],
      swiftSettings: settings
    ),
    .testTarget(
      name: "ArrowIPCTests",
      dependencies: ["ArrowIPC", nioCore],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "ArrowRoundTrip",
      dependencies: ["ArrowIPC", nioCore],
      path: "Tests/ArrowRoundTrip",
      swiftSettings: settings
    ),
    .testTarget(
      name: "AuthTests",
      dependencies: ["Auth", crypto, logging],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "AzureDouble",
      dependencies: [argumentParser, crypto, nioCore, nioHTTP1, nioPosix, nioSSL],
      path: "Tests/AzureDouble",
      swiftSettings: settings
    ),
    .testTarget(
      name: "AzureIdentityTests",
      dependencies: ["AzureIdentity", logging, nioCore, nioHTTP1, nioPosix],
      swiftSettings: settings
    ),
    .testTarget(
      name: "DuckDBTests",
      dependencies: ["DuckDB", "StatementMix"],
      swiftSettings: settings
    ),
    .target(
      name: "StatementMix",
      dependencies: ["DuckDB"],
      path: "Tests/StatementMix",
      swiftSettings: settings
    ),
    .executableTarget(
      name: "StatementMixRun",
      dependencies: ["DuckDB", "StatementMix"],
      path: "Tests/StatementMixRun",
      swiftSettings: settings
    ),
    .testTarget(
      name: "EngineTests",
      dependencies: ["ArrowIPC", "Auth", "DuckDB", "Engine", nioCore, nioPosix],
      swiftSettings: settings
    ),
    .testTarget(
      name: "FlightProtocolTests",
      dependencies: ["FlightProtocol", nioCore, swiftProtobuf],
      swiftSettings: settings
    ),
    .testTarget(
      name: "FlightSQLTests",
      dependencies: ["ArrowIPC", "FlightProtocol", "FlightSQL", swiftProtobuf],
      swiftSettings: settings
    ),
    .testTarget(
      name: "ServerTests",
      dependencies: [
        "Auth", "AzureIdentity", "DuckDB", "Engine", "Server", grpcCore, logging, nioHTTP1,
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "GRPCTransportTests",
      dependencies: ["GRPCTransport", grpcCore, nioCore, nioHPACK, nioHTTP2, nioPosix],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "TransportEcho",
      dependencies: ["GRPCTransport", grpcCore, nioCore, nioPosix],
      path: "Tests/TransportEcho",
      swiftSettings: settings
    ),
  ]
)
