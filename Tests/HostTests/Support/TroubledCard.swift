import EndToEnd
import Glibc
import Testing

/// A sound card of a test's own, as a plug-in of ALSA: paced by the monotonic clock, and in whatever
/// trouble a test has it.
///
/// `cardIn` and `cardOut` are found by programs that are given ``environment``. What is captured is a
/// tone without silence. Each card has a file, where it reads its trouble and notes when what it plays
/// was last heard to begin.
struct TroubledCard {
  /// What a card does; what it gets over by itself it takes back.
  enum Trouble: UInt8 {
    case none = 0x2E  // .
    /// Another program has it; only at opening.
    case busy = 0x62  // b
    /// Not for this user; only at opening.
    case denied = 0x64  // d
    /// Pulled out.
    case gone = 0x67  // g
    /// The machine has slept; the driver can go on where it was, or must be prepared anew.
    case suspended = 0x73  // s
    case suspendedForGood = 0x53  // S
    /// Nothing moves any more, until it is prepared anew.
    case still = 0x71  // q
  }

  static var isPossible: Bool { Program.exists("clang") }

  let environment: [String: String]

  /// Compiles the plug-in.
  ///
  /// - Parameter isStepped: whether it has no time of its own: the microphone gives a period for each
  ///   ``Stepper/step()``, and the loudspeaker plays what it is given at once, but for 2.5 ms that it keeps. No
  ///   machine is then too slow for it, and nobody has to wait for it.
  init(in folder: TemporaryFolder, isStepped: Bool = false) throws {
    let source = folder.write(Self.source, to: "card.c")
    let library = "\(folder.path)/card.so"
    let status = try Program.run(
      "clang", ["-shared", "-fPIC", "-DPIC", "-O2", "-o", library, source, "-lasound"])
    try #require(status == 0, "the plug-in is compiled")
    for card in ["cardIn", "cardOut"] {
      _ = folder.write("." + String(repeating: "\0", count: 15), to: card)
    }
    let pipe = "\(folder.path)/steps"
    if isStepped { try #require(mkfifo(pipe, 0o600) == 0) }
    let steps = isStepped ? " steps \"\(pipe)\"" : ""
    let devices = ["cardIn", "cardOut"].map {
      "pcm.\($0) { type card word \"\(folder.path)/\($0)\"\(steps) }\n"
    }
    let configuration = folder.write(
      "</usr/share/alsa/alsa.conf>\npcm_type.card { lib \"\(library)\" }\n" + devices.joined(),
      to: "asound.conf")
    environment = [
      "ALSA_CONFIG_PATH": configuration, Self.variable: folder.path,
      // Each device is served by one thread, so that the library's own locks are not needed.
      "LIBASOUND_THREAD_SAFE": "0",
    ]
  }

  /// Has a card be in trouble; in a program with the ``environment``.
  static func set(_ trouble: Trouble, on card: String) throws {
    let folder = try #require(getenv(variable).map { String(cString: $0) })
    let file = open("\(folder)/\(card)", O_WRONLY | O_CLOEXEC)
    defer { close(file) }
    var byte = trouble.rawValue
    try #require(write(file, &byte, 1) == 1)
  }

  /// When sound was heard from `cardOut` after it had been silent for 5 ms at least, the last time; in
  /// nanoseconds of the monotonic clock, and 0 if never.
  static func soundBegan() throws -> Int64 {
    let folder = try #require(getenv(variable).map { String(cString: $0) })
    let file = open("\(folder)/cardOut", O_RDONLY | O_CLOEXEC)
    defer { close(file) }
    var time: Int64 = 0
    try #require(pread(file, &time, 8, 8) == 8)
    return time
  }

  /// Has a microphone that is stepped give its periods; in a program with the ``environment``.
  final class Stepper {
    private let pipe: Int32

    init() throws {
      let folder = try #require(getenv(variable).map { String(cString: $0) })
      let opened = open("\(folder)/steps", O_RDWR | O_NONBLOCK | O_CLOEXEC)
      pipe = try #require(opened >= 0 ? opened : nil)
    }

    deinit { close(pipe) }

    func step() throws {
      var byte: UInt8 = 0
      try #require(write(pipe, &byte, 1) == 1)
    }
  }

  /// Whether this process has the cards.
  static var isHere: Bool { getenv(variable) != nil }
  private static let variable = "TIPRING_TEST_CARD"

  private static let source = """
    #include <alsa/asoundlib.h>
    #include <alsa/pcm_external.h>
    #include <fcntl.h>
    #include <sys/mman.h>
    #include <sys/timerfd.h>
    #include <time.h>
    #include <unistd.h>
    typedef struct { char trouble; int64_t began; } file;
    typedef struct {
      snd_pcm_ioplug_t io;
      volatile file *file;
      double rate;
      int64_t start, done, last, stepped, silent;
      int timer, is_stepped;
    } card;
    static int64_t now(void) {
      struct timespec t;
      clock_gettime(CLOCK_MONOTONIC, &t);
      return t.tv_sec * 1000000000LL + t.tv_nsec;
    }
    static int card_prepare(snd_pcm_ioplug_t *io) {
      card *c = io->private_data;
      c->done = c->last = c->stepped = c->start = 0;
      if (c->file->trouble == 'q' || c->file->trouble == 'S') c->file->trouble = '.';
      return 0;
    }
    static int card_start(snd_pcm_ioplug_t *io) {
      card *c = io->private_data;
      int64_t period = io->period_size / c->rate * 1e9;
      struct itimerspec turns = {{period / 1000000000, period % 1000000000}, {0, period}};
      c->start = now();
      if (c->is_stepped) return 0;
      return timerfd_settime(c->timer, 0, &turns, NULL);
    }
    static int card_stop(snd_pcm_ioplug_t *io) { return 0; }
    static snd_pcm_sframes_t card_pointer(snd_pcm_ioplug_t *io) {
      card *c = io->private_data;
      switch (c->file->trouble) {
      case 'g': snd_pcm_ioplug_set_state(io, SND_PCM_STATE_DISCONNECTED); return c->last;
      case 's': case 'S': snd_pcm_ioplug_set_state(io, SND_PCM_STATE_SUSPENDED); return c->last;
      case 'q': return c->last;
      }
      if (io->state < SND_PCM_STATE_RUNNING) return c->last;
      int64_t place = (now() - c->start) * 1e-9 * c->rate, kept = c->rate / 400;
      if (c->is_stepped && io->stream == SND_PCM_STREAM_PLAYBACK)
        place = c->done > kept ? c->done - kept : 0;
      else if (c->is_stepped)
        place = c->stepped;
      int64_t lead = io->stream == SND_PCM_STREAM_PLAYBACK ? 0 : (int64_t)io->buffer_size;
      if (place - c->done > lead) return -EPIPE;
      return c->last = place % io->buffer_size;
    }
    static snd_pcm_sframes_t card_transfer(
        snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas, snd_pcm_uframes_t offset,
        snd_pcm_uframes_t count) {
      card *c = io->private_data;
      short *frames = (short *)areas->addr + offset;
      if (io->stream == SND_PCM_STREAM_CAPTURE)
        for (snd_pcm_uframes_t i = 0; i < count; i++)
          frames[i] = (c->done + i) % 48 < 24 ? 4000 : -4000;
      else
        for (snd_pcm_uframes_t i = 0; i < count; i++) {
          int64_t due = c->start ? c->start + (c->done + i) / c->rate * 1e9 : now();
          if (frames[i] && c->silent >= 240) c->file->began = due;
          c->silent = frames[i] ? 0 : c->silent + 1;
        }
      c->done += count;
      return count;
    }
    // The library does not hand on what this returns.
    static int card_resume(snd_pcm_ioplug_t *io) {
      card *c = io->private_data;
      if (c->file->trouble == 's') c->file->trouble = '.';
      return 0;
    }
    static int card_revents(
        snd_pcm_ioplug_t *io, struct pollfd *p, unsigned int n, unsigned short *events) {
      card *c = io->private_data;
      uint64_t turns;
      *events = 0;
      if (!(p->revents & POLLIN)) return 0;
      if (read(c->timer, &turns, c->is_stepped ? 1 : sizeof turns) < 0) return 0;
      c->stepped += io->period_size;
      card_pointer(io);
      *events = io->stream == SND_PCM_STREAM_PLAYBACK ? POLLOUT : POLLIN;
      if (io->state == SND_PCM_STATE_SUSPENDED || io->state == SND_PCM_STATE_DISCONNECTED)
        *events |= POLLERR;
      return 0;
    }
    static int card_close(snd_pcm_ioplug_t *io) {
      card *c = io->private_data;
      close(c->timer);
      munmap((void *)c->file, sizeof(file));
      free(c);
      return 0;
    }
    static const snd_pcm_ioplug_callback_t callbacks = {
      .start = card_start, .stop = card_stop, .pointer = card_pointer, .transfer = card_transfer,
      .prepare = card_prepare, .resume = card_resume, .poll_revents = card_revents,
      .close = card_close,
    };
    SND_PCM_PLUGIN_DEFINE_FUNC(card) {
      snd_config_t *node;
      const char *path = NULL, *steps = NULL;
      if (!snd_config_search(conf, "word", &node)) snd_config_get_string(node, &path);
      if (!snd_config_search(conf, "steps", &node)) snd_config_get_string(node, &steps);
      int opened = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
      if (opened < 0) return -EINVAL;
      file *shared = mmap(NULL, sizeof(file), PROT_READ | PROT_WRITE, MAP_SHARED, opened, 0);
      close(opened);
      if (shared == MAP_FAILED) return -ENOMEM;
      char word = shared->trouble;
      int fault = word == 'b' ? EBUSY : word == 'd' ? EACCES : word == 'g' ? ENODEV : 0;
      card *c = fault ? NULL : calloc(1, sizeof *c);
      if (!c) {
        munmap(shared, sizeof(file));
        return fault ? -fault : -ENOMEM;
      }
      c->file = shared;
      c->rate = 48000;
      c->is_stepped = steps != NULL;
      c->timer = steps && stream == SND_PCM_STREAM_CAPTURE
        ? open(steps, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        : timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
      c->io = (snd_pcm_ioplug_t){
        .version = SND_PCM_IOPLUG_VERSION, .name = "card", .callback = &callbacks,
        .private_data = c, .poll_fd = c->timer, .poll_events = POLLIN,
      };
      int result = snd_pcm_ioplug_create(&c->io, name, stream, mode);
      if (result < 0) return result;
      const unsigned int access = SND_PCM_ACCESS_RW_INTERLEAVED, format = SND_PCM_FORMAT_S16_LE;
      snd_pcm_ioplug_set_param_list(&c->io, SND_PCM_IOPLUG_HW_ACCESS, 1, &access);
      snd_pcm_ioplug_set_param_list(&c->io, SND_PCM_IOPLUG_HW_FORMAT, 1, &format);
      snd_pcm_ioplug_set_param_minmax(&c->io, SND_PCM_IOPLUG_HW_CHANNELS, 1, 1);
      snd_pcm_ioplug_set_param_minmax(&c->io, SND_PCM_IOPLUG_HW_RATE, 48000, 48000);
      snd_pcm_ioplug_set_param_minmax(&c->io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, 64, 65536);
      snd_pcm_ioplug_set_param_minmax(&c->io, SND_PCM_IOPLUG_HW_PERIODS, 2, 64);
      *pcmp = c->io.pcm;
      return 0;
    }
    SND_PCM_PLUGIN_SYMBOL(card);
    """
}
