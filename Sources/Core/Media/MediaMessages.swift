package import Basics
package import SDP

/// How the sound of one call is to be set up.
package struct MediaPlan: Equatable, Sendable {
  package enum Role: Equatable, Sendable {
    case offerer
    case answerer(offer: SessionDescription)
  }

  /// What a session does with what arrives.
  package enum Carriage: Equatable, Sendable {
    /// Plays it, and sends sound of its own.
    case sound
    /// Hands the packets on unread, and sends such packets; see ``ForwardedPacket``.
    case packets
  }

  package var role: Role
  package var carriage: Carriage
  package var iceServers: [IceServer]
  /// Whether the server is on this machine, so that loopback addresses are worth a try.
  package var includesLoopback: Bool
  /// The peer is a conference's server: it alone makes offers, nothing is sent while one is muted, and a
  /// path that breaks is the end of the session.
  package var isConference: Bool
  /// Whether another path is sought without being told to when the one in use breaks.
  package var restartsByItself: Bool

  package init(
    role: Role, carriage: Carriage = .sound, iceServers: [IceServer], includesLoopback: Bool,
    isConference: Bool = false, restartsByItself: Bool = true
  ) {
    self.role = role
    self.carriage = carriage
    self.iceServers = iceServers
    self.includesLoopback = includesLoopback
    self.isConference = isConference
    self.restartsByItself = restartsByItself
  }
}

/// A signal that the phone itself plays, mixed with what arrives.
package enum CallTone: Equatable, Sendable {
  /// A call is coming in.
  case ring
  /// It rings at the other side.
  case ringback
  case busy
  /// The call could not be put through.
  case failure
  /// Another call is waiting while one is up.
  case waiting
}

/// What the control loop asks of the media loop.
package enum MediaOrder: Equatable, Sendable {
  /// Gather candidates, make a certificate, and report our description. Nothing is sent to the peer.
  case prepare(CallID, MediaPlan)
  /// The peer's answer, or a renewed description.
  case describe(CallID, SessionDescription)
  case candidate(CallID, Candidate)
  case endOfCandidates(CallID)
  /// Make ready for a call whose sound travels as samples in the dialect's messages; there is no path
  /// and there are no keys: `secured` is reported at once.
  case prepareSamples(CallID, sentRate: Int, receivedRate: Int, chunk: Duration)
  /// A chunk of such a call's sound, at its `receivedRate`.
  case play(CallID, [Int16])
  /// What such a call has not yet played shall not be played.
  case flush(CallID)
  /// The RTP streams (SSRC) that are expected, in a call of several.
  case streams(CallID, [UInt32])
  /// Gather from these servers from now on.
  case servers(CallID, [IceServer])
  /// Check pairs, shake hands, open the sound devices. May come before the description.
  case open(CallID)
  /// Whether this call hears the microphone and is heard.
  case setActive(CallID, Bool)
  case mute(Bool)
  case digits(CallID, String)
  case startTone(CallTone)
  case stopTone
  case volume(decibels: Int)
  /// What speech may take from now on, in every call: 6 000–510 000.
  case bitrate(bitsPerSecond: Int)
  /// Into a file; its folder is made where that is missing and ours.
  case record(CallID, path: String, makesFolder: Bool = false)
  case stopRecording(CallID)
  /// Gather anew after the network changed.
  case restart(CallID)
  /// This machine's addresses have changed: calls whose path is gone seek another.
  case networkChanged(NetworkChange)
  /// `nil` leaves that one as it is; an empty ringer is the loudspeaker.
  case chooseDevices(capture: String?, playback: String?, ringer: String? = nil)
  case close(CallID)
}

extension MediaOrder {
  /// Takes the next order's sound into this one, so that a burst of chunks needs the room of one order.
  ///
  /// - Returns: whether it was taken: both play to the same call, and not more than 120 s.
  package mutating func absorb(_ next: MediaOrder) -> Bool {
    guard case .play(let id, var samples) = self, case .play(id, let more) = next,
      samples.count + more.count <= Sound.sampleRate * 120
    else { return false }
    self = .play(id, [])  // The samples are changed in place.
    samples += more
    self = .play(id, samples)
    return true
  }
}

/// What the media loop tells the control loop.
package enum MediaReport: Equatable, Sendable {
  /// Our description is complete as far as it will be; candidates follow by themselves.
  case described(CallID, SessionDescription)
  case candidate(CallID, Candidate)
  case endOfCandidates(CallID)
  /// A path is found and keys are agreed: packets can pass.
  case secured(CallID)
  /// The first sound from the peer has been played.
  case flowing(CallID)
  /// Nothing has arrived for a while; or it arrives again.
  case stalled(CallID, since: Instant)
  case recovered(CallID)
  /// The peer stopped or resumed sending by its description.
  case heldByPeer(CallID, Bool)
  /// The peer said goodbye (RTCP BYE or DTLS close).
  case peerLeft(CallID)
  /// Sound cannot be brought across; in words.
  case failed(CallID, String)
  /// What was ordered to close is closed; what comes from now on is of the next session of that call.
  case closed(CallID)
  case digit(CallID, Character)
  /// A chunk from the microphone of a call whose sound travels as samples, at its `sentRate`.
  case sound(CallID, [Int16])
  /// Which of a call's streams are heard to speak, whenever that changes.
  case speaking(CallID, [UInt32])
  /// A recording began (with its path), or ended (`nil`), or could not be made (with the reason).
  case recording(CallID, path: String?, complaint: String?)
  case statistics(CallID, MediaStatistics)
  /// Capture and playback device by name, the ringer where it is not the latter, and what is wrong with
  /// them in words.
  case devices(capture: String, playback: String, ringer: String = "", complaint: String?)
  /// A `file:` capture has come to its end.
  case captureEnded
  /// Something about the microphone that whoever speaks should know.
  case hint(MicrophoneHint)
}

extension MediaReport {
  /// Takes the next report's sound into this one, when the dialect has not yet sent it.
  ///
  /// - Returns: whether it was taken: both are of the same call, and not more than a second.
  package mutating func absorb(_ next: MediaReport) -> Bool {
    guard case .sound(let id, let samples) = self, case .sound(id, let more) = next,
      samples.count + more.count <= Sound.sampleRate
    else { return false }
    self = .sound(id, samples + more)
    return true
  }
}
