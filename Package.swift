// swift-tools-version: 6.2
import PackageDescription

// The layers of the program, written down once; Tests/TidyTests holds the sources to them.

let host: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]
let pure = host + [.strictMemorySafety()]

/// A C library: a module map and a shim under `Sources/C`.
func library(_ name: String, pkgConfig: String? = nil) -> Target {
  .systemLibrary(name: "C\(name)", path: "Sources/C/\(name)", pkgConfig: pkgConfig)
}

/// A target that decides.
func core(_ name: String, at path: String? = nil, _ uses: [Target.Dependency] = []) -> Target {
  .target(
    name: name, dependencies: uses, path: path ?? "Sources/Core/\(name)", swiftSettings: pure)
}

/// A target that acts.
func shell(_ name: String, _ uses: [Target.Dependency]) -> Target {
  .target(
    name: name, dependencies: uses, path: "Sources/Host/\(name)", swiftSettings: host)
}

/// One call system: its words and its conversation.
struct Dialect {
  let name: String
  /// What its client uses beside what every client does.
  var uses: [Target.Dependency] = []

  var wire: Target.Dependency { .byName(name: "\(name)Wire") }
  var client: Target.Dependency { .byName(name: "\(name)Client") }

  var targets: [Target] {
    let folder = "Sources/Dialects/\(name)"
    let common: [Target.Dependency] = ["Basics", "Formats", "SDP", "Transport", "Calling"] + uses
    return [
      core("\(name)Wire", at: "\(folder)/Wire", ["Basics", "Formats"]),
      core("\(name)Client", at: "\(folder)/Client", common + [wire]),
      .testTarget(
        name: "\(name)Tests", dependencies: [wire, client, "Simulation"] + common,
        path: "Tests/Dialects/\(name)", swiftSettings: pure),
    ]
  }
}

let dialects = [
  Dialect(name: "BotServer", uses: ["Janus"]),
  Dialect(name: "Zulip", uses: ["XMPP", "Jitsi"]),
  Dialect(name: "Nexacon", uses: ["XMPP"]),
  Dialect(name: "Buzzi"),
]
let wires = dialects.map(\.wire)
let clients = dialects.map(\.client)

let cores: [Target] = [
  core("Basics"),
  core("Formats", ["Basics"]),
  core("RTP", ["Basics"]),
  core("SDP", ["Basics"]),
  core("Cells", ["Basics"]),
  core("Transport", ["Basics", "Formats"]),
  core("Playout", ["Basics", "RTP"]),
  core("Calling", ["Basics", "Formats", "SDP", "Transport"]),
  core("Media", ["Basics", "RTP", "SDP", "Playout"]),
  core("XMPP", ["Basics", "Formats", "SDP", "Transport"]),
  core("Jitsi", ["Basics", "Formats", "SDP", "Transport", "Calling", "XMPP"]),
  core("Janus", ["Basics", "Formats", "SDP", "Transport", "Calling"]),
  core("Phone", ["Basics", "Formats", "SDP", "Transport", "Calling", "Media"]),
  core("Console", at: "Sources/Console", ["Basics", "Cells", "Calling", "Media"]),
  core("Invocation", at: "Sources/Invocation", ["Basics", "Calling", "Media"]),
  core(
    "Exchange", at: "Sources/Exchange",
    ["Basics", "Formats", "RTP", "SDP", "Transport", "Media", "XMPP", "Janus"] + wires),
]

let shells: [Target] = [
  shell("LoopGLib", ["Basics", "CGLib"]),
  shell("Realtime", ["Basics", "CLinux"]),
  shell("Resampling", ["Basics", "CSpeexDSP"]),
  shell("NetSoup", ["Basics", "Transport", "LoopGLib", "CGLib", "CSoup"]),
  shell("SoupHost", ["Basics", "Transport", "Exchange", "LoopGLib", "CGLib", "CSoup"]),
  shell("IceNice", ["Basics", "Formats", "SDP", "Media", "LoopGLib", "CGLib", "CNice", "CLinux"]),
  shell("MediaSecurity", ["Basics", "SDP", "Media", "COpenSSL", "CSRTP"]),
  shell("OpusCodec", ["Basics", "Media", "COpus"]),
  shell("AlsaAudio", ["Basics", "Media", "Realtime", "CALSA"]),
  shell("PulseAudio", ["Basics", "Media", "Realtime", "LoopGLib", "CPulse"]),
  shell("VoiceProcessing", ["Basics", "Media", "CVoiceProcessing"]),
  shell("SoundFiles", ["Basics", "Media", "Realtime", "Resampling", "CSndFile"]),
  shell("NcursesTerminal", ["Basics", "Cells", "CNcurses"]),
  shell("SqliteStore", ["Basics", "Formats", "Calling", "Exchange", "CSQLite"]),
  shell("Files", ["Basics", "SDP", "Calling", "Media", "CLinux"]),
]

let libraries: [Target] = [
  library("GLib", pkgConfig: "gio-unix-2.0"),
  library("Nice", pkgConfig: "nice"),
  library("Soup", pkgConfig: "libsoup-3.0"),
  library("OpenSSL", pkgConfig: "openssl"),
  library("SRTP", pkgConfig: "libsrtp2"),
  library("Opus", pkgConfig: "opus"),
  library("ALSA", pkgConfig: "alsa"),
  library("SQLite", pkgConfig: "sqlite3"),
  library("SndFile", pkgConfig: "sndfile"),
  library("SpeexDSP", pkgConfig: "speexdsp"),
  library("WebRTCAudioProcessing", pkgConfig: "webrtc-audio-processing"),
  // The exception: that library speaks C++ alone, and this puts C before it.
  .target(
    name: "CVoiceProcessing", dependencies: ["CWebRTCAudioProcessing"],
    path: "Sources/C/VoiceProcessing"),
  library("Ncurses"),
  library("Linux"),
  // Loaded when it is needed.
  library("Pulse"),
]

let everything = (cores + shells).map { Target.Dependency.byName(name: $0.name) } + wires + clients

/// Tests stand beside their target in name and may use every core target and the simulator's parts.
let coreNames = cores.map { Target.Dependency.byName(name: $0.name) } + wires + clients
let tests: [Target] = cores.map {
  .testTarget(
    name: "\($0.name)Tests", dependencies: coreNames + ["Simulation"], swiftSettings: pure)
}

/// How an installed program is linked, so that little of it has to be in memory. The toolchain brings that linker,
/// where Swift would take the system's.
let linking: [LinkerSetting] = [
  .unsafeFlags(
    [
      "-use-ld=lld",
      // Nothing is looked up by name in the program itself, and the names of all its symbols are a megabyte.
      "-Xlinker", "--no-export-dynamic",
      // What the loader is to relocate, in 9 KB for another megabyte; the C library reads it from 2.36 on.
      "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs",
    ], .when(configuration: .release))
]

let package = Package(
  name: "tipring",
  targets: libraries + cores + dialects.flatMap(\.targets) + shells + tests + [
    .target(name: "Assembly", dependencies: everything, swiftSettings: host),
    .executableTarget(
      name: "tipring", dependencies: ["Assembly", "Invocation"],
      swiftSettings: host, linkerSettings: linking),
    .target(
      name: "Simulation", dependencies: coreNames, path: "Tests/Support/Simulation",
      swiftSettings: pure),
    .target(
      name: "FuzzTargets", dependencies: coreNames + ["Simulation"],
      path: "Tests/Support/FuzzTargets", swiftSettings: pure),
    .testTarget(
      name: "FuzzTests", dependencies: ["Basics", "FuzzTargets"], exclude: ["Corpus"],
      swiftSettings: host),
    .testTarget(
      name: "ScenarioTests", dependencies: ["Simulation"] + coreNames, swiftSettings: pure),
    .testTarget(
      name: "HostTests", dependencies: ["Assembly", "EndToEnd", "Simulation"] + everything,
      swiftSettings: host),
    .testTarget(
      name: "TidyTests", dependencies: ["Console", "Files", "Invocation"], swiftSettings: host),
    .target(
      name: "EndToEnd",
      dependencies: ["Basics", "Files", "Formats", "LoopGLib", "Transport", "CLinux"],
      path: "Tests/Support/EndToEnd", swiftSettings: host),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "Assembly", "Basics", "EndToEnd", "Files", "Formats", "LoopGLib", "Transport",
      ],
      exclude: ["Peers"], swiftSettings: host),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx14
)

// libFuzzer brings a `main` of its own, so its program is there only when it is asked for: `make fuzz`.
if Context.environment["TIPRING_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "fuzz", dependencies: ["FuzzTargets"], path: "Tests/Fuzz",
      swiftSettings: host + [.unsafeFlags(["-parse-as-library"])]))
}
