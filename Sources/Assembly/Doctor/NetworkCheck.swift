import Basics
import Files
import Formats
import Glibc
import IceNice
import Invocation
import SDP

/// What `tipring doctor` finds about the ways that sound takes.
struct NetworkCheck {
  private let reader: SetupReader
  private let accounts: [AccountSettings]
  private let trust: Trust

  init(_ reader: SetupReader, _ options: DoctorOptions) {
    self.reader = reader
    trust = options.trust
    accounts = reader.settings.accounts.filter {
      $0.isEnabled && (options.accountName == nil || $0.name == options.accountName)
    }
  }

  /// One for each TURN server, for they take their time.
  var relayChecks: [Doctor.Check] {
    accounts.filter { $0.turnServer != nil }.prefix(Self.mostServers).map { account in
      Doctor.Check(area: .network, name: "TURN", limit: .seconds(10)) { relay(of: account) }
    }
  }

  func findings() -> [Finding] { [interfaces] + mapping() + [marking] }

  // MARK: Interfaces

  private var interfaces: Finding {
    let addresses = LocalAddresses.list(includesLoopback: false)
    let (four, six) = (addresses.count { !$0.contains(":") }, addresses.count { $0.contains(":") })
    let figures: [String: JSONValue] = [
      "addresses": .array(addresses.map { .string($0) }), "ipv4": .integer(Int64(four)),
      "ipv6": .integer(Int64(six)),
    ]
    guard !addresses.isEmpty else {
      return Finding(
        .network, "addresses", .lookAt, "No interface but the loopback has an address.",
        advice: "Calls work on this machine alone; connect it to a network.", figures: figures)
    }
    return Finding(
      .network, "addresses", .good,
      "\(four) of IPv4 and \(six) of IPv6 to be offered to peers.", figures: figures)
  }

  // MARK: STUN

  private struct Asked {
    var server: HostAndPort
    var answer: StunProbe.Answer?
    var failure: StunProbe.Failure?
  }

  /// TURN servers answer questions of STUN, too.
  private var stunServers: [HostAndPort] {
    var servers: [HostAndPort] = []
    for account in accounts {
      let known = [
        account.stunServer, account.turnTransport == .udp ? account.turnServer : nil,
      ]
      for server in known.compactMap({ $0 }) where !servers.contains(server) {
        servers.append(server)
      }
    }
    return Array(servers.prefix(Self.mostServers))
  }

  private func mapping() -> [Finding] {
    let servers = stunServers
    guard !servers.isEmpty else {
      return [
        Finding(
          .network, "STUN", .good,
          "No STUN or TURN server is configured; what a server names at sign-in is used.")
      ]
    }
    guard let probe = StunProbe(isIPv6: false) else {
      return [
        Finding(
          .network, "STUN", .lookAt, "The system gives no socket for IPv4.",
          advice: "See whether the machine has IPv4 at all.")
      ]
    }
    let asked = servers.map { server in
      do throws(StunProbe.Failure) {
        return Asked(server: server, answer: try probe.ask(host: server.host, port: server.port))
      } catch { return Asked(server: server, failure: error) }
    }
    return asked.map(Self.judge) + [
      Self.judge(asked.compactMap(\.answer).map(\.mapped), asked.count)
    ]
  }

  private static func judge(_ asked: Asked) -> Finding {
    let server = "\(asked.server)"
    if let answer = asked.answer {
      let time = (answer.roundTrip.milliseconds * 10).rounded() / 10
      return Finding(
        .network, "STUN", .good, "\(server) answers within \(time) ms.",
        figures: ["server": .string(server), "roundTripMilliseconds": .number(time)])
    }
    let words =
      switch asked.failure {
      case .unknownName: "The name of \(server) is not known here."
      case .unreachable(let code):
        "\(server) cannot be reached: \(String(cString: strerror(code)))."
      case .silent, nil: "\(server) does not answer by UDP."
      }
    return Finding(
      .network, "STUN", .lookAt, words,
      advice: asked.failure == .unknownName
        ? "Look at stun-server and turn-server in tipring.conf, and at the name service."
        : "If other servers are silent, too, a firewall blocks UDP: use TURN over TCP or TLS "
          + "(turn-transport in tipring.conf).", figures: ["server": .string(server)])
  }

  /// What a translator between here and there does (RFC 4787 §4.1), as far as two servers can tell.
  static func judge(_ mapped: [StunBinding.Address], _ askedCount: Int) -> Finding {
    let figures: [String: JSONValue] = [
      "mapped": .array(mapped.map { .string("\($0.address):\($0.port)") })
    ]
    guard let first = mapped.first else {
      return Finding(
        .network, "UDP", .bad, "None of \(askedCount) servers answers by UDP; it may be blocked.",
        advice: "Ask for UDP to be let through, or use TURN over TCP or TLS (turn-transport).",
        figures: figures)
    }
    if LocalAddresses.list(includesLoopback: true).contains(first.address) {
      return Finding(
        .network, "UDP", .good, "Peers see this machine's own address \(first.address).",
        figures: figures)
    }
    if mapped.contains(where: { $0 != first }) {
      return Finding(
        .network, "UDP", .lookAt,
        "The translator gives each server another address (it is symmetric), "
          + "so that many peers are only reached by a relay.",
        advice: "Have a TURN server in the account; without one some calls bring no sound.",
        figures: figures)
    }
    return Finding(
      .network, "UDP", .good,
      "Peers see \(first.address)"
        + (mapped.count > 1
          ? ", the same address at every server."
          : "; one server alone cannot tell whether others would be shown the same."),
      figures: figures)
  }

  // MARK: TURN

  private func relay(of account: AccountSettings) -> [Finding] {
    guard let server = account.turnServer else { return [] }
    let words = "\(server) over \(account.turnTransport.rawValue.uppercased())"
    let password: Secret?
    do throws(SecretError) {
      password = try account.turnPassword?.read(timeout: .seconds(4))
    } catch {
      return [
        Finding(
          .network, "TURN", .bad, "\(words) is not used. \(error.sentence)",
          advice: "Look at turn-password… of the account \(account.name).")
      ]
    }
    guard
      let relay = account.iceServers(turnPassword: password).first(where: {
        if case .turn = $0.kind { true } else { false }
      })
    else {
      return [
        Finding(
          .network, "TURN", .bad, "\(words) is not used, for it has no password.",
          advice: "Set turn-password-command, -file or -env of the account \(account.name).")
      ]
    }
    let outcome = RelayProbe.ask(
      relay, caFile: trust.authorityFile ?? account.authorityFile, isInsecure: trust.isInsecure,
      within: .seconds(6))
    switch outcome {
    case .granted(let time):
      let milliseconds = Int(time.milliseconds.rounded())
      return [
        Finding(
          .network, "TURN", .good, "\(words) relays; it took \(milliseconds) ms to be admitted.",
          figures: [
            "server": .string("\(server)"), "allocationMilliseconds": .integer(Int64(milliseconds)),
          ])
      ]
    case .refused(let reason):
      return [
        Finding(
          .network, "TURN", .bad,
          "\(words) gave no address." + (reason.map { " \($0)" } ?? ""),
          advice:
            "Look at turn-server, turn-user, turn-password… and turn-transport of the account "
            + "\(account.name), and at firewalls.", figures: ["server": .string("\(server)")])
      ]
    }
  }

  // MARK: Marking

  private var marking: Finding {
    let isAllowed = StunProbe(isIPv6: false)?.markAsVoice() ?? false
    return Finding(
      .network, "marking", isAllowed ? .good : .lookAt,
      isAllowed
        ? "Voice may be marked as urgent (DSCP EF); what routers make of it is theirs."
        : "The system does not let voice be marked as urgent (DSCP EF).",
      advice: isAllowed ? nil : "Nothing need be done on a network that is not crowded.")
  }

  private static let mostServers = 4
}
