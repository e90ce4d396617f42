package import Basics
package import Formats

/// A message between persons, as an event has it.
package struct DirectMessage: Equatable, Sendable {
  package var id: Int
  package var sender: ZulipUser
  /// The source text, not HTML.
  package var content: String
  package var at: WallTime
  /// How many are in the conversation, with the sender.
  package var partyCount: Int

  package init(id: Int, sender: ZulipUser, content: String, at time: WallTime, partyCount: Int) {
    self.id = id
    self.sender = sender
    self.content = content
    at = time
    self.partyCount = partyCount
  }

  /// - Returns: `nil` for a message to a channel, and for what is none.
  package init?(decoding value: JSONValue) {
    guard ["private", "direct"].contains(value["type"]?.string), let id = value["id"]?.integer,
      let senderID = value["sender_id"]?.integer, let content = value["content"]?.string,
      let time = WallTime(decoding: value["timestamp"])
    else { return nil }
    self.init(
      id: id,
      sender: ZulipUser(
        id: senderID, name: value["sender_full_name"]?.string ?? "",
        email: value["sender_email"]?.string ?? ""),
      content: content, at: time, partyCount: value["display_recipient"]?.array?.count ?? 2)
  }

  /// - Parameter parties: all in the conversation.
  package func encoded(to parties: [ZulipUser]) -> JSONValue {
    [
      "id": .integer(Int64(id)), "type": "private", "sender_id": .integer(Int64(sender.id)),
      "sender_full_name": .string(sender.name), "sender_email": .string(sender.email),
      "content": .string(content), "content_type": "text/x-markdown",
      "timestamp": .integer(at.unixSeconds), "subject": "", "avatar_url": .null,
      "client": "tipring",
      "display_recipient": .array(
        parties.map {
          [
            "id": .integer(Int64($0.id)), "email": .string($0.email),
            "full_name": .string($0.name), "is_mirror_dummy": false,
          ]
        }),
    ]
  }
}

/// The link by which a Zulip without the calls API invites to a call (protocols A.6).
package struct JoinLink: Equatable, Sendable {
  /// Without the fragment.
  package var url: String
  package var isVideo: Bool

  package init(url: String, isVideo: Bool) {
    self.url = url
    self.isVideo = isVideo
  }

  /// Finds the link in a message's source. Its words are translated, so only the URL's form counts:
  /// `[…](https://JITSI/ROOM#config.startWithVideoMuted=…)`.
  package init?(in content: String) {
    guard content.utf8.count <= 10_000, let opening = content.firstRange(of: "](") else {
      return nil
    }
    let rest = content[opening.upperBound...]
    guard content[..<opening.lowerBound].contains("["),
      let closing = rest.firstIndex(of: ")"), let hash = rest.firstIndex(of: "#"), hash < closing
    else { return nil }
    let url = String(rest[..<hash])
    let fragment = rest[rest.index(after: hash)..<closing].split(separator: "&")
    guard let muted = fragment.first(where: { $0.hasPrefix(Self.mark) }),
      url.hasPrefix("https://") || url.hasPrefix("http://"), url.utf8.count <= 500,
      url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
      url.split(separator: "/", omittingEmptySubsequences: false).count > 3
    else { return nil }
    self.init(url: url, isVideo: muted.dropFirst(Self.mark.count) == "false")
  }

  /// The message that invites.
  package var content: String {
    let words = isVideo ? "Join video call." : "Join voice call."
    return "[\(words)](\(url)#\(Self.mark)\(isVideo ? "false" : "true"))"
  }

  private static let mark = "config.startWithVideoMuted="
}
