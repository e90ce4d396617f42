package import Formats

/// What Meta's webhook tells of calls over WhatsApp.
///
/// Buzzi's document names some members differently; both are read.
package struct WhatsAppEvent: Equatable, Sendable {
  package enum Kind: Equatable, Sendable {
    /// Somebody calls, and this is the offer.
    case connect(offer: String)
    /// The call is over; with Meta's status or the document's reason.
    case terminate(reason: String)
  }

  package var callID: String
  package var kind: Kind
  /// The caller's number.
  package var from: String
  /// As WhatsApp's profile has it.
  package var name: String?
  package var phoneNumberID: String?

  package init(
    callID: String, kind: Kind, from: String, name: String? = nil, phoneNumberID: String? = nil
  ) {
    self.callID = callID
    self.kind = kind
    self.from = from
    self.name = name
    self.phoneNumberID = phoneNumberID
  }

  /// The events in the body of a webhook, at most ``limit``; what is about something else, or makes no
  /// sense, is passed over.
  package static func events(in body: JSONValue) -> [WhatsAppEvent] {
    var events: [WhatsAppEvent] = []
    for entry in (body["entry"]?.array ?? []).prefix(limit) {
      for change in (entry["changes"]?.array ?? []).prefix(limit) {
        guard let value = change["value"] else { continue }
        for call in (value["calls"]?.array ?? []).prefix(limit) where events.count < limit {
          if let event = WhatsAppEvent(decoding: call, in: value) { events.append(event) }
        }
      }
    }
    return events
  }

  private init?(decoding call: JSONValue, in value: JSONValue) {
    guard let id = (call["id"] ?? call["call_id"])?.string, (1...300).contains(id.utf8.count)
    else { return nil }
    callID = id
    from = String((call["from"]?.string ?? "").prefix(40))
    phoneNumberID = (value["metadata"]?["phone_number_id"] ?? call["phone_number_id"])?.string
    let contacts = value["contacts"]?.array ?? []
    let contact = contacts.first { $0["wa_id"]?.string == call["from"]?.string } ?? contacts.first
    name = contact?["profile"]?["name"]?.string.map { String($0.prefix(100)) }
    switch call["event"]?.string {
    case "connect":
      let session = call["session"]
      guard session?["sdp_type"]?.string ?? "offer" == "offer",
        let sdp = session?["sdp"]?.string ?? call["offer"]?.string
          ?? call["offer"]?["sdp"]?.string ?? call["call"]?["offer"]?["sdp"]?.string
      else { return nil }
      kind = .connect(offer: sdp)
    case "terminate":
      let status = call["status"]?.string ?? call["status"]?.array?.first?.string
      kind = .terminate(reason: status ?? call["reason"]?.string ?? "COMPLETED")
    default: return nil
    }
  }

  /// Events of one webhook at most.
  package static let limit = 64
}

/// What is asked of Meta's Graph API: `POST /{PHONE_NUMBER_ID}/calls`.
package struct WhatsAppAction: Equatable, Sendable {
  package enum Action: String, Sendable {
    case preAccept = "pre_accept"
    case accept, reject, terminate
  }

  package var callID: String
  package var action: Action
  /// The answer, the same in `pre_accept` and `accept`.
  package var sdp: String?

  package init(callID: String, action: Action, sdp: String? = nil) {
    self.callID = callID
    self.action = action
    self.sdp = sdp
  }

  package func encoded() -> JSONValue {
    .members([
      "messaging_product": "whatsapp", "call_id": .string(callID),
      "action": .string(action.rawValue),
      "session": sdp.map { ["sdp_type": "answer", "sdp": .string($0)] },
    ])
  }
}
