// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]
/// Instruments a target, so that the fuzzer sees which of its branches an input reaches, and opens
/// what is internal to it to the fuzzers.
let fuzzed: [SwiftSetting] =
  settings + [
    .enableExperimentalFeature("Lifetimes"),
    .unsafeFlags(["-sanitize=fuzzer,address", "-enable-testing"]),
  ]

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
let nioHPACK = Target.Dependency.product(name: "NIOHPACK", package: "swift-nio-http2")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTP2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let swiftProtobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let linked: [LinkerSetting] = [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]
let linkedSeeds: [LinkerSetting] = [.unsafeFlags(["-sanitize=address", "-use-ld=lld"])]

let duckDBFolder = "\(Context.packageDirectory)/../.deps/lib"

/// The sources are links into the main package: its `package` declarations aren't visible from
/// another package, and they must be compiled with instrumentation.
let package = Package(
  name: "fuzz-testing",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
    .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.0"),
  ],
  targets: [
    .systemLibrary(name: "LibFuzzer"),
    .target(name: "FuzzMemory"),
    .target(
      name: "FuzzDriver",
      dependencies: ["FuzzMemory", "LibFuzzer"],
      swiftSettings: settings
    ),

    // What is fuzzed.
    .target(
      name: "CDuckDB",
      linkerSettings: [
        .unsafeFlags(["-L\(duckDBFolder)", "-Xlinker", "-rpath", "-Xlinker", duckDBFolder]),
        .linkedLibrary("duckdb"),
      ]
    ),
    .systemLibrary(name: "CZlib"),
    .target(name: "DuckDB", dependencies: ["CDuckDB"], swiftSettings: fuzzed),
    .target(name: "ArrowIPC", dependencies: [nioCore], swiftSettings: fuzzed),
    .target(
      name: "FlightProtocol",
      dependencies: [grpcCore, nioCore, swiftProtobuf],
      swiftSettings: fuzzed
    ),
    .target(
      name: "FlightSQL",
      dependencies: ["ArrowIPC", "FlightProtocol", swiftProtobuf],
      swiftSettings: fuzzed
    ),
    .target(
      name: "Auth",
      dependencies: [
        asyncHTTPClient, crypto, cryptoExtras, jwtKit, logging, nioCore, nioHTTP1, nioPosix,
      ],
      swiftSettings: fuzzed
    ),
    .target(
      name: "Engine",
      dependencies: ["ArrowIPC", "Auth", "DuckDB", dequeModule, nioCore, nioPosix, systemPackage],
      swiftSettings: fuzzed
    ),
    .target(
      name: "GRPCTransport",
      dependencies: [
        "CZlib", dequeModule, grpcCore, logging, nioCore, nioHPACK, nioHTTP2, nioPosix,
      ],
      swiftSettings: fuzzed
    ),
    .target(
      name: "Tickets",
      dependencies: ["Auth", "Engine", crypto, nioCore],
      swiftSettings: fuzzed
    ),
    .target(name: "CallHeaders", dependencies: ["Engine", grpcCore], swiftSettings: fuzzed),

    // The fuzzers, each with the program that writes what it begins with.
    .executableTarget(
      name: "FuzzDecoder",
      dependencies: ["ArrowIPC", "FuzzDriver", nioCore],
      swiftSettings: fuzzed,
      linkerSettings: linked
    ),
    .executableTarget(
      name: "FuzzSeeds",
      dependencies: ["ArrowIPC", nioCore],
      swiftSettings: settings,
      linkerSettings: linkedSeeds
    ),
    .executableTarget(
      name: "FuzzMessages",
      dependencies: ["FlightProtocol", "FlightSQL", "FuzzDriver", nioCore, swiftProtobuf],
      swiftSettings: fuzzed,
      linkerSettings: linked
    ),
    .executableTarget(
      name: "FuzzMessageSeeds",
      dependencies: ["FlightProtocol", "FlightSQL", nioCore, swiftProtobuf],
      swiftSettings: settings,
      linkerSettings: linkedSeeds
    ),
    .executableTarget(
      name: "FuzzTransport",
      dependencies: ["FuzzDriver", "GRPCTransport", grpcCore, nioCore, nioHPACK],
      swiftSettings: fuzzed,
      linkerSettings: linked
    ),
    .executableTarget(
      name: "FuzzSQL",
      dependencies: ["Auth", "DuckDB", "Engine", "FuzzDriver"],
      swiftSettings: fuzzed,
      linkerSettings: linked
    ),
    .executableTarget(
      name: "FuzzCredentials",
      dependencies: ["Auth", "CallHeaders", "Engine", "FuzzDriver", "Tickets", grpcCore, jwtKit],
      swiftSettings: fuzzed,
      linkerSettings: linked
    ),
    .executableTarget(
      name: "FuzzIngestion",
      dependencies: ["ArrowIPC", "DuckDB", "Engine", "FuzzDriver", "FuzzMemory", nioCore],
      swiftSettings: fuzzed,
      linkerSettings: linked
    ),
  ]
)
