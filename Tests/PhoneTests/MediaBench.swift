import Basics
import Media
import Phone
import SDP
import Simulation

/// A media core with a session at the other end of each of its calls, on a path without delay.
final class MediaBench {
  struct Devices: Equatable {
    var capture: Bool
    var playback: Bool
  }

  /// The other end of one call; it says 5 000 plus the call's number.
  struct Peer {
    var session: MediaSession
    var credentials: IceCredentials?
    var heard: [Int16] = []
    var digits = ""
  }

  var core: MediaCore
  private(set) var peers: [CallID: Peer] = [:]
  private(set) var effects: [MediaEffect] = []
  private(set) var played: [Int16] = []
  private(set) var now = Instant.zero
  /// Whether what is ready is played along with what is due, and how often there was something.
  var takesReady = false
  private(set) var readyCount = 0
  private var cameAlong = false
  private var credentials: [CallID: IceCredentials] = [:]
  let ports = FakePorts(seed: 11)

  init(settings: MediaSettings = MediaSettings()) {
    core = MediaCore(
      settings: settings, ports: ports, wallTime: WallTime(milliseconds: 0), at: .zero)
  }

  func id(_ number: Int) -> CallID {
    CallID(account: AccountID(0), isIncoming: false, number: number)
  }

  var offererPlan: MediaPlan {
    MediaPlan(role: .offerer, iceServers: [], includesLoopback: false)
  }

  var reports: [MediaReport] {
    effects.compactMap { if case .report(let report) = $0 { report } else { nil } }
  }

  var devices: [Devices] {
    effects.compactMap {
      if case .useDevices(let capture, let playback, _) = $0 {
        Devices(capture: capture, playback: playback)
      } else {
        nil
      }
    }
  }

  func order(_ order: MediaOrder) { perform(core.carryOut(order, at: now)) }

  /// Has the core call a peer, which answers at once.
  func connect(_ id: CallID) {
    order(.prepare(id, offererPlan))
    order(.open(id))
    let own = IceCredentials(ufrag: "core", password: "core-password-core-password")
    perform(core.ice(.gathering(own), for: id, at: now))
    perform(core.ice(.gatheringDone, for: id, at: now))
    guard case .described(_, let offer)? = reports.last else { return }
    var session = MediaSession(
      plan: MediaPlan(role: .answerer(offer: offer), iceServers: [], includesLoopback: false),
      ports: ports, wallTime: WallTime(milliseconds: 0), at: now)
    let prepared = session.prepare(at: now)
    peers[id] = Peer(session: session)
    perform(prepared, ofPeer: id)
    peerActs(id) { $0.open(at: $1) }
    let theirs = IceCredentials(ufrag: "peer", password: "peer-password-peer-password")
    peerActs(id) { $0.ice(.gathering(theirs), at: $1) }
    peerActs(id) { $0.ice(.gatheringDone, at: $1) }
    perform(core.ice(.connected(local: .host, remote: .host), for: id, at: now))
    peerActs(id) { $0.ice(.connected(local: .host, remote: .host), at: $1) }
  }

  /// Lets both sides talk for some frames of 20 ms; the microphone gives 700, or what it is told.
  func talk(frames: Int, saying sound: Int16 = 700) {
    for _ in 0..<frames {
      perform(core.captured([Int16](repeating: sound, count: 960), at: now))
      for id in peers.keys.sorted() {
        let frame = [Int16](repeating: 5_000 + Int16(id.number), count: 960)
        peerActs(id) { $0.captured(frame, at: $1) }
      }
      for _ in 0..<2 {
        playNext()
        for id in peers.keys.sorted() {
          guard let (samples, effects) = peers[id]?.session.pull(sampleCount: 480, at: now) else {
            continue
          }
          peers[id]?.heard += samples
          perform(effects, ofPeer: id)
        }
        now = now.advanced(by: .milliseconds(10))
      }
      if let deadline = core.deadline, deadline <= now { perform(core.expire(at: now)) }
      for id in peers.keys.sorted() { peerActs(id) { $0.expire(at: $1) } }
    }
  }

  /// Plays 10 ms, unless they came along with those before.
  private func playNext() {
    if cameAlong {
      cameAlong = false
      return
    }
    played += pull(480)
    let then = now.advanced(by: .milliseconds(10))
    guard takesReady, let ready = core.pullReady(sampleCount: 480, at: then) else { return }
    played += ready
    readyCount += 1
    cameAlong = true
  }

  func pull(_ count: Int) -> [Int16] {
    let (samples, effects) = core.pull(sampleCount: count, at: now)
    perform(effects)
    return samples
  }

  func heard(by id: CallID) -> [Int16] { peers[id]?.heard ?? [] }

  /// The two channels of a call's recording so far.
  func recorded(_ id: CallID) -> (near: [Int16], far: [Int16]) {
    var result: (near: [Int16], far: [Int16]) = ([], [])
    for case .record(id, let near, let far) in effects {
      result.near += near
      result.far += far
    }
    return result
  }

  private func perform(_ new: [MediaEffect]) {
    effects += new.filter { if case .ice = $0 { false } else { true } }
    for effect in new {
      switch effect {
      case .ice(let id, .send(let datagram)): peerActs(id) { $0.ice(.received(datagram), at: $1) }
      case .report(.described(let id, let description)):
        peerActs(id) { $0.describe(description, at: $1) }
      default: break
      }
    }
  }

  private func peerActs(
    _ id: CallID, _ verb: (inout MediaSession, Instant) -> [SessionEffect]
  ) {
    guard var session = peers[id]?.session else { return }
    let effects = verb(&session, now)
    peers[id]?.session = session
    perform(effects, ofPeer: id)
  }

  private func perform(_ effects: [SessionEffect], ofPeer id: CallID) {
    for effect in effects {
      switch effect {
      case .ice(.send(let datagram)):
        perform(core.ice(.received(datagram), for: id, at: now))
      case .report(.described(let description)): order(.describe(id, description))
      case .report(.digit(let key)): peers[id]?.digits.append(key)
      default: break
      }
    }
  }
}
