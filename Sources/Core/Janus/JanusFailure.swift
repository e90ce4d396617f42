import Basics

/// Why a Janus server did not do what was asked: of the core 4xx, of the AudioBridge 48x and 49x.
package struct JanusFailure: Error, Equatable, Sendable {
  package var code: Int
  /// The server's own words, harmless and at most 120 characters.
  package var reason: String

  package init(code: Int, reason: String) {
    self.code = code
    self.reason = HarmlessText.line(reason, limit: 120)
  }

  /// A sentence for people, saying what to do.
  package var sentence: String {
    switch code {
    case 403, 489: "The media server does not admit us: PIN, token or key is wrong."
    case 458, 459: "The media server has forgotten the conversation; call again."
    case 460: "The media server has no AudioBridge; its owner has to load that plugin."
    case 465, 493: "The media server does not understand the description of our sound."
    case 485: "The room no longer exists on the media server; join it anew."
    case 486: "The media server has a room of that name already."
    case 491: "The media server believes that we are in the room already; try again in a minute."
    case 452...457, 482, 483:
      "The media server does not understand the request (\(code): \(reason))."
    default: "The media server refused with code \(code): \(reason)".asSentence
    }
  }
}
