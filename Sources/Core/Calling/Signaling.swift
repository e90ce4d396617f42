package import Basics
package import SDP

/// Somebody at the other end.
package struct Party: Equatable, Hashable, Sendable {
  /// As the server tells it; shown only after `HarmlessText`.
  package var name: String
  /// What the system dials: a user id, an e-mail address, a number.
  package var address: String
  package var isBot: Bool

  package init(name: String, address: String, isBot: Bool = false) {
    self.name = name
    self.address = address
    self.isBot = isBot
  }
}

/// What a call offers at most.
package enum CallKind: String, Sendable {
  case audio, video
}

/// Why a call is over, seen from here.
package enum EndReason: Equatable, Sendable {
  /// The user hung up a call that had been accepted.
  case hungUp
  /// The other side hung up a call that had been accepted.
  case remoteHungUp
  /// One side refused; with what was said about it.
  case declined(reason: String?)
  case busy
  /// The caller gave up before an answer.
  case cancelled
  /// An incoming call that nobody took.
  case missed
  /// An outgoing call that nobody took.
  case noAnswer
  /// Another device of the same user took it.
  case answeredElsewhere
  /// Whom or what was called, nobody knows; in words.
  case unknownCallee(String)
  /// The server or the way to it failed, or it refused the request; in words.
  case signalingFailed(String)
  /// Sound could not be brought across; in words.
  case mediaFailed(String)
  /// Not signed in; in words.
  case notSignedIn(String)
}

/// What a server wants of the sound of one call.
package struct MediaTerms: Equatable, Sendable {
  /// How the sound travels.
  package enum Carriage: Equatable, Sendable {
    /// Described by offer and answer; the caller offers.
    case negotiated
    /// A conference: its server offers whenever there is somebody to hear, and may withdraw and offer
    /// anew during the call (`mediaGone`). Silence is nothing unusual.
    case offeredByServer
    /// Samples in messages of the dialect (`sound`, both ways).
    case samples(SampleTerms)
  }

  package var carriage: Carriage
  /// Servers to gather candidates from, beside the machine's own addresses.
  package var iceServers: [IceServer]

  package init(_ carriage: Carriage = .negotiated, iceServers: [IceServer] = []) {
    self.carriage = carriage
    self.iceServers = iceServers
  }
}

/// How samples travel in a dialect's messages: 16 bits, one channel.
package struct SampleTerms: Equatable, Sendable {
  /// Samples a second that we send: 8 000–48 000.
  package var sentRate: Int
  /// Samples a second that we are sent.
  package var receivedRate: Int
  /// How much sound we send in one message.
  package var chunk: Duration

  package init(sentRate: Int, receivedRate: Int, chunk: Duration = .milliseconds(40)) {
    self.sentRate = sentRate
    self.receivedRate = receivedRate
    self.chunk = chunk
  }
}

/// Somebody in a call of several.
package struct Participant: Equatable, Hashable, Sendable {
  /// Within the call.
  package var id: String
  /// As the server tells it; shown only after `HarmlessText`.
  package var name: String
  package var isSelf: Bool
  package var isMuted: Bool
  /// Whether the server says so; what is heard in the media comes on top.
  package var isSpeaking: Bool
  /// The RTP streams that are this participant's sound (RFC 3550 SSRC); empty where the server mixes.
  package var streams: [UInt32]

  package init(
    id: String, name: String, isSelf: Bool = false, isMuted: Bool = false,
    isSpeaking: Bool = false, streams: [UInt32] = []
  ) {
    self.id = id
    self.name = name
    self.isSelf = isSelf
    self.isMuted = isMuted
    self.isSpeaking = isSpeaking
    self.streams = streams
  }
}

/// One utterance, or the part of it that is known so far.
package struct TranscriptLine: Equatable, Sendable {
  package enum Kind: Equatable, Sendable {
    case spoken
    /// A line of chat.
    case written
    /// What the server has to say of the call; nobody's words.
    case notice
  }

  package var kind = Kind.spoken
  /// Who spoke; shown only after `HarmlessText`.
  package var speaker: String
  package var isSelf: Bool
  package var text: String
  /// A line that is not final is replaced by the next line of the same speaker.
  package var isFinal: Bool
  package var at: Instant

  package init(speaker: String, isSelf: Bool, text: String, isFinal: Bool, at now: Instant) {
    self.speaker = speaker
    self.isSelf = isSelf
    self.text = text
    self.isFinal = isFinal
    self.at = now
  }
}

/// What a voice bot is doing.
package enum AgentState: String, Sendable {
  case listening, thinking, speaking
}

/// An incoming call as its dialect tells it.
package struct Invitation: Equatable, Sendable {
  package var id: CallID
  /// The server's own name of the call, for history and logs.
  package var remoteID: String
  package var from: Party
  package var kind: CallKind
  /// What a bot heard before it handed the call over.
  package var summary: String?
  package var lastWords: [TranscriptLine]
  package var terms: MediaTerms
  /// Where a browser can open the call.
  package var browserURL: String?

  package init(
    id: CallID, remoteID: String, from: Party, kind: CallKind, summary: String? = nil,
    lastWords: [TranscriptLine] = [], terms: MediaTerms = MediaTerms(), browserURL: String? = nil
  ) {
    self.id = id
    self.remoteID = remoteID
    self.from = from
    self.kind = kind
    self.summary = summary
    self.lastWords = lastWords
    self.terms = terms
    self.browserURL = browserURL
  }
}

/// What the call book asks of the dialect that carries the call.
package enum SignalingOrder: Equatable, Sendable {
  /// Call that address, as the system writes it. Answered by `placed` or `ended`.
  case place(CallID, to: String, kind: CallKind)
  /// Tell the caller that it rings here.
  case ring(CallID)
  /// Our description, first or renewed; the dialect holds it back until its server can take it.
  case describe(CallID, SessionDescription)
  /// One of our candidates; only after `describe`, and for an incoming call only after `accept`.
  case candidate(CallID, Candidate)
  case endOfCandidates(CallID)
  /// Take the incoming call. `describe` has been or will be given.
  case accept(CallID)
  case decline(CallID, reason: String?)
  /// Refuse because the phone has no room for another call.
  case refuseBusy(CallID)
  /// End the call, or take back one that has not been accepted.
  case end(CallID, EndReason)
  /// The sound of a call whose server offers could not be brought across, in words; its session is
  /// gone. The dialect asks its server for another offer, or gives up by `ended`.
  case mediaFailed(CallID, String)
  /// Whether the microphone is muted in that call, for servers that show it.
  case mute(CallID, Bool)
  /// A chunk from the microphone, for a call whose sound travels as samples.
  case sound(CallID, [Int16])
  /// In a call with a bot: ask it to hand the call over to a person.
  case requestPerson(CallID)
  /// What the call's STUN and TURN servers know us by ends soon: ask for it anew. Answered by
  /// `servers`, if the server grants them by the call or the hour.
  case renewServers(CallID)
  /// Something beside the calls; answered once by `answered`.
  case serve(ServiceID, ServiceRequest)
  case refreshContacts
  case refreshHistory
  /// Say goodbye; the account stays signed out.
  case signOut
}

/// What a dialect tells of its server, in words that all call systems share.
package enum SignalingReport: Equatable, Sendable {
  case account(AccountState)
  /// Who the server says one is.
  case identity(Party)
  case contacts([Contact])
  case history([CallRecord])
  case invited(Invitation)
  /// The server has taken an outgoing call: from now on it is rung, and media may be prepared.
  case placed(CallID, remoteID: String, party: Party, terms: MediaTerms, browserURL: String?)
  /// The other side is being rung.
  case ringing(CallID)
  case accepted(CallID)
  /// The other side's description: an offer for an incoming call, an answer for an outgoing one, or a
  /// renewed one.
  case described(CallID, SessionDescription)
  case candidate(CallID, Candidate)
  case endOfCandidates(CallID)
  /// The servers to gather candidates from, whenever that happens next.
  case servers(CallID, [IceServer])
  case transcript(CallID, TranscriptLine)
  case agent(CallID, AgentState)
  case ended(CallID, EndReason)
  /// The server has withdrawn its offer; the call goes on and a new offer may come.
  case mediaGone(CallID)
  /// All who are in the call, whenever something about them changes.
  case participants(CallID, [Participant])
  /// The server, or somebody on its behalf, has muted the microphone.
  case muted(CallID, by: String?)
  /// A chunk to be played, for a call whose sound travels as samples.
  case sound(CallID, [Int16])
  /// What has been given to be played and is not yet played shall not be (barge-in).
  case flushSound(CallID)
  /// A line of chat in the call; shown only after `HarmlessText`.
  case message(CallID, from: String, text: String)
  /// Something the user should know of this call: the waiting room, a time-out that is near.
  case callNotice(CallID, String)
  case answered(ServiceID, ServiceAnswer)
  /// Something the user should know of this account.
  case notice(String)
  /// What the client wants to be told when it is made anew, in its own words (``DialectClient/restore(_:)``);
  /// `nil` when that is nothing any more. At most 64 KiB.
  case keepsake(String?)
}
