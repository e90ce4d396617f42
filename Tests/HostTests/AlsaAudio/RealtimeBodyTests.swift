import Basics
import EndToEnd
import Glibc
import LoopGLib
import Media
import OpusCodec
import Playout
import Realtime
import Testing
import VoiceProcessing

@testable import AlsaAudio

/// The rules of real-time threads, measured: a library put before all others counts what the bodies do.
@Suite("Real-time bodies")
struct RealtimeBodyTests {
  static let canMeasure = Program.exists("clang") && !isSanitized

  @Test(
    "neither allocate, lock nor count references in ten thousand periods", .enabled(if: canMeasure))
  func measured() async throws {
    let folder = TemporaryFolder()
    let source = folder.write(counterSource, to: "counter.c")
    let library = "\(folder.path)/counter.so"
    let status = try Program.run(
      "clang", ["-shared", "-fPIC", "-O2", "-o", library, source, "-ldl"])
    try #require(status == 0)
    let environment = try TroubledCard(in: folder, isStepped: true).environment.merging(
      ["LD_PRELOAD": library]) { $1 }
    let result = try await Program.runSuite(
      "RealtimeBodyMeasurements", environment: environment, within: .seconds(120))
    #expect(result.hasPassed, "\(result.output)")
    for words in ["10000 periods played", "10000 periods of a call"] {
      #expect(result.output.contains(words), "the measurement took place")
    }
  }

  /// Sanitizers bring an allocator of their own, which would be counted.
  private static var isSanitized: Bool {
    dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil
  }

  /// Counts on the one thread that asks for it.
  private let counterSource = """
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <stddef.h>
    #include <errno.h>
    extern void *__libc_malloc(size_t); extern void *__libc_calloc(size_t, size_t);
    extern void *__libc_realloc(void *, size_t); extern void __libc_free(void *);
    extern void *__libc_memalign(size_t, size_t);
    static __thread int counting; static __thread long memory, references, locks;
    void *malloc(size_t n) { memory += counting; return __libc_malloc(n); }
    void *calloc(size_t n, size_t m) { memory += counting; return __libc_calloc(n, m); }
    void *realloc(void *p, size_t n) { memory += counting; return __libc_realloc(p, n); }
    void free(void *p) { memory += counting; __libc_free(p); }
    void *memalign(size_t a, size_t n) { memory += counting; return __libc_memalign(a, n); }
    void *aligned_alloc(size_t a, size_t n) { memory += counting; return __libc_memalign(a, n); }
    int posix_memalign(void **p, size_t a, size_t n) {
      memory += counting; *p = __libc_memalign(a, n); return *p ? 0 : ENOMEM;
    }
    #define FORWARD(name) \\
      void *name(void *object) { \\
        static void *(*next)(void *); \\
        if (!next) next = (void *(*)(void *))dlsym(RTLD_NEXT, #name); \\
        references += counting; return next(object); \\
      }
    FORWARD(swift_retain) FORWARD(swift_release)
    FORWARD(swift_bridgeObjectRetain) FORWARD(swift_bridgeObjectRelease)
    FORWARD(swift_unknownObjectRetain) FORWARD(swift_unknownObjectRelease)
    #define LOCK(name) \\
      int name(void *lock) { \\
        static int (*next)(void *); \\
        if (!next) next = (int (*)(void *))dlsym(RTLD_NEXT, #name); \\
        locks += counting; return next(lock); \\
      }
    LOCK(pthread_mutex_lock) LOCK(pthread_mutex_trylock)
    LOCK(pthread_rwlock_rdlock) LOCK(pthread_rwlock_wrlock) LOCK(sem_wait)
    void counter_begin(void) { memory = references = locks = 0; counting = 1; }
    void counter_end(long *m, long *r, long *l) {
      counting = 0; *m = memory; *r = references; *l = locks;
    }
    """
}

/// Run by the suite above, in a process where the counters are.
@Suite("RealtimeBodyMeasurements", .serialized, .enabled(if: dlsym(nil, "counter_begin") != nil))
struct RealtimeBodyMeasurements {
  @Test("the counters see what they are to count")
  func counters() throws {
    let counter = try Counter()
    let lock = Lock(0)
    let counted = counter.measure {
      let box = Box()
      boxes = [box, box]
      lock.withLock { $0 += 1 }
    }
    #expect(counted.memory > 0)
    #expect(counted.references > 0)
    #expect(counted.locks > 0)
  }

  @Test("capture does nothing that could wait")
  func capture() throws {
    let counter = try Counter()
    let stop = StopSignal()
    let pcm = try PCM(opening: "null", for: .capture, profile: .normal, stop: stop)
    let (ring, doorbell, faults) = (AudioRing(), Doorbell(), AudioFaults())
    let position = AudioPositionCell()
    var code: Int32 = -1
    let counted = counter.measure {
      code = CaptureLoop.run(
        pcm.port, ring: ring, doorbell: doorbell, faults: faults, position: position, until: stop,
        periodLimit: 10_000)
    }
    #expect(code == 0)
    #expect(counted == Counted())
    #expect(ring.count + faults.counts.droppedSamples >= 10_000 * 480)
    stop.destroy()
  }

  @Test("playback does nothing that could wait")
  func playback() throws {
    let counter = try Counter()
    let stop = StopSignal()
    let pcm = try PCM(opening: "null", for: .playback, profile: .normal, stop: stop)
    let (ring, doorbell, answer) = (AudioRing(), Doorbell(), Doorbell())
    let (faults, position, level) = (AudioFaults(), AudioPositionCell(), AudioGauge())
    _ = ring.write([Int16](repeating: 1, count: 700))
    var code: Int32 = -1
    let counted = counter.measure {
      code = PlaybackLoop.run(
        pcm.port, reserve: 0, ring: ring, doorbell: doorbell, answer: answer, faults: faults,
        position: position, level: level, until: stop, periodLimit: 10_000)
    }
    #expect(code == 0)
    #expect(counted == Counted())
    #expect(faults.counts.missingSamples >= 9_998 * 480 - 700)
    stop.destroy()
    print("10000 periods played")
  }

  @Test(
    "neither direction of a call does, while its sound is cleaned, coded and decoded beside them")
  func call() throws {
    let counter = try Counter()
    let (capture, playback) = (CallDirection(), CallDirection())
    let (doorbell, answer, level) = (Doorbell(), Doorbell(), AudioGauge())
    // The card's loudspeaker takes silence as fast as it comes until the call's sound has begun.
    _ = playback.ring.write([Int16](repeating: 1, count: 240))
    let input = RealtimeThread(
      name: "capture",
      work: MeasuredBody("cardIn", .capture, capture, counter) { port, stop in
        CaptureLoop.run(
          port, ring: capture.ring, doorbell: doorbell, faults: capture.faults,
          position: capture.position, until: stop, periodLimit: 10_000)
      })
    let output = RealtimeThread(
      name: "playback",
      work: MeasuredBody("cardOut", .playback, playback, counter, answer: answer) { port, stop in
        PlaybackLoop.run(
          port, reserve: 0, ring: playback.ring, doorbell: doorbell, answer: answer,
          faults: playback.faults, position: playback.position, level: level, until: stop,
          periodLimit: 20_000)
      })
    #expect(output.start() == 0)
    #expect(input.start() == 0)
    let frames = try carry(capture, playback, doorbell, answer)
    input.stop()
    output.stop()
    for direction in [capture, playback] {
      let outcome = try #require(direction.outcome.withLock { $0 })
      #expect(outcome.code == 0)
      #expect(outcome.counted.memory == 0 && outcome.counted.locks == 0)
      // To be handed what it works on takes a body a few; its periods take none.
      #expect(outcome.counted.references <= 16)
    }
    #expect(frames > 9_000, "the call took place: \(frames)")
    #expect(playback.faults.counts.missingSamples == 0)
    print("10000 periods of a call")
  }

  /// The media loop's part, with all that it does to sound, until both directions are over: a frame
  /// at a time, by which all clocks go.
  private func carry(
    _ capture: CallDirection, _ playback: CallDirection, _ doorbell: Doorbell, _ answer: Doorbell
  ) throws -> Int {
    var chain = VoiceChain(try #require(VoiceProcessor(VoiceParts())))
    let encoder = try OpusEncoder(settings: EncoderSettings())
    var stream = PlayoutStream(decoder: try OpusDecoder(), settings: MediaSettings().playout)
    let card = try TroubledCard.Stepper()
    var frames = 0
    let end = StopSignal.now + 100_000_000_000
    func wait(for isReady: () -> Bool) {
      while !isReady(), StopSignal.now < end {
        var wait = pollfd(fd: doorbell.descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&wait, 1, 20)
        doorbell.clear()
      }
    }
    while StopSignal.now < end, !(capture.isOver && playback.isOver) {
      let now = Instant(nanoseconds: Int64(frames) * 10_000_000)
      if !capture.isOver {
        try card.step()
        wait { capture.ring.count >= 480 || capture.isOver }
      }
      if var frame = capture.ring.read(exactly: 480) {
        chain.clean(&frame, delaySamples: 1_920)
        _ = stream.insert(
          encoder.encode(frame), sequence: Int64(frames), timestamp: Int64(frames) * 480, at: now)
      }
      frames += 1
      for _ in 0..<2 where !playback.isOver {
        let sound = stream.pull(sampleCount: 240, at: now)
        chain.played(sound)
        _ = playback.ring.write(sound)
        answer.ring()
        wait { playback.ring.count < 240 || playback.isOver }
      }
    }
    return frames
  }
}

/// What one thread did that it must not do.
private struct Counted: Equatable {
  var memory = 0
  var references = 0
  var locks = 0
}

private struct Counter: Sendable {
  private let begin: @convention(c) () -> Void
  private let end:
    @convention(c) (
      UnsafeMutablePointer<Int>, UnsafeMutablePointer<Int>, UnsafeMutablePointer<Int>
    ) -> Void

  init() throws {
    begin = unsafeBitCast(try #require(dlsym(nil, "counter_begin")), to: type(of: begin))
    end = unsafeBitCast(try #require(dlsym(nil, "counter_end")), to: type(of: end))
  }

  func measure(_ body: () -> Void) -> Counted {
    var counted = Counted()
    begin()
    body()
    end(&counted.memory, &counted.references, &counted.locks)
    return counted
  }
}

/// One direction of a call between its real-time thread and the media loop's part.
private final class CallDirection: Sendable {
  let ring = AudioRing()
  let faults = AudioFaults()
  let position = AudioPositionCell()
  let outcome = Lock<(code: Int32, counted: Counted)?>(nil)
  var isOver: Bool { outcome.withLock { $0 != nil } }
}

/// A real-time thread's body on a device, measured.
private final class MeasuredBody: RealtimeWork, @unchecked Sendable {
  // Unchecked: `pcm` is the thread's own.
  private let device: String
  private let kind: PCM.Direction
  private let direction: CallDirection
  private let counter: Counter
  private let answer: Doorbell?
  private let body: @Sendable (PCMPort, StopSignal) -> Int32
  private var pcm: PCM?

  init(
    _ device: String, _ kind: PCM.Direction, _ direction: CallDirection, _ counter: Counter,
    answer: Doorbell? = nil, body: @escaping @Sendable (PCMPort, StopSignal) -> Int32
  ) {
    self.device = device
    self.kind = kind
    self.direction = direction
    self.counter = counter
    self.answer = answer
    self.body = body
  }

  func prepare(stop: StopSignal) -> Bool {
    pcm = try? PCM(
      opening: device, for: kind, profile: .low, stop: stop, answer: answer?.descriptor)
    if pcm == nil { direction.outcome.withLock { $0 = (ENODEV, Counted()) } }
    return pcm != nil
  }

  func run(until stop: StopSignal) {
    guard let port = pcm?.port else { return }
    var code: Int32 = -1
    let counted = counter.measure { code = body(port, stop) }
    direction.outcome.withLock { [code] in $0 = (code, counted) }
  }

  func finish() { pcm = nil }
}

private final class Box {}

private nonisolated(unsafe) var boxes: [AnyObject] = []
