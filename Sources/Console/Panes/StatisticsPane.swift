import Basics
import Calling
import Cells
import Media

/// The last minute of the call's sound, where it comes from, and what is wrong with it.
extension Painter {
  mutating func paintStatistics(in rect: Rect) {
    if isFocused(.statistics) { cursor = Point(row: rect.row, column: rect.column) }
    guard let call = state.topCall, let history = state.statistics[call.id],
      let latest = history.latest
    else {
      let isUp = state.topCall?.isLive ?? false
      screen.drawHint(
        [
          isUp
            ? "Measuring begins with the first sound."
            : "Delay, loss, jitter and quality of a call appear here."
        ], in: rect)
      return
    }
    let verdict = SoundVerdict(of: history, in: state.circumstances(of: call))
    let inner = rect.inset(columns: 1)
    let sentence = (verdict.sign + verdict.sentence)
      .wrapped(to: inner.columns, limit: inner.rows >= 6 ? 3 : 2)
    let account = accountLines(latest, in: inner)
    let room = max(0, inner.rows - sentence.count - account.count)
    let isWide = room >= 9 && inner.columns >= 44
    let metrics = StatisticsMetric.all(history, latest)
    let used =
      isWide
      ? paintColumn(metrics, rows: room - 1, in: inner)
      : paintPairs(metrics, rows: min(4, room > 3 ? room - 1 : room), in: inner)
    var row = inner.row + used
    if used < room {
      paintPath(latest, withBuffer: !isWide, row: row, in: inner)
      row += 1
    }
    for line in account {
      screen.draw(line, row: row, column: inner.column, limit: inner.columns, style: Theme.quiet)
      row += 1
    }
    for line in sentence {
      screen.draw(
        line, row: row, column: inner.column, limit: inner.columns,
        style: Theme.style(of: verdict.grade))
      row += 1
    }
  }

  /// How sound is sent and received, and why; where there is little room, one of both in few words, and
  /// only when it is not as always.
  private func accountLines(_ latest: MediaStatistics, in rect: Rect) -> [String] {
    var accounts: [(String, wordings: [String])] = []
    if let account = latest.adaptation, account.isNoteworthy || rect.rows >= 12 {
      accounts.append(("Sent", account.wordings))
    }
    if let account = latest.reception, accounts.isEmpty || rect.rows >= 12 {
      accounts.append(("Received", account.wordings))
    }
    let limit = rect.rows >= 8 ? 2 : 1
    return accounts.flatMap { name, wordings in
      let sentences = wordings.map { "\(name): \($0)." }
      let fitting = sentences.first { $0.wrapped(to: rect.columns).count <= limit }
      return (fitting ?? sentences.last ?? "").wrapped(to: rect.columns, limit: limit)
    }
  }

  /// One measure a row, with a line as long as the minute has seconds.
  private mutating func paintColumn(
    _ metrics: [StatisticsMetric], rows: Int, in rect: Rect
  ) -> Int {
    let shown = metrics.prefix(rows)
    for (index, metric) in shown.enumerated() {
      let row = Rect(row: rect.row + index, column: rect.column, rows: 1, columns: rect.columns)
      paint(metric, in: row, nameWidth: 10, numberWidth: 5, unitWidth: 7)
    }
    return shown.count
  }

  /// Two measures a row: what the network does to the left, what comes of it to the right.
  private mutating func paintPairs(_ metrics: [StatisticsMetric], rows: Int, in rect: Rect) -> Int {
    let pairs = StatisticsMetric.pairs.prefix(max(0, rows))
    let halves = rect.splitColumns(.share(1), .fixed(2), .share(1))
    for (index, pair) in pairs.enumerated() {
      for (name, half, widths) in [(pair.0, halves[0], (9, 3)), (pair.1, halves[2], (4, 7))] {
        guard let metric = metrics.first(where: { $0.name == name }) else { continue }
        let row = Rect(row: half.row + index, column: half.column, rows: 1, columns: half.columns)
        paint(metric, in: row, nameWidth: widths.0, numberWidth: 5, unitWidth: widths.1)
      }
    }
    return pairs.count
  }

  private mutating func paint(
    _ metric: StatisticsMetric, in rect: Rect, nameWidth: Int, numberWidth: Int, unitWidth: Int
  ) {
    let isWell = metric.grade == .good
    let style = isWell ? Style.plain : Theme.style(of: metric.grade)
    let numberEnd = rect.column + nameWidth + numberWidth
    screen.draw(
      metric.name, row: rect.row, column: rect.column, limit: nameWidth, style: Theme.quiet)
    screen.draw(metric.number, row: rect.row, endColumn: numberEnd, style: style)
    screen.draw(metric.unit, row: rect.row, column: numberEnd + 1, style: Theme.quiet)
    let lineColumn = numberEnd + unitWidth + 1
    let width = min(rect.endColumn - lineColumn, StatisticsHistory.span)
    guard width >= 4 else { return }
    let line = Meters.sparkline(
      metric.values, span: StatisticsHistory.span, width: width, floor: metric.floor,
      ceiling: metric.ceiling)
    screen.draw(
      line, row: rect.row, column: lineColumn,
      style: isWell ? Theme.calmGraph : Theme.style(of: metric.grade))
  }

  /// Which way the sound takes and how it is packed; less of it where there is less room.
  private mutating func paintPath(
    _ latest: MediaStatistics, withBuffer: Bool, row: Int, in rect: Rect
  ) {
    var pieces: [String] = []
    if let local = latest.localCandidateType, let remote = latest.remoteCandidateType {
      pieces.append("\(pathWord(local)) ↔ \(pathWord(remote))")
    }
    pieces += [latest.codec, latest.cipher].compactMap { $0 }.map {
      HarmlessText.line($0, limit: 40)
    }
    if withBuffer { pieces.append("buffer \(decimal(latest.bufferDelay * 1_000, places: 0)) ms") }
    while pieces.count > 1, pieces.joined(separator: " · ").columns > rect.columns {
      pieces.removeLast()
    }
    screen.draw(
      pieces.joined(separator: " · "), row: row, column: rect.column, limit: rect.columns,
      style: Theme.quiet)
  }

  private func pathWord(_ type: String) -> String { HarmlessText.line(type, limit: 8) }
}

/// One measure of a call, ready to be drawn.
struct StatisticsMetric {
  var name: String
  var number: String
  var unit = ""
  var values: [Double?]
  var floor = 0.0
  var ceiling: Double
  var grade = SoundVerdict.Grade.good

  /// What stands side by side where there is no room for a row each; the most telling first.
  static let pairs = [
    ("delay", "MOS"), ("loss", "down"), ("jitter", "up"), ("concealed", "RTT"),
  ]

  static func all(_ history: StatisticsHistory, _ latest: MediaStatistics) -> [StatisticsMetric] {
    let samples = history.samples
    let rates = samples.flatMap { [$0.receivedBitrate, $0.sentBitrate] }.max() ?? 0
    let rateCeiling = max(64_000, Double(rates) * 1.25)
    return [
      time("delay", samples.map(\.estimatedDelay), fair: 0.25, poor: 0.4, ceiling: 0.4),
      share("loss", samples.map(\.recentLoss)),
      time("jitter", samples.map(\.jitter), fair: 0.03, poor: 0.06, ceiling: 0.06),
      share("concealed", samples.map(\.recentConcealment)),
      rate("down", samples.map(\.receivedBitrate), ceiling: rateCeiling),
      rate("up", samples.map(\.sentBitrate), ceiling: rateCeiling),
      StatisticsMetric(
        name: "MOS", number: latest.mos.map { decimal($0) } ?? "–", values: samples.map(\.mos),
        floor: 1, ceiling: 5, grade: latest.mos.map(SoundVerdict.grade) ?? .good),
      time(
        "RTT", samples.map { $0.roundTripTime ?? 0 }, fair: 0.3, poor: 0.5, ceiling: 0.4,
        isKnown: latest.roundTripTime != nil),
      time("buffer", samples.map(\.bufferDelay), fair: 0.2, poor: 0.3, ceiling: 0.2),
    ]
  }

  private static func time(
    _ name: String, _ values: [Double], fair: Double, poor: Double, ceiling: Double,
    isKnown: Bool = true
  ) -> StatisticsMetric {
    let value = values.last ?? 0
    return StatisticsMetric(
      name: name, number: isKnown ? decimal(value * 1_000, places: 0) : "–", unit: "ms",
      values: values,
      ceiling: ceiling, grade: value > poor ? .poor : value > fair ? .fair : .good)
  }

  private static func share(_ name: String, _ values: [Double]) -> StatisticsMetric {
    let value = values.last ?? 0
    return StatisticsMetric(
      name: name, number: decimal(value * 100, places: value < 0.1 ? 1 : 0), unit: "%",
      values: values, ceiling: 0.1,
      grade: value > 0.05 ? .poor : value > 0.02 ? .fair : .good)
  }

  private static func rate(_ name: String, _ values: [Int], ceiling: Double) -> StatisticsMetric {
    let value = Double(values.last ?? 0) / 1_000
    return StatisticsMetric(
      name: name, number: decimal(value, places: 0), unit: "kbit/s",
      values: values.map(Double.init),
      ceiling: ceiling)
  }
}

extension SoundVerdict {
  /// The grade as a sign in front of the sentence.
  var sign: String {
    switch grade {
    case .unknown: ""
    case .good: "✓ "
    case .fair: "! "
    case .poor: "✗ "
    }
  }
}

extension ConsoleState {
  /// What the verdict needs to know beside the measurements.
  func circumstances(of call: CallSummary) -> SoundVerdict.Circumstances {
    let keymap = options.keymap
    let sound = board.sound
    let hasFailed = sound.complaint != nil
    return SoundVerdict.Circumstances(
      isMuted: board.isMuted, isHeld: call.phase == .held,
      isAlone: call.isAlone, isOver: call.isOver,
      hasNoMicrophone: hasFailed && sound.capture == CaptureSpec.silence.text,
      hasNoSpeaker: hasFailed && sound.playback == PlaybackSpec.null.text,
      muteKey: keymap.keyName(for: .mute),
      devicesKey: keymap.keyName(for: .devices), hangUpKey: keymap.keyName(for: .hangUp),
      holdKey: keymap.keyName(for: .hold))
  }
}
