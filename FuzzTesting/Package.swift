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

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")

/// The sources are links into the main package: its `package` declarations aren't visible from
/// another package, and they must be compiled with instrumentation.
let package = Package(
  name: "fuzz-testing",
  dependencies: [.package(url: "https://github.com/apple/swift-nio", from: "2.101.0")],
  targets: [
    .target(
      name: "ArrowIPC",
      dependencies: [nioCore],
      swiftSettings: fuzzed + [.enableExperimentalFeature("Lifetimes")]
    ),
    .systemLibrary(name: "LibFuzzer"),
    .executableTarget(
      name: "FuzzDecoder",
      dependencies: ["ArrowIPC", "LibFuzzer", nioCore],
      swiftSettings: fuzzed,
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]
    ),
    .executableTarget(
      name: "FuzzSeeds",
      dependencies: ["ArrowIPC", nioCore],
      swiftSettings: settings,
      linkerSettings: [.unsafeFlags(["-sanitize=address", "-use-ld=lld"])]
    ),
  ]
)
