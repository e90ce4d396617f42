import Assembly
import Basics
import EndToEnd
import Formats
import Testing

extension WholePrograms {
  /// Calls with WebRTC phones of other makes, each as the one that offers and as the one that answers.
  @Suite("Calls with a browser and with aiortc")
  struct BrowserTests {
    @Test("Chromium calls: sound both ways, muting, keys both ways")
    func chromiumOffers() throws {
      guard let call = try ForeignCall(.chromium, isPlacing: true) else { return }
      let heard = try call.listen(6)
      #expect(try compare(said: call.said, heard: heard).correlation > 0.85)
      let figures = try #require(call.figures())
      #expect(figures["cipher"]?.string == "SRTP_AES128_CM_HMAC_SHA1_80")
      #expect(figures["hearsReports"]?.boolean == true, "our sender reports")
      #expect((figures["sending"]?["roundTripTimeMeasurements"]?.integer ?? 0) > 0, "our reports")
      let inbound = try #require(figures["inbound"])
      #expect(inbound["packetsLost"]?.integer == 0)
      #expect((inbound["totalAudioEnergy"]?.double ?? 0) > 0.01)
      let total = try #require(inbound["totalSamplesReceived"]?.double)
      #expect((inbound["concealedSamples"]?.double ?? total) < total / 10)
      let delay = try #require(inbound["jitterBufferDelay"]?.double)
      #expect(delay / (inbound["jitterBufferEmittedCount"]?.double ?? 1) < 0.3)
      #expect(call.statistics { $0["cipher"]?.string == "AES-128-CM-SHA1-80" } != nil)

      call.phone.process.send("mute")
      #expect(call.phone.event("note", within: .seconds(10)) != nil)
      _ = try call.listen(0.5)
      #expect(try Sound(wav: try call.listen(0.8)).loudness < 0.01)
      call.phone.process.send("digits 1")
      let key = try call.listen(1.2)
      for frequency in [697.0, 1_209] { #expect(try strength(of: frequency, in: key) > 0.005) }
      call.peer.process.send("digits 7#")
      for digit in ["7", "#"] {
        #expect(call.phone.event("digit", within: .seconds(10))?["digit"]?.string == digit)
      }
      call.peer.process.send("mute")
      #expect(call.statistics { ($0["audioLevel"]?.double ?? 1) < 0.000_1 } != nil)
      call.peer.process.send("unmute")
      #expect(call.statistics { ($0["audioLevel"]?.double ?? 0) > 0.005 } != nil)
      try call.end()
      #expect(try compare(said: call.said, heard: call.heard).correlation > 0.85)
    }

    @Test("Chromium is called: holding, a path anew, more sections")
    func chromiumAnswers() throws {
      guard let call = try ForeignCall(.chromium, isPlacing: false) else { return }
      let heard = try call.listen(5.5)
      #expect(try compare(said: call.said, heard: heard).correlation > 0.85)
      #expect(try #require(call.figures())["cipher"]?.string == "SRTP_AEAD_AES_128_GCM")
      #expect(call.statistics { $0["cipher"]?.string == "AES-128-GCM" } != nil)
      try holdBothWays(call)

      let pairs = try #require(call.figures()?["pairs"]?.integer)
      call.peer.process.send("restart")
      #expect(call.figures { ($0["pairs"]?.integer ?? 0) > pairs } != nil)
      #expect(try Sound(wav: try call.listen(1.1)).loudness > 0.02)

      call.peer.process.send("section")
      let answer = try #require(
        call.peer.event("remote", within: .seconds(10)) { $0["type"]?.string == "answer" })
      #expect(answer["sdp"]?.string?.contains("m=video 0 ") == true)
      try holdBothWays(call)

      call.peer.process.send("hold")
      #expect(call.agrees(on: "sendonly"))
      call.phone.process.send("hold")
      #expect(call.agrees(on: "inactive"))
      call.phone.process.send("resume")
      #expect(call.agrees(on: "sendonly"))
      call.peer.process.send("resume")
      #expect(call.agrees(on: "sendrecv"))
      #expect(try Sound(wav: try call.listen(1.2)).loudness > 0.02)
      try call.end()
      #expect(try compare(said: call.said, heard: call.heard).correlation > 0.85)
    }

    @Test("A browser that does not answer for a while is offered another path, and takes it")
    func suspended() throws {
      guard let call = try ForeignCall(.chromium, isPlacing: false) else { return }
      let pairs = try #require(call.figures()?["pairs"]?.integer)
      call.peer.process.send("suspend")
      let offer = call.peer.event("remote", within: .seconds(40)) { $0["type"]?.string == "offer" }
      #expect(offer != nil)
      call.peer.process.send("continue")
      #expect(call.figures { ($0["pairs"]?.integer ?? 0) > pairs } != nil)
      #expect(try Sound(wav: try call.listen(1.2)).loudness > 0.02)
      #expect(call.statistics { ($0["audioLevel"]?.double ?? 0) > 0.005 } != nil)
      try call.end()
    }

    @Test(
      "Chromium is asked for copies when much is lost, sends them, and they are used",
      .enabled(if: NetworkField.isPossible, "needs root, ip(8) and network namespaces"))
    func copies() throws {
      let field = try NetworkField()
      try field.add("lossy")
      guard
        let call = try ForeignCall(.chromium, isPlacing: false, by: field.prefix(of: "lossy"))
      else { return }
      try #require(nft, "needs nft(8), of the package nftables")
      try field.run(
        """
        ip netns exec \(field.name("lossy")) nft -f - <<'END'
        table ip loss {
          chain in {
            type filter hook input priority 0
            meta l4proto udp numgen random mod 100 < 10 drop
          }
        }
        END
        """)
      // What is lost is looked at for eight seconds first.
      let first = call.phone.event("statistics", within: .seconds(60)) {
        $0["reception"]?["hasCopies"]?.boolean == true
          && $0["reception"]?["asksForCopies"]?.boolean == true
      }
      let before = try #require(first, "no copies came")
      let lostBefore = try #require(before["packetsLost"]?.integer)
      let last = call.phone.event("statistics", within: .seconds(60)) {
        ($0["packetsLost"]?.integer ?? 0) >= lostBefore + 20
      }
      let after = try #require(last, "nothing was lost any more")
      let lost = try #require(after["packetsLost"]?.integer) - lostBefore
      let concealed =
        try #require(after["concealedSamples"]?.integer)
        - (try #require(before["concealedSamples"]?.integer))
      // Without copies, 960 samples would have been made up for each.
      #expect(concealed < lost * 960 / 2, "\(concealed) for \(lost)")
      try call.end()
    }

    @Test("Chromium may describe its candidates at once, and hide its addresses")
    func hiddenAddresses() throws {
      guard
        let call = try ForeignCall(.chromium, isPlacing: true, "trickle=off", "microphone=off")
      else { return }
      #expect(call.offer?.contains(".local ") == true)
      #expect(try Sound(wav: try call.listen(1.3)).loudness > 0.02)
      try call.end()
      #expect(try strength(of: 500, in: call.heard) > 0.02)
    }

    @Test("aiortc calls and holds, with the older of the ciphers")
    func aiortcOffers() throws {
      guard
        let call = try ForeignCall(.aiortc, isPlacing: true, "profile=SRTP_AES128_CM_SHA1_80")
      else { return }
      let heard = try call.listen(5.5)
      #expect(try compare(said: call.said, heard: heard).correlation > 0.85)
      #expect(call.statistics { $0["cipher"]?.string == "AES-128-CM-SHA1-80" } != nil)
      try holdBothWays(call)
      try call.end()
      #expect(try compare(said: call.said, heard: call.heard).correlation > 0.85)
    }

    @Test("aiortc is called, with the newer of the ciphers")
    func aiortcAnswers() throws {
      guard
        let call = try ForeignCall(.aiortc, isPlacing: false, "profile=SRTP_AEAD_AES_128_GCM")
      else { return }
      let heard = try call.listen(5.5)
      #expect(try compare(said: call.said, heard: heard).correlation > 0.85)
      #expect(call.statistics { $0["cipher"]?.string == "AES-128-GCM" } != nil)
      // Not by aiortc: what it offers anew then has other numbers than it takes.
      try holdByPhone(call)
      try call.end()
      #expect(try compare(said: call.said, heard: call.heard).correlation > 0.85)
    }

    @Test("aiortc tells how much it takes: less is sent at once, and more again when it takes more")
    func estimates() throws {
      guard let call = try ForeignCall(.aiortc, isPlacing: false) else { return }
      let sending = { (isWanted: @escaping (_ bitsPerSecond: Int, _ why: String) -> Bool) in
        call.statistics { figures in
          guard let adaptation = figures["adaptation"],
            let bitsPerSecond = adaptation["bitsPerSecond"]?.integer,
            let why = adaptation["sentence"]?.string
          else { return false }
          return isWanted(bitsPerSecond, why)
        }
      }
      #expect(sending { rate, _ in rate >= 60_000 } != nil)
      call.peer.process.send("estimate 42000")
      #expect(
        sending { $1.contains("the other side takes about 42 kbit/s") && $0 == 29_000 } != nil)
      #expect(call.statistics { ($0["bitrate"]?["sent"]?.integer ?? .max) <= 42_000 } != nil)
      call.peer.process.send("estimate 70000")
      // After five seconds of calm; how far it comes in a while depends on what else the machine does.
      #expect(sending { rate, _ in rate > 29_000 } != nil)
      try call.end()
    }

    /// One side after the other holds the call and resumes it.
    private func holdBothWays(_ call: ForeignCall) throws {
      call.peer.process.send("hold")
      #expect(call.agrees(on: "sendonly"))
      call.peer.process.send("resume")
      #expect(call.agrees(on: "sendrecv"))
      try holdByPhone(call)
    }

    private func holdByPhone(_ call: ForeignCall) throws {
      call.phone.process.send("hold")
      #expect(call.phone.state("held", within: .seconds(10)) != nil)
      #expect(call.agrees(on: "recvonly"))
      call.phone.process.send("resume")
      #expect(call.phone.state("active", within: .seconds(10)) != nil)
      #expect(call.agrees(on: "sendrecv"))
      #expect(try Sound(wav: try call.listen(1.1)).loudness > 0.02)
    }
  }
}
