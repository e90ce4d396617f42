extension SessionDescription {
  /// The text that ``init(decoding:)`` reads, with lines ended by CRLF, in the order of RFC 8866 §9.
  package func encoded() -> String {
    var lines = ["v=0", "o=\(origin.encoded())", "s=-", "t=0 0"]
    lines += attributes.map { $0.encodedLine() }
    for section in media {
      lines.append(
        (["m=\(section.kind)", String(section.port), section.transportProtocol] + section.formats)
          .joined(separator: " "))
      if let address = section.connectionAddress { lines.append("c=\(connection(address))") }
      lines += section.attributes.map { $0.encodedLine() }
    }
    return lines.map { oneLine($0) + "\r\n" }.joined()
  }
}

extension SessionDescription.Origin {
  fileprivate func encoded() -> String {
    "\(username) \(sessionID) \(version) \(connection(address))"
  }
}

extension Attribute {
  fileprivate func encodedLine() -> String {
    value.map { "a=\(name):\($0)" } ?? "a=\(name)"
  }
}

/// An address with its family in front (RFC 8866 §5.7).
private func connection(_ address: String) -> String {
  "IN \(address.utf8.contains(UInt8(ascii: ":")) ? "IP6" : "IP4") \(address)"
}

/// A value that came from elsewhere than a parsed description must not begin a line of its own.
private func oneLine(_ line: String) -> String {
  guard line.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D }) else { return line }
  return String(decoding: line.utf8.filter { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
}
