import Basics
import Glibc
import LoopGLib

/// What one process has used so far, thread by thread, and what it holds at this moment.
struct ProcessCost {
  private struct Thread {
    var name = ""
    var processorNanoseconds: Int64 = 0
    /// How often it waited for something, and was woken.
    var wakeUps: Int64 = 0
    /// How often it was made to wait.
    var preemptions: Int64 = 0
  }

  /// Of a process between two looks, each a second.
  struct Usage {
    /// Of one core, in percent.
    var processorPercent: Double
    var wakeUps: Double
    var preemptions: Double
  }

  /// In bytes: its own memory, and its share of what is shared.
  private(set) var proportionalBytes = 0
  /// In bytes: all memory that it sees.
  private(set) var residentBytes = 0
  var threadCount: Int { threads.count }

  private let takenAt = Instant.now
  private var threads: [Int32: Thread] = [:]

  /// All zero for a process that is gone.
  init(of process: pid_t) {
    for identifier in Self.threads(of: process) {
      let folder = "/proc/\(process)/task/\(identifier)"
      var thread = Thread()
      // The first thread is called like the program.
      thread.name =
        identifier == process
        ? "main"
        : BenchProcess.contents(folder + "/comm").map { String($0.prefix { $0 != "\n" }) } ?? ""
      // Nanoseconds, unlike the ticks of `stat`.
      thread.processorNanoseconds =
        BenchProcess.contents(folder + "/schedstat").flatMap {
          $0.split(separator: " ").first.flatMap { Int64($0) }
        } ?? 0
      let status = BenchProcess.contents(folder + "/status") ?? ""
      thread.wakeUps = Self.number("voluntary_ctxt_switches:", in: status)
      thread.preemptions = Self.number("nonvoluntary_ctxt_switches:", in: status)
      threads[identifier] = thread
    }
    let memory = BenchProcess.contents("/proc/\(process)/smaps_rollup") ?? ""
    proportionalBytes = Int(Self.number("Pss:", in: memory)) * 1_024
    residentBytes = Int(Self.number("Rss:", in: memory)) * 1_024
  }

  /// What was used since an earlier look; threads that have ended between are left out.
  func usage(since earlier: ProcessCost) -> Usage { usage(of: threads, since: earlier) }

  /// The same for each name that threads have; those of one name are taken together.
  func usageByThread(since earlier: ProcessCost) -> [String: Usage] {
    Dictionary(grouping: threads) { $0.value.name }.mapValues {
      usage(of: Dictionary(uniqueKeysWithValues: $0), since: earlier)
    }
  }

  private func usage(of threads: [Int32: Thread], since earlier: ProcessCost) -> Usage {
    var used = Thread()
    for (identifier, now) in threads {
      let before = earlier.threads[identifier] ?? Thread()
      used.processorNanoseconds += now.processorNanoseconds - before.processorNanoseconds
      used.wakeUps += now.wakeUps - before.wakeUps
      used.preemptions += now.preemptions - before.preemptions
    }
    let seconds = max(earlier.takenAt.duration(to: takenAt).seconds, 0.001)
    return Usage(
      processorPercent: Double(used.processorNanoseconds) / 1e7 / seconds,
      wakeUps: Double(used.wakeUps) / seconds, preemptions: Double(used.preemptions) / seconds)
  }

  private static func threads(of process: pid_t) -> [Int32] {
    guard let directory = opendir("/proc/\(process)/task") else { return [] }
    defer { closedir(directory) }
    var identifiers: [Int32] = []
    while let entry = readdir(directory), identifiers.count < 4_096 {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if let identifier = Int32(name) { identifiers.append(identifier) }
    }
    return identifiers
  }

  private static func number(_ key: String, in text: String) -> Int64 {
    for line in text.split(separator: "\n") where line.hasPrefix(key) {
      let words = line.split { $0 == " " || $0 == "\t" }
      return words.count > 1 ? Int64(words[1]) ?? 0 : 0
    }
    return 0
  }
}
