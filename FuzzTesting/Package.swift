// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]
/// Instruments a target, so that the fuzzer sees which of its branches an input reaches.
let fuzzed: [SwiftSetting] = settings + [.unsafeFlags(["-sanitize=fuzzer,address"])]

let grpcCore = Target.Dependency.product(name: "GRPCCore", package: "grpc-swift-2")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let swiftProtobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let linked: [LinkerSetting] = [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]
let linkedSeeds: [LinkerSetting] = [.unsafeFlags(["-sanitize=address", "-use-ld=lld"])]

/// The sources are links into the main package: its `package` declarations aren't visible from
/// another package, and they must be compiled with instrumentation.
let package = Package(
  name: "fuzz-testing",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.0"),
  ],
  targets: [
    .target(
      name: "ArrowIPC",
      dependencies: [nioCore],
      swiftSettings: fuzzed + [.enableExperimentalFeature("Lifetimes")]
    ),
    .target(
      name: "FlightProtocol",
      dependencies: [grpcCore, nioCore, swiftProtobuf],
      swiftSettings: fuzzed
    ),
    .target(
      name: "FlightSQL",
      dependencies: ["FlightProtocol", swiftProtobuf],
      swiftSettings: fuzzed
    ),
    .systemLibrary(name: "LibFuzzer"),
    .executableTarget(
      name: "FuzzDecoder",
      dependencies: ["ArrowIPC", "LibFuzzer", nioCore],
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
      dependencies: ["FlightProtocol", "FlightSQL", "LibFuzzer", nioCore, swiftProtobuf],
      swiftSettings: fuzzed,
      linkerSettings: linked
    ),
    .executableTarget(
      name: "FuzzMessageSeeds",
      dependencies: ["FlightProtocol", "FlightSQL", nioCore, swiftProtobuf],
      swiftSettings: settings,
      linkerSettings: linkedSeeds
    ),
  ]
)
