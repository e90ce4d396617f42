import Basics
import EndToEnd
import Formats
import Testing

/// A WebRTC phone of another make: a script in `Peers`, which signs in at the exchange as Ann.
enum ForeignPeer: String {
  case aiortc, chromium

  /// What runs its script; `nil`, with a word about it, where it cannot be had.
  fileprivate var interpreter: String? {
    do {
      if self == .aiortc { return try MetaPeer.interpreter() }
      let browser = try ChildProcess("/usr/bin/chromium", ["--version"])
      guard browser.wait(within: .seconds(30)) == .exited(0) else { return nil }
      return "python3"
    } catch {
      print("Calls with \(self) were not tested: \(error)")
      return nil
    }
  }

  fileprivate static let script: String = {
    let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
    return "/\(folder)/Peers/peer.py"
  }()
}

/// A call between the program and a phone of another make.
struct ForeignCall {
  let rig: Rig
  let phone: Phone
  let peer: Phone
  /// What both say, over and over; the program sixteen times.
  let said: String
  /// What the program has heard, once it has ended.
  let heard: String
  /// What the foreign phone has offered first.
  let offer: String?

  /// Begins a call and waits until sound passes.
  ///
  /// - Parameters:
  ///   - isPlacing: whether the foreign phone calls, and thereby offers.
  ///   - prefix: the words of another program that starts all of them.
  ///   - words: as the script knows them.
  /// - Returns: `nil` where that phone cannot be had.
  init?(
    _ kind: ForeignPeer, isPlacing: Bool, by prefix: [String] = [], _ words: String...
  ) throws {
    guard let interpreter = kind.interpreter else { return nil }
    rig = try Rig()
    said = rig.folder["said.wav"]
    heard = rig.folder["heard.wav"]
    try Speech.make("The quick brown fox jumps over the lazy dog.", file: said)
    let long = rig.folder["long.wav"]
    let repeater = try ChildProcess("sox", [said, long, "repeat", "15"])
    #expect(repeater.wait(within: .seconds(20)) == .exited(0))
    let (_, url) = try rig.startExchange(by: prefix)
    let script =
      [interpreter, "-B", ForeignPeer.script, kind.rawValue, url, "ann", said, rig.folder["ann"]]
    let started = prefix + script + words
    peer = try rig.run(started[0], Array(started.dropFirst()))
    try #require(peer.event("ready", within: .seconds(60)) != nil, "\(peer.process.errorText)")
    // It is known to the program that signs in after it.
    phone = try rig.start(
      [
        "--plain", "--exchange", url, "--as", "bob", "--capture", "file:\(long)", "--playback",
        "file:\(heard)", "--json",
      ], as: "bob", by: prefix)
    #expect(phone.event("ready", within: .seconds(10)) != nil)
    if isPlacing {
      peer.process.send("call bob")
      offer = peer.event("described", within: .seconds(20))?["sdp"]?.string
      #expect(phone.state("incoming", within: .seconds(10)) != nil)
      phone.process.send("answer")
    } else {
      offer = nil
      phone.process.send("call ann")
    }
    try #require(phone.state("active", within: .seconds(20)) != nil)
  }

  /// What the foreign phone hears from now on, as a file.
  func listen(_ seconds: Double) throws -> String {
    let file = rig.folder["ann-\(seconds).wav"]
    peer.process.send("listen \(seconds) \(file)")
    try #require(peer.event("heard", within: .seconds(seconds + 20)) != nil)
    return file
  }

  /// The foreign phone's figures, once they are as wanted.
  func figures(where isWanted: (JSONValue) -> Bool = { _ in true }) -> JSONValue? {
    let deadline = Deadline(within: .seconds(15))
    while !deadline.hasPassed {
      peer.process.send("stats")
      guard let figures = peer.event("stats", within: .seconds(10)) else { return nil }
      if isWanted(figures) { return figures }
    }
    return nil
  }

  /// Waits until the foreign phone has agreed on a direction.
  func agrees(on direction: String) -> Bool {
    figures { $0["direction"]?.string == direction } != nil
  }

  /// The program's next figures that are as wanted.
  func statistics(where isWanted: (JSONValue) -> Bool = { _ in true }) -> JSONValue? {
    phone.event("statistics", within: .seconds(15), where: isWanted)
  }

  /// The foreign phone hangs up, and the program ends well.
  func end() throws {
    peer.process.send("hangup")
    #expect(phone.state("ended", within: .seconds(10)) != nil)
    phone.process.closeInput()
    #expect(phone.exitCode(within: .seconds(10)) == 0)
    peer.process.closeInput()
    #expect(peer.exitCode(within: .seconds(20)) == 0)
    let failures = peer.process.lines.filter { $0.contains(#""event": "failed""#) }
    #expect(failures == [])
  }
}
