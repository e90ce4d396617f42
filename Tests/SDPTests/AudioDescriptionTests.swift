import SDP
import Testing

@Suite("Audio description")
struct AudioDescriptionTests {
  @Test("tells what a Chromium offer means")
  func chromium() throws {
    let audio = try AudioDescription(reading: Samples.description(Samples.chromiumOffer))

    #expect(audio.sectionIndex == 0)
    #expect(audio.mid == "0")
    #expect(audio.direction == .sendrecv)
    #expect(audio.opus.payloadType == 111)
    #expect(audio.opus.usesInbandFEC)
    #expect(audio.opus.minimumPacketTime == 10)
    #expect(
      audio.telephoneEvents == [
        TelephoneEventFormat(payloadType: 110, clockRate: 48_000),
        TelephoneEventFormat(payloadType: 126, clockRate: 8_000),
      ])
    #expect(audio.redPayloadType == 63)
    #expect(audio.mostCopyDistance == 1)
    #expect(audio.audioLevelID == 1)
    #expect(audio.ssrc == 3_570_614_608)
    #expect(audio.canonicalName == "4TOk42mSjXCkVIa6")
    #expect(audio.credentials.ufrag == "EsAw")
    #expect(audio.setup == .actpass)
    #expect(audio.supportsTrickle)
    #expect(!audio.isIceLite)
    #expect(!audio.hasEndOfCandidates)
    #expect(audio.candidates.isEmpty)
  }

  @Test("tells how far before its packet a copy may stand, within what is sent at most")
  func copyDistance() throws {
    for (value, distance) in [("2", 2), ("3", 3), ("99", 3), ("0", 1), ("-1", 1), ("x", 1)] {
      let text = Samples.chromiumOffer.replacing(
        "a=fmtp:63 111/111", with: "a=fmtp:63 111/111\r\na=x-red-distance:\(value)")
      let audio = try AudioDescription(reading: Samples.description(text))
      #expect(audio.mostCopyDistance == distance, "\(value)")
    }
  }

  @Test("tells what an aiortc offer means")
  func aiortc() throws {
    let audio = try AudioDescription(reading: Samples.description(Samples.aiortcOffer))

    #expect(audio.opus.payloadType == 96)
    #expect(!audio.opus.usesInbandFEC)
    #expect(audio.telephoneEvents.isEmpty)
    #expect(audio.audioLevelID == 2)
    #expect(audio.candidates.map(\.kind) == [.host, .serverReflexive])
    #expect(audio.hasEndOfCandidates)
    #expect(!audio.supportsTrickle)
    #expect(audio.fingerprints.count == 1, "the damaged one is left out")
  }

  @Test("takes what stands before the sections for the section's")
  func sessionLevel() throws {
    let audio = try AudioDescription(
      reading: Samples.description(
        """
        v=0
        o=- 1 1 IN IP4 0.0.0.0
        a=ice-lite
        a=ice-ufrag:abcd
        a=ice-pwd:0123456789abcdefghijkl
        a=fingerprint:\(Samples.sha256)
        a=setup:active
        a=recvonly
        a=extmap:5/sendonly urn:ietf:params:rtp-hdrext:ssrc-audio-level
        m=video 9 RTP/SAVPF 96
        m=audio 9 RTP/SAVPF 96
        a=rtpmap:96 OPUS/48000/2
        a=fmtp:96 stereo=1; usedtx=1; maxaveragebitrate=999999999999; cbr=1;;x;maxplaybackrate=16000
        a=ptime:40
        a=maxptime:9999
        a=rtcp-mux
        """))
    #expect(audio.sectionIndex == 1)
    #expect(audio.mid == "1", "the index stands for a missing name")
    #expect(audio.isIceLite)
    #expect(audio.setup == .active)
    #expect(audio.direction == .recvonly)
    #expect(audio.audioLevelID == 5)
    #expect(audio.opus.prefersStereo && audio.opus.usesDTX && audio.opus.usesConstantBitrate)
    #expect(audio.opus.maximumAverageBitrate == 510_000)
    #expect(audio.opus.maximumPlaybackRate == 16_000)
    #expect(audio.packetTime == 40)
    #expect(audio.maximumPacketTime == nil)
  }

  @Test(
    "says what is missing",
    arguments: [
      ("a=rtpmap:111", NegotiationError.noOpus), ("a=rtcp-mux", .noRTCPMux),
      ("a=ice-ufrag", .noIceCredentials), ("a=ice-pwd", .noIceCredentials),
      ("a=fingerprint", .noFingerprint),
    ])
  func missing(line: String, error: NegotiationError) {
    #expect(throws: error) {
      try AudioDescription(reading: Samples.chromiumOffer(without: line))
    }
  }

  @Test("says what is wrong")
  func wrong() {
    let section = "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126"
    for (old, new, error) in [
      (section, "m=sound 9 UDP/TLS/RTP/SAVPF 111", NegotiationError.noAudio),
      (section, "m=audio 0 UDP/TLS/RTP/SAVPF 111", .audioRefused),
      (section, "m=audio 9 UDP/DTLS/SCTP 111", .notRTP(transportProtocol: "UDP/DTLS/SCTP")),
      ("a=setup:actpass", "a=setup:holdconn", .unusableSetup("holdconn")),
      ("a=ice-ufrag:EsAw", "a=ice-ufrag:Es!w", .noIceCredentials),
      ("a=ice-ufrag:EsAw", "a=ice-ufrag:Es", .noIceCredentials),
      ("a=fingerprint:\(Samples.sha256)", "a=fingerprint:md5 00:11", .noFingerprint),
      ("a=rtpmap:111 opus/48000/2", "a=rtpmap:111 opus/16000/2", .noOpus),
    ] {
      #expect(throws: error) {
        try AudioDescription(reading: Samples.chromiumOffer(replacing: old, with: new))
      }
      #expect(!error.description.isEmpty)
    }
  }

  @Test("takes a section with port 0 that waits to be bundled")
  func bundleOnly() throws {
    let offer = Samples.chromiumOffer(
      replacing: "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126",
      with: "m=audio 0 UDP/TLS/RTP/SAVPF 111\na=bundle-only")
    #expect(try AudioDescription(reading: offer).opus.payloadType == 111)
  }

  @Test("reads 64 candidates and 8 fingerprints at most")
  func bounds() throws {
    var offer = Samples.description(Samples.aiortcOffer)
    for index in 0..<200 {
      offer.media[0].attributes.append(
        Attribute("candidate", "\(index) 1 udp 1 127.0.0.1 9 typ host"))
      offer.media[0].attributes.append(Attribute("fingerprint", Samples.sha256))
    }
    let audio = try AudioDescription(reading: offer)
    #expect(audio.candidates.count == AudioDescription.candidateLimit)
    #expect(audio.fingerprints.count <= AudioDescription.fingerprintLimit)
  }

  @Test("ignores payload types and extension numbers that cannot be")
  func impossibleNumbers() throws {
    let offer = Samples.description(
      Samples.aiortcOffer.split(separator: "\r\n").map { line in
        switch line {
        case "m=audio 43741 UDP/TLS/RTP/SAVPF 96 0 8":
          "m=audio 43741 UDP/TLS/RTP/SAVPF 128 999999999999 -1 x 127"
        case "a=rtpmap:96 opus/48000/2":
          "a=rtpmap:128 opus/48000/2\na=rtpmap:999999999999 opus/48000/2\na=rtpmap:127 opus/48000/2"
        case "a=extmap:2 urn:ietf:params:rtp-hdrext:ssrc-audio-level":
          "a=extmap:0 urn:ietf:params:rtp-hdrext:ssrc-audio-level\n"
            + "a=extmap:15 urn:ietf:params:rtp-hdrext:ssrc-audio-level\n"
            + "a=extmap:4096 urn:ietf:params:rtp-hdrext:ssrc-audio-level"
        default: String(line)
        }
      }.joined(separator: "\n"))
    let audio = try AudioDescription(reading: offer)
    #expect(audio.opus.payloadType == 127)
    #expect(audio.audioLevelID == nil)
  }

  @Test("notices new ICE credentials")
  func iceRestart() throws {
    let first = try AudioDescription(reading: Samples.description(Samples.chromiumOffer))
    let second = try AudioDescription(
      reading: Samples.chromiumOffer(replacing: "a=ice-ufrag:EsAw", with: "a=ice-ufrag:EsAx"))
    #expect(second.restartsIce(since: first))
    #expect(!first.restartsIce(since: first))
  }
}
