import Basics
import Calling
import Media

extension Invocation {
  /// Reads a command line.
  ///
  /// - Parameter arguments: without the program's own name.
  package init(parsing arguments: [String]) throws(UsageError) {
    let scanned = try ScannedArguments(arguments)
    if scanned.wantsHelp {
      self = .help(HelpText(for: scanned.spec).text)
    } else if scanned.wantsVersion {
      self = .version
    } else {
      self = try ArgumentReader(scanned).invocation()
    }
  }
}

/// Gives the scanned words of one command their meaning.
struct ArgumentReader {
  let scanned: ScannedArguments

  init(_ scanned: ScannedArguments) { self.scanned = scanned }

  func invocation() throws(UsageError) -> Invocation {
    switch scanned.spec.name {
    case "": return try phone()
    case "call": return .call(try call())
    case "answer": return .answer(try answer())
    case "serve": return .serve(try serve())
    case "serve adduser":
      return .addUser(
        name: try name(try operand("NAME"), of: "NAME"), dataDirectory: scanned.value("--data"))
    case "accounts": return .listAccounts(isJSON: scanned.has("--json"))
    case "accounts add": return .addAccount(try withFieldsAsOptions().newAccount())
    case "accounts test":
      return .testAccounts(name: scanned.operands.first, trust: trust())
    case "accounts remove": return .removeAccount(name: try operand("NAME"))
    case "contacts": return .contacts(try server(), isJSON: scanned.has("--json"))
    case "history": return try history()
    case "devices": return .devices(isJSON: scanned.has("--json"))
    case "doctor": return .doctor(try doctor())
    case "bench": return .bench(try bench())
    case let name where name.hasPrefix("buzzi"): return try buzzi()
    case let name where name.hasPrefix("rooms"): return .service(try rooms())
    case let name where name.hasPrefix("calls"): return try calls()
    case "analytics":
      return .service(try service(.request(.analytics(days: try days()))))
    case "callurl":
      return .service(
        try service(
          .callURL(
            target: try operand("TARGET"), kind: scanned.has("--video") ? .video : .audio)))
    default: preconditionFailure("every command of the table is read here")
    }
  }

  // MARK: Commands

  private func phone() throws(UsageError) -> Invocation {
    guard scanned.has("--plain") || scanned.has("--script") else {
      for name in ["--json", "--stats", "--names", "--duration", "--auto", "--decline", "--once"]
      where scanned.has(name) {
        throw error(.incomplete(name, without: "--plain, call or answer"))
      }
      var options = PhoneOptions()
      options.server = try server()
      options.sound = try sound()
      return .phone(options)
    }
    var options = PlainOptions()
    options.server = try server()
    options.sound = try sound()
    options.report = try report()
    options.duration = try duration("--duration", minimum: .milliseconds(1))
    options.rule = try rule()
    options.isOnce = scanned.has("--once")
    options.scriptPath = scanned.value("--script")
    return .plain(options)
  }

  private func call() throws(UsageError) -> CallOptions {
    var options = CallOptions(target: try operand("TARGET"))
    options.server = try server()
    options.sound = try sound()
    options.report = try report()
    options.duration = try duration("--duration", minimum: .milliseconds(1))
    return options
  }

  private func answer() throws(UsageError) -> AnswerOptions {
    var options = AnswerOptions()
    options.server = try server()
    options.sound = try sound()
    options.report = try report()
    options.duration = try duration("--duration", minimum: .milliseconds(1))
    if let rule = try rule() { options.rule = rule }
    options.isOnce = scanned.has("--once")
    return options
  }

  private func serve() throws(UsageError) -> ServeOptions {
    var options = ServeOptions()
    if let text = scanned.value("--listen") {
      guard let listen = HostAndPort(text) else {
        throw bad("--listen", "HOST:PORT, as in 127.0.0.1:8077 or [::1]:0")
      }
      options.listen = listen
    }
    options.dataDirectory = scanned.value("--data")
    try exclude("--guests", "--no-guests")
    if scanned.has("--guests") { options.admitsGuests = true }
    if scanned.has("--no-guests") { options.admitsGuests = false }
    options.certificateFile = scanned.value("--tls-certificate")
    options.keyFile = scanned.value("--tls-key")
    if options.certificateFile != nil, options.keyFile == nil {
      throw error(.incomplete("--tls-certificate", without: "--tls-key"))
    }
    if options.keyFile != nil, options.certificateFile == nil {
      throw error(.incomplete("--tls-key", without: "--tls-certificate"))
    }
    options.isJSON = scanned.has("--json")
    return options
  }

  private func history() throws(UsageError) -> Invocation {
    if let filter = try historyFilter() {
      return .service(try service(.request(.history(filter))))
    }
    var options = HistoryOptions()
    options.accountName = scanned.value("--account")
    options.isMissedOnly = scanned.has("--missed")
    options.limit = try number("--limit", in: 1...500) ?? options.limit
    options.isJSON = scanned.has("--json")
    return .history(options)
  }

  /// What the server is asked for; `nil` when the local history is meant.
  private func historyFilter() throws(UsageError) -> HistoryFilter? {
    let names = ["--from", "--to", "--status", "--type", "--with", "--page", "--page-size"]
    guard let first = names.first(where: { scanned.has($0) }) else { return nil }
    for local in ["--missed", "--limit"] { try exclude(first, local) }
    var filter = HistoryFilter()
    filter.from = try date("--from")
    filter.to = try date("--to")
    filter.kind = scanned.value("--type")
    filter.status = scanned.value("--status")
    filter.participant = scanned.value("--with")
    filter.page = try number("--page", in: 1...100_000) ?? filter.page
    filter.pageSize = try number("--page-size", in: 1...100) ?? filter.pageSize
    return filter
  }

  private func bench() throws(UsageError) -> BenchOptions {
    let measures = BenchOptions.Measure.allCases.map(\.rawValue)
    let word = try operand("What to measure (\(measures.asAlternatives))")
    guard let measure = BenchOptions.Measure(rawValue: word) else {
      throw error(.badValue(word, of: "bench", expected: measures.asAlternatives))
    }
    for (names, measures) in Self.benchOptions where !measures.contains(measure) {
      guard let name = names.first(where: scanned.has) else { continue }
      let words = measures.map { "bench \($0.rawValue)" }.asAlternatives
      throw error(.incomplete(name, without: words))
    }
    var options = BenchOptions(measure: measure)
    options.runs = try number("--runs", in: 1...1_000)
    options.seats = try number("--seats", in: 2...40) ?? options.seats
    options.tracePath = scanned.value("--trace")
    options.speechPath = scanned.value("--speech")
    options.outputPath = scanned.value("--output")
    if measure == .jitter, options.tracePath == nil {
      throw error(.incomplete("bench jitter", without: "--trace FILE"))
    }
    if let choice = scanned.value("--fec") {
      guard ["on", "off"].contains(choice) else {
        throw bad("--fec", "on or off")
      }
      options.usesFEC = choice == "on"
    }
    options.copyCount = try number("--red", in: 0...4) ?? options.copyCount
    options.copyDistance = try number("--red-distance", in: 1...4) ?? options.copyDistance
    options.minutes = try number("--minutes", in: 1...10_080)
    let sound = try sound()
    options.capture = sound.capture
    options.playback = sound.playback
    if measure == .devices { try requireDevices(sound) }
    options.latency = sound.latency ?? options.latency
    options.isJSON = scanned.has("--json")
    return options
  }

  /// What is measured there are devices, and nothing that takes their place.
  private func requireDevices(_ sound: SoundOptions) throws(UsageError) {
    switch sound.capture {
    case .device, nil: break
    case .file, .tone, .silence: throw bad("--capture", "a sound device to be measured")
    }
    switch sound.playback {
    case .device, nil: break
    case .file, .null: throw bad("--playback", "a sound device to be measured")
    }
  }

  /// The options that only some measures heed, and which.
  private static let benchOptions: [([String], [BenchOptions.Measure])] = [
    (["--seats"], [.rooms]),
    (["--trace", "--fec", "--red", "--red-distance", "--minutes"], [.jitter]),
    (["--speech", "--output"], [.jitter, .echo]),
    (["--capture", "--playback"], [.loopback, .cost, .devices]),
    (["--latency"], [.loopback, .cost, .devices, .jitter]),
  ]

  // MARK: Groups of options

  func trust() -> Trust {
    var trust = Trust()
    trust.authorityFile = scanned.value("--ca-file")
    trust.isInsecure = scanned.has("--insecure")
    return trust
  }

  func server() throws(UsageError) -> ServerOptions {
    try exclude("--account", "--exchange")
    try exclude("--account", "--as")
    try exclude("--ca-file", "--insecure")
    var options = ServerOptions()
    options.accountName = scanned.value("--account")
    options.exchangeURL = try url("--exchange")
    if let identity = scanned.value("--as") { options.identity = try name(identity, of: "--as") }
    options.trust = trust()
    return options
  }

  func sound() throws(UsageError) -> SoundOptions {
    var options = SoundOptions()
    if let text = scanned.value("--capture") {
      do { options.capture = try CaptureSpec(parsing: text) } catch {
        throw self.error(.unusableSound(option: "--capture", error))
      }
    }
    if let text = scanned.value("--playback") {
      do { options.playback = try PlaybackSpec(parsing: text) } catch {
        throw self.error(.unusableSound(option: "--playback", error))
      }
    }
    options.loopsCapture = scanned.has("--loop")
    if options.loopsCapture {
      guard case .file = options.capture else {
        throw error(.incomplete("--loop", without: "--capture file:PATH"))
      }
    }
    if let path = scanned.value("--record") {
      let suffix = path.split(separator: ".").last?.lowercased() ?? ""
      guard path.contains("."), SoundOptions.recordingSuffixes.contains(suffix) else {
        throw bad("--record", "a path that ends in .wav, .flac, .ogg or .opus")
      }
      options.recordingPath = path
    }
    options.usesProcessing = !scanned.has("--no-processing")
    options.latency = try latency()
    return options
  }

  private func latency() throws(UsageError) -> LatencyProfile? {
    guard let text = scanned.value("--latency") else { return nil }
    guard let latency = LatencyProfile(rawValue: text) else {
      throw bad("--latency", LatencyProfile.allCases.map(\.rawValue).asAlternatives)
    }
    return latency
  }

  private func report() throws(UsageError) -> ReportOptions {
    var options = ReportOptions()
    options.isJSON = scanned.has("--json")
    if let interval = try duration("--stats", minimum: .milliseconds(100)) {
      options.statisticsInterval = interval
    }
    if let text = scanned.value("--names") {
      guard let names = StatisticsNames(rawValue: text) else {
        throw bad("--names", StatisticsNames.allCases.map(\.rawValue).asAlternatives)
      }
      options.names = names
    }
    return options
  }

  private func rule() throws(UsageError) -> AnswerRule? {
    try exclude("--auto", "--decline")
    if scanned.has("--decline") { return .decline }
    guard let text = scanned.value("--auto") else { return nil }
    if text.isEmpty { return .automatic(after: .zero) }
    return .automatic(after: try duration("--auto", minimum: .zero) ?? .zero)
  }

  // MARK: Values

  func operand(_ placeholder: String, at index: Int = 0) throws(UsageError) -> String {
    guard scanned.operands.indices.contains(index), case let operand = scanned.operands[index],
      !operand.isEmpty
    else {
      throw error(.missingOperand(placeholder))
    }
    guard operand.utf8.count <= 512 else {
      throw error(
        .badValue(
          "\(operand.prefix(32))…", of: placeholder, expected: "512 bytes at most"))
    }
    return operand
  }

  /// A name that servers, settings and `@ACCOUNT` can carry.
  func name(_ text: String, of option: String) throws(UsageError) -> String {
    let isPlain = text.allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0))
    }
    guard isPlain, (1...32).contains(text.count) else {
      throw error(
        .badValue(
          text, of: option,
          expected: "1 to 32 letters, digits, dots, dashes or underscores"))
    }
    return text
  }

  private func duration(_ option: String, minimum: Duration) throws(UsageError) -> Duration? {
    guard let text = scanned.value(option) else { return nil }
    guard let duration = Duration(written: text), duration >= minimum,
      duration <= .seconds(3_600 * 24)
    else {
      throw bad(option, "a time from \(minimum.written) to 24h, as in 30s, 2m or 500ms")
    }
    return duration
  }

  func number(_ option: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
    guard let text = scanned.value(option) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw bad(option, "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func url(_ option: String) throws(UsageError) -> String? {
    guard let text = scanned.value(option) else { return nil }
    guard let url = ServerAddress.normalized(text) else {
      throw bad(option, "a URL such as https://calls.example.org, without a user or password in it")
    }
    return url
  }

  func exclude(_ first: String, _ second: String) throws(UsageError) {
    if scanned.has(first), scanned.has(second) { throw error(.excluded(first, by: second)) }
  }

  func bad(_ option: String, _ expected: String) -> UsageError {
    error(.badValue(scanned.value(option) ?? "", of: option, expected: expected))
  }

  func error(_ fault: UsageError.Fault) -> UsageError {
    UsageError(fault, in: scanned.spec.name)
  }
}
