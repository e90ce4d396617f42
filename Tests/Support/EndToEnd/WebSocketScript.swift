package import Transport

extension ScriptedServer.Connection {
  /// Answers the opening handshake of a WebSocket (RFC 6455 §4.2.2) and returns the request's head.
  ///
  /// - Parameter head: the request, if it has been read already.
  @discardableResult
  package func acceptWebSocket(
    head: String? = nil, extra: String = "", followedBy frame: WebSocketFrame? = nil
  ) -> String {
    let head = head ?? readHead()
    let lines = head.split(separator: "\r\n")
    let key = lines.first { $0.lowercased().hasPrefix("sec-websocket-key:") }
      .map { $0.drop { $0 != ":" }.dropFirst().drop { $0 == " " } }
    let digest = SHA1.digest(
      Array("\(key ?? "")258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8))
    let answer =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      + "Sec-WebSocket-Accept: \(base64(digest))\r\n\(extra)\r\n"
    write(Array(answer.utf8) + (frame?.encoded(mask: nil) ?? []))
    return head
  }

  /// The next frames that the client sends, until one satisfies `condition`; empty at the end.
  package func readFrames(until condition: (WebSocketFrame) -> Bool) -> [WebSocketFrame] {
    var reader = WebSocketFrameReader(expectsMask: true, limit: 4_194_304)
    var frames: [WebSocketFrame] = []
    while true {
      while let frame = try? reader.next() {
        frames.append(frame)
        if condition(frame) { return frames }
      }
      let bytes = readSome()
      if bytes.isEmpty { return frames }
      reader.append(bytes)
    }
  }

  @discardableResult
  package func write(_ frame: WebSocketFrame) -> Bool { write(frame.encoded(mask: nil)) }

  private func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
      for index in 0...group.count {
        text.append(alphabet[Int(bits >> UInt32(18 - 6 * index) & 63)])
      }
    }
    return text + String(repeating: "=", count: (3 - bytes.count % 3) % 3)
  }
}

/// For the handshake of a WebSocket, which asks for it.
private enum SHA1 {
  /// FIPS 180-4 §6.1.
  static func digest(_ message: [UInt8]) -> [UInt8] {
    var padded = message + [0x80]
    while padded.count % 64 != 56 { padded.append(0) }
    for shift in stride(from: 56, through: 0, by: -8) {
      padded.append(UInt8(truncatingIfNeeded: (message.count * 8) >> shift))
    }
    var hash: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
    for block in stride(from: 0, to: padded.count, by: 64) {
      var words = (0..<16).map { word in
        (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(padded[block + word * 4 + $1]) }
      }
      for index in 16..<80 {
        let mixed = words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16]
        words.append(mixed << 1 | mixed >> 31)
      }
      var (a, b, c, d, e) = (hash[0], hash[1], hash[2], hash[3], hash[4])
      for index in 0..<80 {
        let (mix, constant): (UInt32, UInt32) =
          switch index {
          case ..<20: (b & c | ~b & d, 0x5A82_7999)
          case ..<40: (b ^ c ^ d, 0x6ED9_EBA1)
          case ..<60: (b & c | b & d | c & d, 0x8F1B_BCDC)
          default: (b ^ c ^ d, 0xCA62_C1D6)
          }
        let next = (a << 5 | a >> 27) &+ mix &+ e &+ constant &+ words[index]
        (e, d, c, b, a) = (d, c, b << 30 | b >> 2, a, next)
      }
      for (index, value) in [a, b, c, d, e].enumerated() { hash[index] &+= value }
    }
    return hash.flatMap { word in
      stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt32($0)) }
    }
  }
}
