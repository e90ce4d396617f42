import Formats
import Glibc

/// Whether the system lets the threads for sound go first, and keeps their memory out of swap.
package struct RealtimeCheck {
  private let isGranted: Bool?
  private let priorityLimit: UInt
  private let memoryLimit: UInt

  /// - Parameters:
  ///   - isGranted: whether the threads had real-time priority; `nil` when there were none.
  ///   - priorityLimit: `RLIMIT_RTPRIO`.
  ///   - memoryLimit: `RLIMIT_MEMLOCK`, in bytes.
  package init(
    isGranted: Bool?, priorityLimit: UInt? = nil, memoryLimit: UInt? = nil
  ) {
    self.isGranted = isGranted
    self.priorityLimit = priorityLimit ?? Self.limit(__RLIMIT_RTPRIO)
    self.memoryLimit = memoryLimit ?? Self.limit(__RLIMIT_MEMLOCK)
  }

  package var findings: [Finding] { [priority, memory] }

  private var priority: Finding {
    let figures: [String: JSONValue] = [
      "limit": .integer(Int64(clamping: priorityLimit)),
      "isGranted": isGranted.map { .boolean($0) } ?? .null,
    ]
    guard let isGranted = isGranted ?? (mayTakeIt ? true : nil) else {
      return Finding(
        .sound, "real-time", .lookAt,
        "Whether real-time priority is granted was not tried, since no sound device could be opened.",
        advice: "Mend the sound devices first, and run this again.", figures: figures)
    }
    guard !isGranted else {
      return Finding(
        .sound, "real-time", .good, "The threads for sound run before all other programs.",
        figures: figures)
    }
    return Finding(
      .sound, "real-time", .lookAt,
      "Neither the system nor RealtimeKit grants real-time priority, so sound may stumble when the "
        + "machine is busy.",
      advice: "Install rtkit; or write “@audio - rtprio 20” and “@audio - memlock 65536” into "
        + "/etc/security/limits.d/audio.conf, join the group audio, and sign in again.",
      figures: figures)
  }

  /// Whether the system grants it to whoever asks.
  private var mayTakeIt: Bool { priorityLimit > 0 || geteuid() == 0 }

  private var memory: Finding {
    let figures: [String: JSONValue] = ["limitBytes": .integer(Int64(clamping: memoryLimit))]
    guard memoryLimit < Self.neededMemory, geteuid() != 0 else {
      return Finding(
        .sound, "locked memory", .good, "Sound is kept out of swap.", figures: figures)
    }
    return Finding(
      .sound, "locked memory", .lookAt,
      "Only \(memoryLimit / 1_024) KiB may be locked, so sound may wait for the disk when memory is short.",
      advice: "Raise memlock to 1024 KiB in /etc/security/limits.d/audio.conf.", figures: figures)
  }

  private static func limit(_ resource: __rlimit_resource) -> UInt {
    var limits = rlimit()
    return getrlimit(__rlimit_resource_t(resource.rawValue), &limits) == 0 ? limits.rlim_cur : 0
  }

  /// Two stacks, two rings and two devices' samples.
  private static let neededMemory: UInt = 256 << 10
}
