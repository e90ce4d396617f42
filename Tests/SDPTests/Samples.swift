import SDP

/// Descriptions as browsers and libraries write them, with the addresses replaced.
enum Samples {
  static let sha256 =
    "sha-256 1B:2C:3D:4E:5F:60:71:82:93:A4:B5:C6:D7:E8:F9:0A:"
    + "1B:2C:3D:4E:5F:60:71:82:93:A4:B5:C6:D7:E8:F9:0A"

  static let chromiumOffer = [
    "v=0", "o=- 4611731400430051336 2 IN IP4 127.0.0.1", "s=-", "t=0 0",
    "a=group:BUNDLE 0 1", "a=extmap-allow-mixed", "a=msid-semantic: WMS 7Zh0tP",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126", "c=IN IP4 0.0.0.0",
    "a=rtcp:9 IN IP4 0.0.0.0", "a=ice-ufrag:EsAw", "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1",
    "a=ice-options:trickle", "a=fingerprint:\(sha256)", "a=setup:actpass", "a=mid:0",
    "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid", "a=sendrecv",
    "a=msid:7Zh0tP 1f9c", "a=rtcp-mux", "a=rtcp-rsize", "a=rtpmap:111 opus/48000/2",
    "a=rtcp-fb:111 transport-cc", "a=fmtp:111 minptime=10;useinbandfec=1",
    "a=rtpmap:63 red/48000/2", "a=fmtp:63 111/111", "a=rtpmap:9 G722/8000", "a=rtpmap:0 PCMU/8000",
    "a=rtpmap:8 PCMA/8000", "a=rtpmap:13 CN/8000", "a=rtpmap:110 telephone-event/48000",
    "a=rtpmap:126 telephone-event/8000", "a=ssrc:3570614608 cname:4TOk42mSjXCkVIa6",
    "a=ssrc:3570614608 msid:7Zh0tP 1f9c",
    "m=video 9 UDP/TLS/RTP/SAVPF 96 97", "c=IN IP4 0.0.0.0", "a=ice-ufrag:EsAw",
    "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1", "a=fingerprint:\(sha256)", "a=setup:actpass", "a=mid:1",
    "a=sendrecv", "a=rtcp-mux", "a=rtpmap:96 VP8/90000", "a=rtpmap:97 rtx/90000",
  ].map { $0 + "\r\n" }.joined()

  static let aiortcOffer = [
    "v=0", "o=- 3927012345 3927012345 IN IP4 0.0.0.0", "s=-", "t=0 0", "a=group:BUNDLE 0",
    "a=msid-semantic:WMS *", "m=audio 43741 UDP/TLS/RTP/SAVPF 96 0 8", "c=IN IP4 127.0.0.1",
    "a=sendrecv", "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid",
    "a=extmap:2 urn:ietf:params:rtp-hdrext:ssrc-audio-level", "a=mid:0",
    "a=msid:9a2f 5d41", "a=rtcp:9 IN IP4 0.0.0.0", "a=rtcp-mux", "a=ssrc:2718281828 cname:b3f0",
    "a=rtpmap:96 opus/48000/2", "a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000",
    "a=candidate:521af6 1 udp 2130706431 127.0.0.1 43741 typ host",
    "a=candidate:7c10e2 1 udp 1694498815 203.0.113.9 43741 typ srflx raddr 127.0.0.1 rport 43741",
    "a=end-of-candidates", "a=ice-ufrag:9zA1", "a=ice-pwd:v8Fh3kLmQ2xWn5Rb7Tc0Yd",
    "a=fingerprint:\(sha256)", "a=fingerprint:sha-512 00:01", "a=setup:actpass",
  ].map { $0 + "\r\n" }.joined()

  static func description(_ text: String) -> SessionDescription {
    do {
      return try SessionDescription(decoding: text)
    } catch {
      fatalError("a sample cannot be read: \(error)")
    }
  }

  /// The Chromium offer without the lines that begin so.
  static func chromiumOffer(without prefixes: String...) -> SessionDescription {
    let lines = chromiumOffer.split(separator: "\r\n").filter { line in
      !prefixes.contains { line.hasPrefix($0) }
    }
    return description(lines.joined(separator: "\n"))
  }

  static func chromiumOffer(replacing old: String, with new: String) -> SessionDescription {
    let lines = chromiumOffer.split(separator: "\r\n").map { $0 == old ? new : String($0) }
    return description(lines.joined(separator: "\n"))
  }

  static let transport = LocalTransport(
    credentials: IceCredentials(ufrag: "abcd", password: "0123456789abcdefghijkl"))

  static func local(ssrc: UInt32) -> LocalAudio {
    LocalAudio(
      sessionID: .max, ssrc: ssrc, canonicalName: "name\(ssrc)",
      fingerprint: Fingerprint(algorithm: .sha256, bytes: Array(0..<32)))
  }
}
