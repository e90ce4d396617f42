import EndToEnd
import Glibc
import Media
import Realtime
import Testing

@testable import AlsaAudio

/// The rules of real-time threads, measured: a library put before all others counts what the bodies do.
@Suite("Real-time bodies")
struct RealtimeBodyTests {
  static let canMeasure = Program.exists("clang") && !isSanitized

  @Test(
    "neither allocate nor count references in ten thousand periods", .enabled(if: canMeasure))
  func measured() async throws {
    let folder = TemporaryFolder()
    let source = folder.write(counterSource, to: "counter.c")
    let library = "\(folder.path)/counter.so"
    let status = try Program.run(
      "clang", ["-shared", "-fPIC", "-O2", "-o", library, source, "-ldl"])
    try #require(status == 0)
    let result = try await Program.runSuite(
      "RealtimeBodyMeasurements", environment: ["LD_PRELOAD": library], within: .seconds(60))
    #expect(result.hasPassed, "\(result.output)")
    #expect(result.output.contains("10000 periods played"), "the measurement took place")
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
    static __thread int counting; static __thread long memory, references;
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
    void counter_begin(void) { memory = references = 0; counting = 1; }
    void counter_end(long *m, long *r) { counting = 0; *m = memory; *r = references; }
    """
}

/// Run by the suite above, in a process where the counters are.
@Suite("RealtimeBodyMeasurements", .enabled(if: dlsym(nil, "counter_begin") != nil))
struct RealtimeBodyMeasurements {
  @Test("the counters see what they are to count")
  func counters() throws {
    let counter = try Counter()
    let (memory, references) = counter.measure {
      let box = Box()
      boxes = [box, box]
    }
    #expect(memory > 0)
    #expect(references > 0)
  }

  @Test("capture does nothing that could wait")
  func capture() throws {
    let counter = try Counter()
    let stop = StopSignal()
    let pcm = try PCM(opening: "null", for: .capture, profile: .normal, stop: stop)
    let (ring, doorbell, faults, delay) = (AudioRing(), Doorbell(), AudioFaults(), AudioGauge())
    var code: Int32 = -1
    let (memory, references) = counter.measure {
      code = CaptureLoop.run(
        pcm.port, ring: ring, doorbell: doorbell, faults: faults, delay: delay, until: stop,
        periodLimit: 10_000)
    }
    #expect(code == 0)
    #expect(memory == 0)
    #expect(references == 0)
    #expect(ring.count + faults.counts.droppedSamples >= 10_000 * 480)
    stop.destroy()
  }

  @Test("playback does nothing that could wait")
  func playback() throws {
    let counter = try Counter()
    let stop = StopSignal()
    let pcm = try PCM(opening: "null", for: .playback, profile: .normal, stop: stop)
    let (ring, doorbell, answer) = (AudioRing(), Doorbell(), Doorbell())
    let (faults, delay, level) = (AudioFaults(), AudioGauge(), AudioGauge())
    _ = ring.write([Int16](repeating: 1, count: 700))
    var code: Int32 = -1
    let (memory, references) = counter.measure {
      code = PlaybackLoop.run(
        pcm.port, reserve: 0, ring: ring, doorbell: doorbell, answer: answer, faults: faults,
        delay: delay, level: level, until: stop, periodLimit: 10_000)
    }
    #expect(code == 0)
    #expect(memory == 0)
    #expect(references == 0)
    #expect(faults.counts.missingSamples >= 9_998 * 480 - 700)
    stop.destroy()
    print("10000 periods played")
  }

  private struct Counter {
    private let begin: @convention(c) () -> Void
    private let end: @convention(c) (UnsafeMutablePointer<Int>, UnsafeMutablePointer<Int>) -> Void

    init() throws {
      begin = unsafeBitCast(try #require(dlsym(nil, "counter_begin")), to: type(of: begin))
      end = unsafeBitCast(try #require(dlsym(nil, "counter_end")), to: type(of: end))
    }

    func measure(_ body: () -> Void) -> (memory: Int, references: Int) {
      var (memory, references) = (0, 0)
      begin()
      body()
      end(&memory, &references)
      return (memory, references)
    }
  }

  private final class Box {}
}

private nonisolated(unsafe) var boxes: [AnyObject] = []
