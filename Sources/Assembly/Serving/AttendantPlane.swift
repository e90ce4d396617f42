import Basics
import Exchange
import Files
import IceNice
import LoopGLib
import Media
import SoundFiles

/// The exchange's media loop around `AttendantDesk`: its ICE agents, codecs, ciphers and recorders.
actor AttendantPlane {
  nonisolated let loop = GLibLoop(name: "attendants")
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  private let includesLoopback: Bool
  private let ice: IceSettings
  private let report: @Sendable (AttendantReport) -> Void
  private let note: @Sendable (LogEntry) -> Void
  /// The exchange's data, where recordings go; `nil` if it keeps none.
  let dataFolder: String?
  var desk: AttendantDesk?
  private var agents: [String: IceAgent] = [:]
  /// By room.
  var recorders: [String: RoomRecorder] = [:]
  private var alarm: Alarm?

  /// - Parameters:
  ///   - includesLoopback: whether guests may be on this machine.
  ///   - ice: how the sockets of calls are opened.
  ///   - dataFolder: where recordings go; `nil` if nothing is recorded.
  ///   - report: told on the loop what the attendants do.
  init(
    includesLoopback: Bool, ice: IceSettings = IceSettings(), dataFolder: String? = nil,
    report: @escaping @Sendable (AttendantReport) -> Void,
    note: @escaping @Sendable (LogEntry) -> Void
  ) {
    self.includesLoopback = includesLoopback
    self.ice = ice
    self.dataFolder = dataFolder
    self.report = report
    self.note = note
  }

  /// Starts the loop and takes orders from then on.
  nonisolated func start(orders: Mailbox<AttendantOrder>) {
    loop.start()
    loop.perform {
      self.assumeIsolated { $0.open() }
    }
    orders.deliver(on: loop) { orders in
      self.assumeIsolated { plane in
        for order in orders { plane.carryOut(order) }
      }
    }
  }

  /// Ends all calls and the loop.
  nonisolated func stop() {
    loop.perform {
      self.assumeIsolated { $0.close() }
    }
    loop.stop()
  }

  private func open() {
    desk = AttendantDesk(
      ports: LibraryPorts(), includesLoopback: includesLoopback, voices: nil, wallTime: .now,
      at: .now)
    // Decoding the clips takes longer than a loop with sound on it may wait.
    BackgroundThread.run {
      let voices = Self.loadVoices()
      self.loop.perform {
        self.assumeIsolated { $0.perform($0.desk?.speak(with: voices, at: .now)) }
      }
    }
  }

  private func carryOut(_ order: AttendantOrder) {
    perform(desk?.carryOut(order, at: .now))
  }

  func perform(_ effects: [AttendantEffect]?) {
    for effect in effects ?? [] {
      switch effect {
      case .report(let news): report(news)
      case .ice(let callID, let order): perform(order, for: callID)
      case .recording(let room, let order): perform(order, in: room)
      case .note(let entry): note(entry)
      }
    }
    if alarm == nil {
      alarm = Alarm(on: loop) {
        self.assumeIsolated { $0.perform($0.desk?.expire(at: .now)) }
      }
    }
    alarm?.set(desk?.deadline)
  }

  private func perform(_ order: IceOrder, for callID: String) {
    switch order {
    case .gather:
      agents[callID] = IceAgent(
        loop: loop, settings: ice, note: note,
        handler: { event in
          self.assumeIsolated { $0.perform($0.desk?.ice(event, for: callID, at: .now)) }
        })
      agents[callID]?.perform(order)
    case .close:
      agents.removeValue(forKey: callID)?.perform(order)
    case .setRemote, .addRemote, .endOfRemoteCandidates, .send, .restart, .servers:
      agents[callID]?.perform(order)
    }
  }

  private func close() {
    stopRecordings()
    perform(desk?.closeAll(at: .now))
    agents.removeAll()
    alarm = nil
  }

  /// The clips that are installed with the program; a line without one is a signal.
  private static func loadVoices() -> Voices {
    guard let resources = SearchPaths.ofThisProcess.resources else { return Voices() }
    var clips: [Voices.Line: [Int16]] = [:]
    for line in Voices.Line.allCases {
      clips[line] = try? SoundClip.decode(path: "\(resources)/voices/\(line.rawValue).opus")
    }
    return Voices(clips: clips)
  }
}
