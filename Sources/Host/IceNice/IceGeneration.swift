import Basics
import CGLib
import CNice
import LoopGLib
import Media
import SDP

/// One generation of a session's connectivity, from its credentials to its nominated pair; a restart
/// makes the next (RFC 8445 §9).
///
/// Used on its loop's thread. Dropping it closes it, and nothing is reported afterwards.
final class IceGeneration: @unchecked Sendable {
  // Unchecked: touched on the loop's thread only.

  /// Whether there is a pair to send on.
  private(set) var isConnected = false

  private let agent: OpaquePointer
  private let stream: UInt32
  private let sockets: SocketSources
  /// A ``Ticket``, which the library's callbacks get.
  private let ticket: UnsafeMutableRawPointer
  private let loop: GLibLoop
  private let trust: ServerTrust
  private let usesTCP: Bool
  private let report: (IceEvent) -> Void
  private let note: (LogEntry) -> Void
  private var servers: ServerLookup?
  private var tunnels: [RelayTunnel] = []
  private var gatheringAlarm: Alarm?
  private var complaintAlarm: Alarm?
  private var hasComplained = false
  private var hasGathered = false
  private var remoteLookups: [Int: MulticastLookup] = [:]
  private var remoteCandidateCount = 0
  private var knowsAllRemoteCandidates = false
  /// The library has given up, perhaps too early: more candidates may come.
  private var hasFailed = false
  private var kinds: (local: Candidate.Kind, remote: Candidate.Kind)?
  /// Of this machine, where the pair in use goes out.
  private var usedAddress: String?
  /// TURN servers that were asked, and whether one has given us an address.
  private var relays: [IceServer] = []
  private var hasRelay = false

  init(
    isControlling: Bool, settings: IceSettings, trust: ServerTrust, on loop: GLibLoop,
    note: @escaping (LogEntry) -> Void, report: @escaping (IceEvent) -> Void
  ) {
    self.loop = loop
    self.trust = trust
    self.report = report
    self.note = note
    sockets = SocketSources(on: loop)
    guard
      let agent = nice_agent_new_full(
        loop.context, NICE_COMPATIBILITY_RFC5245,
        NiceAgentOption(
          rawValue: NICE_AGENT_OPTION_ICE_TRICKLE.rawValue
            | NICE_AGENT_OPTION_CONSENT_FRESHNESS.rawValue))
    else { preconditionFailure("the library has memory for one more agent") }
    self.agent = agent
    shim_nice_agent_configure(agent, isControlling ? 1 : 0, settings.usesTCP ? 1 : 0)
    usesTCP = settings.usesTCP
    stream = nice_agent_add_stream(agent, 1)
    if settings.marksSound { nice_agent_set_stream_tos(agent, stream, Self.expeditedForwarding) }
    if let portRange = settings.portRange {
      nice_agent_set_port_range(
        agent, stream, 1, UInt32(portRange.lowerBound), UInt32(portRange.upperBound))
    }
    let ticket = Ticket()
    self.ticket = Unmanaged.passRetained(ticket).toOpaque()
    ticket.generation = self
    connect()
  }

  deinit {
    g_signal_handlers_disconnect_matched(
      UnsafeMutableRawPointer(agent), G_SIGNAL_MATCH_DATA, 0, 0, nil, nil, ticket)
    // Gives relayed addresses back before the agent goes; the library may be in a callback now.
    nice_agent_close_async(
      agent,
      { agent, _, data in
        g_object_unref(agent)
        Unmanaged<Ticket>.fromOpaque(data!).release()
      }, ticket)
  }

  /// Our ufrag and password.
  var credentials: IceCredentials {
    var ufrag: UnsafeMutablePointer<CChar>?
    var password: UnsafeMutablePointer<CChar>?
    nice_agent_get_local_credentials(agent, stream, &ufrag, &password)
    defer {
      g_free(ufrag)
      g_free(password)
    }
    return IceCredentials(
      ufrag: ufrag.map { String(cString: $0) } ?? "",
      password: password.map { String(cString: $0) } ?? "")
  }

  /// Opens sockets on these addresses, and asks these servers.
  func gather(servers: [IceServer], addresses: [String]) {
    guard !addresses.isEmpty else {
      report(.failed("no network interface is up"))
      return
    }
    for text in addresses {
      var address = NiceAddress()
      nice_address_init(&address)
      if nice_address_set_from_string(&address, text) != 0 {
        nice_agent_add_local_address(agent, &address)
      }
    }
    self.servers = ServerLookup(servers, trust: trust, on: loop, note: note) {
      [weak self] reachable in
      self?.gather(reachable)
    }
  }

  func setRemote(_ remote: IceCredentials) {
    guard Self.isUsable(remote.ufrag, 1...256), Self.isUsable(remote.password, 1...256) else {
      report(.failed("the peer's description has no usable ICE credentials"))
      return
    }
    nice_agent_set_remote_credentials(agent, stream, remote.ufrag, remote.password)
  }

  /// Candidates of another component, over TCP if that is not used, with a name that is not in `.local`,
  /// or beyond the bound are passed over.
  func addRemote(_ candidate: Candidate) {
    guard candidate.component == 1, candidate.port != 0,
      candidate.transport == "udp"
        || usesTCP && candidate.transport == "tcp" && candidate.tcpKind != nil
    else { return }
    guard remoteCandidateCount < Self.mostRemoteCandidates else {
      note(LogEntry(.debug, "ICE", "A further candidate of the peer's is passed over."))
      return
    }
    remoteCandidateCount += 1
    if NameLookup.isAddress(candidate.address) {
      addRemote(candidate, at: candidate.address)
    } else if candidate.address.lowercased().hasSuffix(".local") {
      let number = remoteCandidateCount
      remoteLookups[number] = MulticastLookup(
        candidate.address, within: Self.localNameTime, on: loop
      ) { [weak self] addresses in
        self?.remoteLookups[number] = nil
        if let address = addresses.first { self?.addRemote(candidate, at: address) }
      }
    }
  }

  func endOfRemoteCandidates() {
    knowsAllRemoteCandidates = true
    nice_agent_peer_candidate_gathering_done(agent, stream)
    if hasFailed { reportFailure() }
  }

  func send(_ datagram: [UInt8]) {
    guard isConnected, datagram.count <= Self.largestDatagramBytes else { return }
    datagram.withUnsafeBytes { bytes in
      _ = nice_agent_send(
        agent, stream, 1, UInt32(bytes.count),
        bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
    }
  }

  private func gather(_ reachable: ReachableServers) {
    if let stun = reachable.stun {
      shim_nice_agent_set_stun_server(agent, stun.address, UInt32(stun.port))
    }
    relays = reachable.known.filter(\.isRelay)
    tunnels = reachable.tunnels
    for relay in reachable.relays {
      nice_agent_set_relay_info(
        agent, stream, 1, relay.address, UInt32(relay.port), relay.username, relay.credential,
        relay.isTCP ? NICE_RELAY_TYPE_TURN_TCP : NICE_RELAY_TYPE_TURN_UDP)
    }
    let alarm = Alarm(on: loop) { [weak self] in self?.finishGathering() }
    alarm.set(Instant.now.advanced(by: Self.gatheringTime))
    gatheringAlarm = alarm
    let complaintAlarm = Alarm(on: loop) { [weak self] in self?.complainOfRelays() }
    complaintAlarm.set(Instant.now.advanced(by: Self.complaintTime))
    self.complaintAlarm = complaintAlarm
    if nice_agent_gather_candidates(agent, stream) == 0 {
      gatheringAlarm = nil
      self.complaintAlarm = nil
      report(.failed("no UDP port can be opened"))
    }
  }

  private func addRemote(_ candidate: Candidate, at address: String) {
    guard let candidate = candidate.makeNice(at: address, stream: stream) else { return }
    defer { nice_candidate_free(candidate) }
    let list = g_slist_append(nil, candidate)
    defer { g_slist_free(list) }
    nice_agent_set_remote_candidates(agent, stream, 1, list)
  }

  /// ice-chars (RFC 8839 §5.4), or what else some servers use; no control characters or spaces.
  private static func isUsable(_ text: String, _ count: ClosedRange<Int>) -> Bool {
    count.contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }

  // MARK: - What the library tells

  /// What the library holds until its agent is gone; the generation may go before.
  private final class Ticket {
    weak var generation: IceGeneration?
  }

  private static func generation(_ data: UnsafeMutableRawPointer?) -> IceGeneration? {
    data.flatMap { Unmanaged<Ticket>.fromOpaque($0).takeUnretainedValue().generation }
  }

  private func connect() {
    let candidate:
      @convention(c) (gpointer?, UnsafeMutablePointer<NiceCandidate>?, gpointer?) -> Void =
        { _, candidate, data in
          guard let candidate else { return }
          IceGeneration.generation(data)?.candidateGathered(candidate)
        }
    connect("new-candidate-full", unsafeBitCast(candidate, to: GCallback.self))
    let done: @convention(c) (gpointer?, guint, gpointer?) -> Void = { _, _, data in
      IceGeneration.generation(data)?.finishGathering()
    }
    connect("candidate-gathering-done", unsafeBitCast(done, to: GCallback.self))
    let state: @convention(c) (gpointer?, guint, guint, guint, gpointer?) -> Void = {
      _, _, _, state, data in
      IceGeneration.generation(data)?.stateChanged(NiceComponentState(rawValue: state))
    }
    connect("component-state-changed", unsafeBitCast(state, to: GCallback.self))
    let pair: @convention(c) (gpointer?, guint, guint, gpointer?, gpointer?, gpointer?) -> Void = {
      _, _, _, _, _, data in
      IceGeneration.generation(data)?.pairChanged()
    }
    connect("new-selected-pair-full", unsafeBitCast(pair, to: GCallback.self))
    nice_agent_attach_recv(
      agent, stream, 1, loop.context,
      { _, _, _, count, bytes, data in
        guard let bytes, let generation = IceGeneration.generation(data) else { return }
        generation.report(
          .received(Array(UnsafeRawBufferPointer(start: bytes, count: Int(count)))))
      }, ticket)
  }

  private func connect(_ signal: String, _ callback: GCallback) {
    g_signal_connect_data(
      UnsafeMutableRawPointer(agent), signal, callback, ticket, nil, GConnectFlags(rawValue: 0))
  }

  private func candidateGathered(_ candidate: UnsafeMutablePointer<NiceCandidate>) {
    // Peers were told that the list is complete; a late one is learnt from our checks.
    guard !hasGathered, let candidate = Candidate(candidate) else { return }
    if candidate.kind == .relayed, !hasRelay {
      hasRelay = true
      if hasComplained { note(LogEntry(.info, "ICE", "An address is relayed for us after all.")) }
    }
    report(.candidate(candidate))
  }

  private func finishGathering() {
    guard !hasGathered else { return }
    hasGathered = true
    gatheringAlarm = nil
    complainOfRelays()
    report(.gatheringDone)
  }

  private func complainOfRelays() {
    complaintAlarm = nil
    guard !relays.isEmpty, !hasRelay, !hasComplained else { return }
    hasComplained = true
    note(LogEntry(.warning, "ICE", RelayComplaint(servers: relays, at: .now).sentence))
  }

  private func stateChanged(_ state: NiceComponentState) {
    switch state {
    case NICE_COMPONENT_STATE_CONNECTED, NICE_COMPONENT_STATE_READY:
      hasFailed = false
      isConnected = true
      pairChanged()
    case NICE_COMPONENT_STATE_CONNECTING where isConnected:
      isConnected = false
      kinds = nil
      report(.disconnected)
    case NICE_COMPONENT_STATE_CONNECTING:
      hasFailed = false
    case NICE_COMPONENT_STATE_FAILED:
      hasFailed = true
      if isConnected || knowsAllRemoteCandidates { reportFailure() }
    default:
      break  // Gathering, or a state of the library's own.
    }
  }

  private func reportFailure() {
    hasFailed = false
    kinds = nil
    defer { isConnected = false }
    report(
      .failed(
        isConnected
          ? "the peer's address no longer answers"
          : "no path to the peer works; \(remoteCandidateCount) of its addresses were tried"))
  }

  /// The library tells of the same pair more than once.
  private func pairChanged() {
    var local: UnsafeMutablePointer<NiceCandidate>?
    var remote: UnsafeMutablePointer<NiceCandidate>?
    guard isConnected,
      nice_agent_get_selected_pair(agent, stream, 1, &local, &remote) != 0, let local, let remote,
      let localKind = Candidate.Kind(local.pointee.type),
      let remoteKind = Candidate.Kind(remote.pointee.type)
    else { return }
    let address = Candidate.base(of: local)
    if let kinds, kinds == (localKind, remoteKind), address == usedAddress { return }
    kinds = (localKind, remoteKind)
    usedAddress = address
    sockets.keepPolled()
    report(.using(address: address))
    report(.connected(local: localKind, remote: remoteKind))
  }

  /// The traffic class of telephony, DSCP EF (RFC 8837 §5), as the byte of the header.
  private static let expeditedForwarding: Int32 = 46 << 2
  /// Addresses that the peer may tell; more would only be more pairs than are checked.
  static let mostRemoteCandidates = 50
  /// A server that does not answer holds up the end of gathering no longer: the library asks twice, the
  /// second time with the password, and waits 9.5 s each time. Candidates are told as they are found.
  private static let gatheringTime: Duration = .seconds(20)
  /// When it is said that no server relays for us, before a call is given up for want of a path.
  private static let complaintTime: Duration = .seconds(5)
  private static let localNameTime: Duration = .seconds(3)
  private static let largestDatagramBytes = 4_096
}
