import Basics
import Files
import Formats
import Invocation
import LoopGLib

/// What `tipring doctor` finds about one account's server.
struct ServerCheck {
  private let reader: SetupReader
  private let name: String
  private let trust: Trust

  /// One for each account that is enabled, or for the one that is asked for.
  static func checks(_ reader: SetupReader, _ options: DoctorOptions) -> [Doctor.Check] {
    var names = reader.settings.accounts.filter(\.isEnabled).map(\.name)
    if let name = options.accountName { names = [name] }
    if names.isEmpty { names = ["exchange"] }
    return names.map { name in
      let check = ServerCheck(reader: reader, name: name, trust: options.trust)
      return Doctor.Check(area: .servers, name: name, limit: .seconds(17)) { check.findings() }
    }
  }

  func findings() -> [Finding] {
    let signIn = signIn()
    guard let account = reader.settings.accounts.first(where: { $0.name == name }),
      let place = Self.place(of: account.server)
    else { return [signIn] }
    return [signIn] + seen(place)
  }

  /// As `tipring accounts test` does.
  private func signIn() -> Finding {
    do throws(SetupError) {
      var server = ServerOptions()
      server.accountName = name
      server.trust = trust
      let (setup, _) = try reader.phone(server, SoundOptions())
      let start = Instant.now
      let outcome = SignIn(setup).run()
      if let failure = outcome.failure { throw failure }
      let time = Int(start.duration(to: .now).milliseconds)
      let words = AccountCommands.report(on: name, outcome.board).map { line in
        let words = line.dropFirst(name.count + 2)
        return words.prefix(1).uppercased() + words.dropFirst()
      }
      return Finding(
        .servers, name, .good, words.joined(separator: " "),
        figures: ["signInMilliseconds": .integer(Int64(time))])
    } catch {
      let advice =
        error.exitCode == .notSignedIn
        ? "Look at user and password of the account; try: tipring accounts test \(name)"
        : error.exitCode == .usage
          ? "tipring accounts lists what there is."
          : "Look at the server's address and at the network; try: tipring accounts test \(name)"
      return Finding(.servers, name, .bad, error.sentence, advice: advice)
    }
  }

  /// What shows without signing in.
  private func seen(_ place: (host: String, port: UInt16, isTLS: Bool)) -> [Finding] {
    do throws(ServerProbe.Failure) {
      let reading = try ServerProbe.ask(
        host: place.host, port: place.port, isTLS: place.isTLS)
      return Self.judge(reading, of: name, at: .now)
    } catch {
      // That it cannot be reached, the sign-in has told already.
      return []
    }
  }

  /// Certificate and clock.
  static func judge(
    _ reading: ServerProbe.Reading, of name: String, at now: WallTime
  ) -> [Finding] {
    var findings: [Finding] = []
    if let expiry = reading.certificateExpiry {
      let days = Int(now.duration(to: expiry).seconds / 86_400)
      let isOver = expiry < now
      findings.append(
        Finding(
          .servers, "\(name) certificate",
          isOver ? .bad : days < daysOfWarning ? .lookAt : .good,
          isOver
            ? "It ended on \(expiry.iso8601.prefix(10))."
            : "It is good for \(days) days, until \(expiry.iso8601.prefix(10)).",
          advice: isOver || days < daysOfWarning
            ? "Tell whoever runs the server to renew it." : nil,
          figures: ["certificateDays": .integer(Int64(days))]))
    }
    if let date = reading.date {
      let offset = now.duration(to: date).seconds
      let isFar = abs(offset) > mostOffset
      findings.append(
        Finding(
          .servers, "\(name) clock", isFar ? .lookAt : .good,
          isFar
            ? "This machine's clock and the server's differ by \(Int(abs(offset))) seconds."
            : "This machine's clock agrees with the server's.",
          advice: isFar
            ? "Let the machine keep time (timedatectl set-ntp true); passwords for TURN and "
              + "certificates depend on it." : nil,
          figures: [
            "offsetSeconds": .integer(Int64(offset.rounded())),
            "connectMilliseconds": .number(
              (reading.connectTime.milliseconds * 10).rounded() / 10),
          ]))
    }
    return findings
  }

  /// Where a base URL leads.
  static func place(of url: String) -> (host: String, port: UInt16, isTLS: Bool)? {
    let isTLS = url.lowercased().hasPrefix("https://")
    guard isTLS || url.lowercased().hasPrefix("http://") else { return nil }
    let authority = url.dropFirst(isTLS ? 8 : 7).prefix { $0 != "/" }
    if let place = HostAndPort(authority) { return (place.host, place.port, isTLS) }
    guard let place = HostAndPort("\(authority):\(isTLS ? 443 : 80)") else { return nil }
    return (place.host, place.port, isTLS)
  }

  private static let daysOfWarning = 14
  /// In seconds.
  private static let mostOffset = 10.0
}
