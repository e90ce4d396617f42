import CGLib
import CLinux
import EndToEnd
import Glibc
import LoopGLib
import Realtime
import Testing

@Suite(
  "RealtimeKit", .serialized,
  .enabled(if: Program.exists("dbus-daemon"), "dbus-daemon is needed: make deps installs it"))
struct RealtimeKitTests {
  @Test("is asked for a thread by its number, and says whether it is granted")
  func asked() async throws {
    let bus = try await PrivateBus()
    defer { bus.end() }
    let realtime = RealtimeKit.Grant.realtime(priority: 10)
    #expect(RealtimeKit.ask(for: [realtime], to: 4_242, at: bus.address) == nil, "nobody is there")
    let kit = try FakeRealtimeKit(at: bus.address)
    #expect(RealtimeKit.ask(for: [realtime], to: 4_242, at: bus.address) == realtime)
    #expect(kit.asked == ["4242 at 10"])
    kit.answer(.refusal)
    #expect(RealtimeKit.ask(for: [realtime], to: 4_243, at: bus.address) == nil)
    #expect(kit.asked.last == "4243 at 10")
  }

  @Test("is asked for preference where it refuses real-time priority, and only there")
  func preference() async throws {
    let bus = try await PrivateBus()
    defer { bus.end() }
    let kit = try FakeRealtimeKit(at: bus.address)
    let grants = [RealtimeKit.Grant.realtime(priority: 9), .preference(niceness: -11)]
    #expect(RealtimeKit.ask(for: grants, to: 7, at: bus.address) == grants[0])
    #expect(kit.asked == ["7 at 9"])
    kit.answer(.preferenceAlone)
    #expect(RealtimeKit.ask(for: grants, to: 8, at: bus.address) == grants[1])
    #expect(kit.asked == ["7 at 9", "8 at 9", "8 nice -11"])
  }

  @Test("is not waited for longer than patience lasts")
  func silent() async throws {
    let bus = try await PrivateBus()
    defer { bus.end() }
    let kit = try FakeRealtimeKit(at: bus.address)
    kit.answer(.nothing)
    let start = StopSignal.now
    #expect(
      RealtimeKit.ask(
        for: [.realtime(priority: 10)], to: 1, at: bus.address, patienceMilliseconds: 200) == nil)
    #expect(StopSignal.now - start < 20_000_000_000)
    #expect(kit.asked == ["1 at 10"])
  }

  @Test("is done without where there is no bus")
  func absent() {
    #expect(
      RealtimeKit.ask(for: [.realtime(priority: 10)], to: 1, at: "unix:path=/nowhere/socket") == nil
    )
  }

  @Test(
    "a thread that the system grants nothing asks for itself, and is not ended when it runs for long",
    .enabled(if: geteuid() == 0 && PowerlessThread.mayRaise, "needs root and real-time priority"))
  func brokered() async throws {
    let result = try await Program.runSuite(
      "PowerlessThread", environment: ["TIPRING_TEST_POWERLESS": "1"], within: .seconds(120))
    #expect(result.hasPassed, "\(result.output)")
    #expect(result.output.contains("passed after"), "the suite took place")
  }
}

/// Run by the suite above, in a process whose threads give their rights up.
@Suite("PowerlessThread", .serialized, .enabled(if: getenv("TIPRING_TEST_POWERLESS") != nil))
struct PowerlessThread {
  @Test("does not wait for the answer; what it is granted, it loses when it runs for long")
  func asks() async throws {
    var none = rlimit()
    try #require(setrlimit(__rlimit_resource_t(__RLIMIT_RTPRIO.rawValue), &none) == 0)
    let asked = Lock<[Int32]>([])
    let mayAnswer = Lock(false)
    PriorityBroker.use { thread, priority in
      asked.withLock { $0 += [thread, priority] }
      while !mayAnswer.withLock({ $0 }) { usleep(1_000) }
    }
    let modest = RealtimeThread(name: "modest", work: Restless(), wantsPriority: false)
    let work = Restless()
    let thread = RealtimeThread(name: "wanting", work: work)
    #expect(modest.start() == 0 && thread.start() == 0)
    #expect(await eventually { !asked.withLock { $0 }.isEmpty })
    #expect(!thread.isRealtime)
    let (number, priority) = (asked.withLock { $0[0] }, asked.withLock { $0[1] })
    // Here: the thread that asks has its rights from the one that it asks for.
    #expect(Self.raise(number, to: priority))
    mayAnswer.withLock { $0 = true }
    #expect(await eventually { thread.isRealtime })
    #expect(!modest.isRealtime && asked.withLock { $0.count } == 2)
    #expect(access("/proc/self/task/\(number)", F_OK) == 0 && priority == 10)
    work.isRestless.withLock { $0 = true }
    // Ended with the whole process if it were not for the broker.
    #expect(await eventually { !thread.isRealtime })
    #expect(modest.stop() && thread.stop())
  }

  @Test("the loop asks as well, for a little less than the devices")
  func loop() async throws {
    var none = rlimit()
    try #require(setrlimit(__rlimit_resource_t(__RLIMIT_RTPRIO.rawValue), &none) == 0)
    let asked = Lock<[Int32]>([])
    PriorityBroker.use { thread, priority in asked.withLock { $0 += [thread, priority] } }
    let loop = GLibLoop(name: "loop")
    loop.start()
    let number = Lock<Int32>(0)
    loop.perform {
      guard PowerlessThread.giveUpRights() else { return }
      number.withLock { $0 = shim_thread_number() }
      ThreadPriority.loop.request()
    }
    #expect(await eventually { !asked.withLock { $0 }.isEmpty })
    #expect(asked.withLock { $0 } == [number.withLock { $0 }, ThreadPriority.device.rawValue - 1])
    loop.perform { ThreadPriority.giveBack() }
    loop.stop()
  }

  @Test("goes before others no less than it did before")
  func prefers() async throws {
    var none = rlimit()
    try #require(setrlimit(__rlimit_resource_t(__RLIMIT_RTPRIO.rawValue), &none) == 0)
    let work = Preferred()
    let thread = RealtimeThread(name: "preferred", work: work, wantsPriority: false)
    #expect(thread.start() == 0)
    #expect(await eventually { work.found.withLock { $0 } == Preferred.niceness })
    #expect(thread.stop())
  }

  /// Is preferred to most before it gives up its rights, and writes down how it is after that.
  private final class Preferred: RealtimeWork {
    static let niceness: Int32 = -15
    let found = Lock<Int32?>(nil)

    func prepare(stop: StopSignal) -> Bool {
      setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness) == 0
        && PowerlessThread.giveUpRights()
    }

    func run(until stop: StopSignal) {
      found.withLock { $0 = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) }
    }

    func finish() {}
  }

  /// Of the calling thread.
  private static func giveUpRights() -> Bool {
    // Linux keeps the rights of each thread apart; the C library's header is not part of Glibc's module.
    var header: (version: UInt32, thread: Int32) = (0x2008_0522, 0)
    var rights: (UInt64, UInt64, UInt64) = (0, 0, 0)
    return capset(&header, &rights) == 0
  }

  /// Whether this machine lets root have real-time priority at all.
  static var mayRaise: Bool {
    defer { _ = raise(0, to: 0) }
    return raise(0, to: 1)
  }

  private static func raise(_ thread: Int32, to priority: Int32) -> Bool {
    var parameters = sched_param(sched_priority: priority)
    return sched_setscheduler(thread, priority == 0 ? SCHED_OTHER : SCHED_RR, &parameters) == 0
  }

  /// Waits, and from a word on no more.
  private final class Restless: RealtimeWork {
    let isRestless = Lock(false)

    func prepare(stop: StopSignal) -> Bool {
      // It was granted some before.
      ThreadPriority.lower()
      return PowerlessThread.giveUpRights()
    }

    func run(until stop: StopSignal) {
      while !stop.isSet {
        if !isRestless.withLock({ $0 }) { _ = stop.sleep(until: StopSignal.now + 1_000_000) }
      }
    }
    func finish() {}
  }
}

@_silgen_name("capset")
private func capset(_ header: UnsafeMutableRawPointer, _ rights: UnsafeMutableRawPointer) -> Int32

/// A D-Bus of a test's own.
private final class PrivateBus: Sendable {
  let address: String
  private let process: Program.Process
  private let folder = TemporaryFolder()

  init() async throws {
    let socket = folder["bus"]
    address = "unix:path=\(socket)"
    process = try Program.start(
      "dbus-daemon", ["--session", "--nofork", "--nopidfile", "--address=\(address)"])
    // The file is there a moment before anybody listens.
    let isThere = await eventually { [address] in PrivateBus.answers(at: address) }
    try #require(isThere)
  }

  func end() { process.end(SIGKILL) }

  private static func answers(at address: String) -> Bool {
    let connection = g_dbus_connection_new_for_address_sync(
      address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT, nil, nil, nil)
    guard let connection else { return false }
    g_object_unref(UnsafeMutableRawPointer(connection))
    return true
  }
}

/// What is on the bus under RealtimeKit's name.
private final class FakeRealtimeKit: @unchecked Sendable {
  // Unchecked: the connection is made for several threads, the rest is locked.
  enum Answer { case grant, refusal, preferenceAlone, nothing }

  private let connection: OpaquePointer
  private let state = Lock<(answer: Answer, asked: [String])>((.grant, []))

  init(at address: String) throws {
    let flags = GDBusConnectionFlags(
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT.rawValue
        | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION.rawValue)
    connection = try #require(
      g_dbus_connection_new_for_address_sync(address, flags, nil, nil, nil))
    g_dbus_connection_add_filter(
      connection,
      { connection, message, isIncoming, data in
        guard isIncoming != 0, let message, let data,
          g_dbus_message_get_message_type(message) == G_DBUS_MESSAGE_TYPE_METHOD_CALL
        else { return message }
        let kit = Unmanaged<FakeRealtimeKit>.fromOpaque(data).takeUnretainedValue()
        if let reply = kit.reply(to: message) {
          g_dbus_connection_send_message(
            connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, nil, nil)
          g_object_unref(UnsafeMutableRawPointer(reply))
        }
        g_object_unref(UnsafeMutableRawPointer(message))
        return nil
      }, Unmanaged.passUnretained(self).toOpaque(), nil)
    var arguments: [OpaquePointer?] = [
      g_variant_new_string("org.freedesktop.RealtimeKit1"), g_variant_new_uint32(0),
    ]
    let bus = "org.freedesktop.DBus"
    let owned: OpaquePointer? = g_dbus_connection_call_sync(
      connection, bus, "/org/freedesktop/DBus", bus, "RequestName",
      g_variant_new_tuple(&arguments, 2), nil, G_DBUS_CALL_FLAGS_NONE, 10_000, nil, nil)
    try #require(owned != nil)
    g_variant_unref(owned)
  }

  deinit {
    g_dbus_connection_close_sync(connection, nil, nil)
    g_object_unref(UnsafeMutableRawPointer(connection))
  }

  var asked: [String] { state.withLock { $0.asked } }
  func answer(_ answer: Answer) { state.withLock { $0.answer = answer } }

  private func reply(to message: OpaquePointer) -> OpaquePointer? {
    let body = g_dbus_message_get_body(message)
    let (thread, priority) = (
      g_variant_get_child_value(body, 0), g_variant_get_child_value(body, 1)
    )
    defer {
      g_variant_unref(thread)
      g_variant_unref(priority)
    }
    let isPreference =
      g_dbus_message_get_member(message).map { String(cString: $0) } == "MakeThreadHighPriority"
    let wanted =
      isPreference
      ? "nice \(g_variant_get_int32(priority))" : "at \(g_variant_get_uint32(priority))"
    let text = "\(g_variant_get_uint64(thread)) \(wanted)"
    let answer = state.withLock { state in
      state.asked.append(text)
      return state.answer
    }
    switch answer {
    case .grant: return g_dbus_message_new_method_reply(message)
    case .preferenceAlone where isPreference: return g_dbus_message_new_method_reply(message)
    case .refusal, .preferenceAlone:
      return g_dbus_message_new_method_error_literal(
        message, "org.freedesktop.DBus.Error.AccessDenied", "not for you")
    case .nothing: return nil
    }
  }
}
