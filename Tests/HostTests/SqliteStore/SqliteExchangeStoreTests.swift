import Basics
import BotServerWire
import EndToEnd
import Exchange
import Glibc
import Simulation
import SqliteStore
import Testing

@Suite("SqliteExchangeStore")
struct SqliteExchangeStoreTests {
  private let folder = TemporaryFolder()

  @Test("gives back users, live calls and their signals")
  func load() throws {
    let path = folder["exchange.db"]
    do { fill(try SqliteExchangeStore(path: path)) }
    let memory = MemoryStore()
    fill(memory)
    let snapshot = try SqliteExchangeStore(path: path).load()
    #expect(snapshot == (try memory.load()))
    #expect(snapshot.calls.map(\.call.id) == ["call_1", "call_2"])
    #expect(snapshot.users.first?.tokens.count == 1)
  }

  @Test("answers questions as the store in memory does")
  func questions() throws {
    let store = try SqliteExchangeStore(path: ":memory:")
    let memory = MemoryStore()
    fill(store)
    fill(memory)
    for user in ["alice", "bob", "nobody"] {
      for other in [nil, "echo"] {
        for status in [nil, CallStatus.ended, .ringing] {
          for (limit, offset) in [(50, 0), (1, 1), (50, 9)] {
            let query = StoreOperation.findHistory(
              StoreQueryID(1),
              HistoryQuery(
                userID: user, otherID: other, status: status, limit: limit, offset: offset))
            #expect(store.perform(query) == memory.perform(query))
          }
        }
      }
    }
    for id in ["call_1", "call_3", "call_9"] {
      let query = StoreOperation.findCall(StoreQueryID(2), callID: id)
      #expect(store.perform(query) == memory.perform(query))
    }
  }

  @Test("counts calls by day and outcome as the store in memory does, each of several once")
  func counts() throws {
    let store = try SqliteExchangeStore(path: ":memory:")
    let memory = MemoryStore()
    let (alice, bob) = (
      StoredCall.Party(id: "alice", name: "Alice", isBot: false),
      StoredCall.Party(id: "bob", name: "Bob", isBot: false)
    )
    for (number, id) in ["call_1", "call_2/alice", "call_2/bob", "call_3"].enumerated() {
      let begin = WallTime(milliseconds: 1_790_000_000_000 + Int64(number) * 50_000_000)
      let call = StoredCall(
        id: id, kind: .audio, status: .ended, caller: alice, callee: bob, createdAt: begin,
        startedAt: begin, endedAt: begin.advanced(by: .seconds(10)))
      _ = store.perform(.putCall(call))
      _ = memory.perform(.putCall(call))
    }
    let since = WallTime(milliseconds: 1_790_000_000_000)
    for user in [nil, "alice", "bob", "nobody"] {
      let operation = StoreOperation.countCalls(StoreQueryID(1), since: since, userID: user)
      #expect(store.perform(operation) == memory.perform(operation), "\(user ?? "all")")
    }
    guard
      case .counts(_, let all)? = store.perform(
        .countCalls(StoreQueryID(1), since: since, userID: nil))
    else {
      Issue.record("nothing was counted")
      return
    }
    #expect(all.reduce(0) { $0 + $1.count } == 3)
    #expect(all.reduce(0) { $0 + $1.seconds } == 30)
  }

  @Test("reads and removes files of its folder, and nothing that a link leads to")
  func files() throws {
    let store = try SqliteExchangeStore(path: folder["exchange.db"])
    mkdir(folder["recordings"], 0o700)
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
    try put(bytes, at: folder["recordings/one.ogg"])
    symlink("/etc/passwd", folder["recordings/link"])
    let (one, id) = (try #require(StoredFilePath("recordings/one.ogg")), StoreQueryID(1))
    #expect(store.perform(.readFile(id, one)) == .file(id, bytes))
    for name in ["recordings/link", "recordings", "recordings/none", "none/one"] {
      let path = try #require(StoredFilePath(name))
      #expect(store.perform(.readFile(id, path)) == .file(id, nil))
    }
    #expect(store.perform(.removeFile(one)) == nil)
    #expect(store.perform(.removeFile(one)) == nil)
    #expect(store.perform(.readFile(id, one)) == .file(id, nil))
    let memory = try SqliteExchangeStore(path: ":memory:")
    #expect(memory.perform(.readFile(id, one)) == .file(id, nil))
  }

  private func put(_ bytes: [UInt8], at path: String) throws {
    let file = try #require(fopen(path, "w"))
    #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    fclose(file)
  }

  @Test("forgets a removed user's tokens, and not the calls")
  func removes() throws {
    let store = try SqliteExchangeStore(path: ":memory:")
    fill(store)
    #expect(store.perform(.removeUser("alice")) == nil)
    let snapshot = try store.load()
    #expect(snapshot.users.map(\.id) == ["bob"])
    #expect(snapshot.calls.count == 2)
    let token = StoredUser.Token(hash: "x", createdAt: WallTime(milliseconds: 0))
    #expect(store.perform(.putToken(token, userID: "alice")) != nil)
  }

  @Test("knows when another process has added a user")
  func otherProcess() throws {
    let path = folder["exchange.db"]
    let serving = try SqliteExchangeStore(path: path)
    #expect(serving.changedUsers() == nil)
    let administrating = try SqliteExchangeStore(path: path, isServing: false)
    #expect(administrating.perform(.putUser(user("carol"))) == nil)
    #expect(serving.changedUsers()?.map(\.id) == ["carol"])
    #expect(serving.changedUsers() == nil)
    #expect(serving.perform(.putUser(user("dave"))) == nil)
    #expect(serving.changedUsers() == nil)
  }

  @Test("serves one exchange at a time")
  func lock() throws {
    let path = folder["exchange.db"]
    var first: SqliteExchangeStore? = try SqliteExchangeStore(path: path)
    #expect(throws: DatabaseError.inUse(path: path)) { try SqliteExchangeStore(path: path) }
    first = nil
    _ = first
    _ = try SqliteExchangeStore(path: path)
  }

  @Test("keeps everything that was done before the process is killed, at whatever moment")
  func killed() throws {
    let store = try SqliteExchangeStore(path: folder["exchange.db"])
    fill(store)
    let complete = try store.load()
    for number in 0..<20 {
      #expect(store.perform(.putUser(user("more\(number)"))) == nil)
      // A killed process leaves the file and its log as the system has them at that moment.
      let copy = folder["copy\(number).db"]
      try duplicate(folder["exchange.db"], to: copy)
      try duplicate(folder["exchange.db-wal"], to: copy + "-wal")
      // One that is killed within a write leaves half of it.
      if number % 2 == 1 { append(junk: 1_000 * number, to: copy + "-wal") }
      let snapshot = try SqliteExchangeStore(path: copy).load()
      #expect(snapshot.calls == complete.calls)
      #expect(snapshot.users.count == complete.users.count + number + 1)
    }
  }

  @Test("an exchange takes up its calls from the file of an earlier one")
  func exchangeRestarts() throws {
    let path = folder["exchange.db"]
    let token: String
    let call: CallMessage
    do {
      let bench = StoredExchangeBench(store: try SqliteExchangeStore(path: path))
      token = try bench.signIn("alice")
      let bob = try bench.signIn("bob")
      call = try bench.place(to: "bob", token: token)
      _ = try bench.respond(call.callID, .accept, token: bob)
    }
    let bench = StoredExchangeBench(store: try SqliteExchangeStore(path: path))
    #expect(try bench.status(of: call.callID, token: token) == .active)
    #expect(try bench.end(call.callID, token: token).call?.status == .ended)
    let page = try bench.get(BotServerPath.history, token: token)
    #expect(try HistoryMessage(decoding: page.body).calls.map(\.status) == [.ended])
  }

  @Test("does for the exchange what it must", arguments: ExchangeCase.all)
  func cases(_ example: ExchangeCase) throws {
    try example.run(on: StoredExchangeBench(store: try SqliteExchangeStore(path: ":memory:")))
  }

  @Test("forgets the oldest ended calls beyond its limit, and no live one")
  func prunes() throws {
    let store = try SqliteExchangeStore(path: ":memory:", callLimit: 300)
    for number in 0..<512 {
      _ = store.perform(.putCall(call(number, number < 2 ? .active : .ended)))
    }
    let query = HistoryQuery(userID: "alice", otherID: nil, status: nil, limit: 100, offset: 0)
    guard case .history(_, let page, let total)? = store.perform(.findHistory(.init(1), query))
    else { throw CaseFailure("there is no history") }
    #expect(page.first?.id == "call_511")
    #expect(total == 302)
    #expect(try store.load().calls.count == 2)
  }

  @Test("an operation takes less than a millisecond in the middle")
  func speed() throws {
    let store = try SqliteExchangeStore(path: folder["exchange.db"])
    var times: [Duration] = []
    let clock = ContinuousClock()
    for number in 0..<500 {
      times.append(clock.measure { _ = store.perform(.putCall(call(number, .ended))) })
    }
    let median = times.sorted()[250]
    #expect(median < .milliseconds(1), "\(median)")
  }

  private func fill(_ store: some ExchangeStore) {
    let alice = user("alice")
    let operations: [StoreOperation] = [
      .putUser(alice), .putUser(user("bob")),
      .putToken(.init(hash: "a", createdAt: alice.createdAt), userID: "alice"),
      .putToken(.init(hash: "b", createdAt: alice.createdAt), userID: "alice"),
      .removeToken(hash: "b"), .putCall(call(1, .ringing)), .putCall(call(2, .ringing)),
      .putCall(call(3, .ringing)), .keep(.offer("o\r\n"), callID: "call_1"),
      .keep(.candidate("c"), callID: "call_1"), .keep(.endOfCandidates, callID: "call_1"),
      .keep(.offer("gone"), callID: "call_2"), .forgetSignals(callID: "call_2"),
      .log(.init(callID: "call_1", kind: .placed, userID: "alice", at: alice.createdAt)),
      .putCall(call(2, .active)), .putCall(call(3, .ended)),
    ]
    for operation in operations { #expect(store.perform(operation) == nil) }
  }

  private func user(_ name: String) -> StoredUser {
    StoredUser(
      id: name, name: name.capitalizedName, role: .user, createdAt: .init(milliseconds: 1_000),
      seenAt: .init(milliseconds: 2_000))
  }

  private func call(_ number: Int, _ status: CallStatus) -> StoredCall {
    StoredCall(
      id: "call_\(number)", kind: .audio, status: status,
      caller: .init(id: "alice", name: "Alice", isBot: false),
      callee: number == 3
        ? .init(id: "echo", name: "Echo", isBot: true)
        : .init(id: "bob", name: "Bob", isBot: false),
      createdAt: .init(milliseconds: Int64(number)),
      startedAt: status == .ringing ? nil : .init(milliseconds: 10),
      endedAt: status.isLive ? nil : .init(milliseconds: 20),
      endReason: status.isLive ? nil : "it's \"over\"")
  }

  private func duplicate(_ path: String, to copy: String) throws {
    let bytes = try #require(readFile(path))
    writeFile(bytes, to: copy)
  }

  private func append(junk count: Int, to path: String) {
    writeFile((readFile(path) ?? []) + [UInt8](repeating: 0xA5, count: count), to: path)
  }

  private func readFile(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    let count = read(descriptor, &bytes, bytes.count)
    return Array(bytes.prefix(max(0, count)))
  }

  private func writeFile(_ bytes: [UInt8], to path: String) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    #expect(write(descriptor, bytes, bytes.count) == bytes.count)
    close(descriptor)
  }
}

extension String {
  fileprivate var capitalizedName: String { prefix(1).uppercased() + dropFirst() }
}
