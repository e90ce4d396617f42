/// Finds what counts for one section: its own attributes first, then those of the session.
struct AttributeLookup {
  let section: MediaSection
  let session: SessionDescription

  func has(_ name: String) -> Bool {
    section.attributes.contains { $0.name == name }
      || session.attributes.contains { $0.name == name }
  }

  func value(_ name: String) -> String? {
    values(name).first
  }

  /// All values under one name; the session's only if the section has none.
  func values(_ name: String) -> [String] {
    let own = section.attributes.compactMap { $0.name == name ? $0.value : nil }
    return own.isEmpty ? session.attributes.compactMap { $0.name == name ? $0.value : nil } : own
  }

  var direction: Direction {
    let stated = { (attributes: [Attribute]) in
      attributes.lazy.compactMap { Direction(rawValue: $0.name) }.first
    }
    return stated(section.attributes) ?? stated(session.attributes) ?? .sendrecv
  }

  /// Opus at its only clock rate (RFC 7587 §7).
  var opus: OpusFormat? {
    payloadTypes(named: "opus", clockRate: 48_000).first.map { payloadType in
      let formats = values("fmtp").compactMap { parameters($0, for: payloadType) }
      return OpusFormat(payloadType: payloadType, parameters: formats.first ?? "")
    }
  }

  /// Those at the clock rate of Opus first.
  var telephoneEvents: [TelephoneEventFormat] {
    [48_000, 8_000].flatMap { clockRate in
      payloadTypes(named: "telephone-event", clockRate: clockRate).prefix(1)
        .map { TelephoneEventFormat(payloadType: $0, clockRate: clockRate) }
    }
  }

  /// The payload type of packets with redundant copies, all of them of that payload type; without
  /// `fmtp`, that is meant (RFC 2198 §5).
  func redundancy(of payloadType: UInt8) -> UInt8? {
    payloadTypes(named: "red", clockRate: 48_000).first { candidate in
      guard let text = values("fmtp").lazy.compactMap({ parameters($0, for: candidate) }).first
      else { return true }
      return text.split(separator: "/").allSatisfy { UInt8($0) == payloadType }
    }
  }

  /// For how many packets before its own a copy is told that stands alone.
  var copyDistance: Int {
    let told = value(AudioDescription.copyDistanceAttribute).flatMap { Int($0) } ?? 1
    return min(max(1, told), AudioDescription.ownCopyDistance)
  }

  /// Whether `rtcp-fb` offers that feedback on a payload type, or on all (RFC 4585 §4.2).
  func givesFeedback(_ kind: String, on payloadType: UInt8) -> Bool {
    values("rtcp-fb").contains { value in
      let fields = value.split(separator: " ")
      return fields.count == 2 && (fields[0] == "*" || UInt8(fields[0]) == payloadType)
        && fields[1] == kind
    }
  }

  /// The payload types that `rtpmap` gives to an encoding, in the order of the `m=` line.
  func payloadTypes(named encoding: String, clockRate: Int) -> [UInt8] {
    let maps = values("rtpmap")
    return section.formats.compactMap { format in
      guard let payloadType = UInt8(format), payloadType < 128 else { return nil }
      let matches = maps.contains { map in
        guard let value = parameters(map, for: payloadType) else { return false }
        let parts = value.split(separator: "/")
        return parts.count >= 2 && parts[0].lowercased() == encoding && Int(parts[1]) == clockRate
      }
      return matches ? payloadType : nil
    }
  }

  /// The number of a header extension, without the direction that may stand behind it.
  func extensionID(uri: String) -> UInt8? {
    for value in values("extmap") {
      let fields = value.split(separator: " ")
      guard fields.count >= 2, fields[1] == uri, let id = UInt8(fields[0].prefix { $0 != "/" }),
        id > 0, id != 15  // Reserved in the one-byte form (RFC 8285 §4.2).
      else { continue }
      return id
    }
    return nil
  }

  /// The first SSRC, and its canonical name if that is told.
  var source: (ssrc: UInt32?, canonicalName: String?) {
    let lines = section.attributes.compactMap { attribute in
      attribute.name == "ssrc" ? attribute.value?.split(separator: " ", maxSplits: 1) : nil
    }
    guard let ssrc = lines.lazy.compactMap({ $0.first.flatMap { UInt32($0) } }).first else {
      return (nil, nil)
    }
    let name = lines.first { line in
      line.count == 2 && UInt32(line[0]) == ssrc && line[1].hasPrefix("cname:")
    }
    return (ssrc, name.map { String($0[1].dropFirst(6)) })
  }

  func packetTime(_ name: String) -> Int? {
    value(name).flatMap { Int($0) }.flatMap { (3...120).contains($0) ? $0 : nil }
  }

  /// What follows a payload type in `rtpmap` or `fmtp`.
  private func parameters(_ value: String, for payloadType: UInt8) -> String? {
    let fields = value.split(separator: " ", maxSplits: 1)
    guard fields.count == 2, UInt8(fields[0]) == payloadType else { return nil }
    return String(fields[1])
  }
}

extension MediaSection {
  /// Port 0 refuses a section, unless it only waits to be bundled with another (RFC 9143 §6).
  var isRefused: Bool { port == 0 && !attributes.contains { $0.name == "bundle-only" } }

  func value(_ name: String) -> String? {
    attributes.lazy.filter { $0.name == name }.compactMap(\.value).first
  }
}
