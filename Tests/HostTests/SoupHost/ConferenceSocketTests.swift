import Basics
import Calling
import Exchange
import Jitsi
import LoopGLib
import NetSoup
import SDP
import Simulation
import SoupHost
import Testing
import Transport

@Suite("ExchangeHost: conferences", .serialized)
struct ConferenceSocketTests {
  @Test("agrees on the subprotocol xmpp, among others that are offered, and on none that it is not")
  func subprotocol() throws {
    let rig = try HostRig()
    for (offered, agreed) in [
      ("xmpp", "xmpp"), ("soap, xmpp", "xmpp"), ("soap", nil), (nil, nil),
    ] {
      var request = HTTPRequest(.get, "/xmpp-websocket")
      if let offered { request.fields["Sec-WebSocket-Protocol"] = offered }
      let socket = try PlainSocket("127.0.0.1", rig.port, request)
      #expect(socket.subprotocol == agreed)
    }
    var other = HTTPRequest(
      .get, "/ws/meet", fields: ["Authorization": "Bearer \(try rig.signIn("alice"))"])
    other.fields["Sec-WebSocket-Protocol"] = "xmpp"
    #expect(try PlainSocket("127.0.0.1", rig.port, other).subprotocol == nil)
  }

  @Test(
    "the program's own clients find the exchange, come together and are told of each other's streams"
  )
  func clients() throws {
    let rig = try HostRig()
    let ends = try (1...3).map { try ExchangeConferenceEnd(rig.host.url + "/Room", number: $0) }
    defer { for end in ends { end.stop() } }
    var described: Set<String> = []
    try eventually(seconds: 20) {
      for case .attendant(.joinConference(let leg, _)) in rig.events.withLock({ $0 })
      where described.insert(leg).inserted {
        rig.host.take(.described(callID: leg, isOffer: true, sdp: Self.offer))
      }
      return ends.allSatisfy { end in
        end.participants.count { !$0.streams.isEmpty } == 2
      }
    }
    #expect(described.count == 3)
    #expect(try rig.metric("tipring_conference_people") == 3)
    let answers = rig.events.withLock { events in
      events.count { if case .attendant(.describe) = $0 { true } else { false } }
    }
    #expect(answers == 3)
    ends[2].leave()
    try eventually { try rig.metric("tipring_conference_people") == 2 }
    try eventually { ends[0].participants.count == 2 }
  }

  /// What the forwarder would say.
  private static let offer = """
    v=0\r\no=- 5 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
    m=audio 9 UDP/TLS/RTP/SAVPF 111 126\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=rtcp-mux\r\n\
    a=ice-ufrag:bridge\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\n\
    a=fingerprint:sha-256 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:\
    00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F\r\na=setup:actpass\r\n\
    a=rtpmap:111 opus/48000/2\r\na=rtpmap:126 telephone-event/8000\r\n\
    a=ssrc:77 cname:exchange\r\na=candidate:1 1 udp 2130706431 127.0.0.1 10000 typ host\r\n\
    a=sendrecv\r\n
    """
}

/// One of the program's clients in a conference, over the network; answers offers without media.
private final class ExchangeConferenceEnd: Sendable {
  private struct State {
    var conference: JitsiConference
    var runner: TransportRunner?
    var alarm: Alarm?
    var participants: [Participant] = []
  }

  private let loop = GLibLoop(name: "conference test")
  private let state: Lock<State>
  private let number: Int

  init(_ url: String, number: Int) throws {
    self.number = number
    state = Lock(
      State(
        conference: JitsiConference(
          JitsiConference.Settings(
            address: try JitsiAddress(url: url), displayName: "Guest \(number)", lane: 1,
            seed: UInt64(number)))))
    loop.perform { [self] in
      let runner = TransportRunner(loop: loop) { [weak self] event in
        self?.act { $0.receive(event, at: .now) }
      }
      let alarm = Alarm(on: loop) { [weak self] in self?.act { $0.expire(at: .now) } }
      state.withLock {
        $0.runner = runner
        $0.alarm = alarm
      }
      act { $0.start(at: .now) }
    }
    loop.start()
  }

  var participants: [Participant] { state.withLock { $0.participants } }

  func leave() { loop.perform { [self] in act { $0.leave() } } }

  func stop() {
    loop.perform { [self] in
      let (runner, alarm) = state.withLock { state in
        defer { (state.runner, state.alarm) = (nil, nil) }
        return (state.runner, state.alarm)
      }
      withExtendedLifetime((runner, alarm)) {}
    }
    loop.stop()
  }

  private func act(_ verb: (inout JitsiConference) -> [JitsiConference.Effect]) {
    let effects = state.withLock { verb(&$0.conference) }
    for effect in effects {
      switch effect {
      case .transport(let effect): state.withLock { $0.runner }?.perform(effect)
      case .described(let offer): answer(offer)
      case .participants(let list): state.withLock { $0.participants = list }
      default: break
      }
    }
    state.withLock { $0.alarm?.set($0.conference.deadline) }
  }

  private func answer(_ offer: SessionDescription) {
    let local = LocalAudio(
      sessionID: 1, ssrc: UInt32(1_000 + number), canonicalName: "guest",
      fingerprint: Fingerprint(algorithm: .sha256, bytes: [UInt8](repeating: 7, count: 32)))
    var machine = OfferAnswer(local: local)
    let transport = LocalTransport(
      credentials: IceCredentials(ufrag: "guest", password: "0123456789012345678901"))
    guard let answer = try? machine.makeAnswer(to: offer, transport) else { return }
    act { $0.answer(answer, at: .now) }
  }
}
