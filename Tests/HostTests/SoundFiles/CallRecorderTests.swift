import EndToEnd
import Glibc
import Realtime
import SoundFiles
import Testing

@Suite("Call recorder")
struct CallRecorderTests {
  let folder = TemporaryFolder()

  @Test(
    "keeps the caller left and the remote right, on one clock", .enabled(if: Program.exists("sox")))
  func channels() throws {
    let path = "\(folder.path)/call.wav"
    let recorder = try CallRecorder(path: path)
    let near = Tones.sine(hertz: 400, count: 48_000)
    let far = Tones.sine(hertz: 900, count: 48_000)
    // Frames of the microphone and periods of the loudspeaker come at different times.
    for second in stride(from: 0, to: 48_000, by: 960) {
      try recorder.append(near: Array(near[second..<second + 960]), far: [])
      try recorder.append(near: [], far: Array(far[second..<second + 480]))
      try recorder.append(near: [], far: Array(far[second + 480..<second + 960]))
    }
    recorder.finish()
    #expect(recorder.droppedSamples == 0)
    #expect(try channel(1, of: path).elementsEqual(near))
    #expect(try channel(2, of: path).elementsEqual(far))
  }

  @Test("puts silence where one side did not come", .enabled(if: Program.exists("sox")))
  func oneSided() throws {
    let path = "\(folder.path)/call.flac"
    let recorder = try CallRecorder(path: path)
    for _ in 0..<20 { try recorder.append(near: [Int16](repeating: 9, count: 960), far: []) }
    try recorder.append(near: [], far: [Int16](repeating: 8, count: 960))
    recorder.finish()
    #expect(try channel(1, of: path).prefix(19_200).allSatisfy { $0 == 9 })
    let right = try channel(2, of: path)
    #expect(right.count >= 19_200)
    #expect(right.filter { $0 == 8 }.count == 960)
  }

  @Test(
    "leaves a readable file when the program is killed",
    arguments: ["call.wav", "call.flac", "call.ogg"])
  func killed(name: String) async throws {
    let path = "\(folder.path)/\(name)"
    let recorder = try CallRecorder(path: path)
    let tone = Tones.sine(hertz: 1_000, count: 960)
    for _ in 0..<100 { try recorder.append(near: tone, far: tone) }
    // The header follows within a second.
    let isReadable = await eventually {
      guard let bytes = try? Program.bytes(of: path) else { return false }
      return ((try? SoundClip.decode(bytes))?.count ?? 0) > 48_000
    }
    #expect(isReadable)
    recorder.finish()
    #expect(abs(try SoundClip.decode(path: path).count - 96_000) <= 960)
  }

  @Test("keeps what it has, and says why it stops, when the file can grow no more")
  func full() async throws {
    let memory = try sealableFile()
    defer { close(memory) }
    let path = "\(folder.path)/call.wav"
    #expect(symlink("/proc/self/fd/\(memory)", path) == 0)
    let recorder = try CallRecorder(path: path)
    try recorder.append(
      near: [Int16](repeating: 1, count: 48_000), far: [Int16](repeating: 3, count: 48_000))
    #expect(await eventually { lseek(memory, 0, SEEK_END) > 150_000 })
    #expect(fcntl(memory, addSeals, sealGrowth) == 0)
    var complaint: AudioDeviceError?
    for _ in 0..<500 where complaint == nil {
      do throws(AudioDeviceError) {
        try recorder.append(near: [1], far: [3])
        try? await Task.sleep(for: .milliseconds(10))
      } catch {
        complaint = error
      }
    }
    #expect(complaint == AudioDeviceError(device: path, operation: .writeFile, code: EPERM))
    recorder.finish()
    #expect(try SoundClip.decode(path: path).prefix(38_000).allSatisfy { $0 == 2 })
  }

  @Test("says what is wrong with a path, and leaves nothing behind")
  func unusable() {
    for path in ["none/call.wav", "call.mp4", "call"] {
      #expect(throws: AudioDeviceError.self) { try CallRecorder(path: "\(folder.path)/\(path)") }
    }
    #expect(folder.names() == [])
  }

  /// A file in memory whose growth can be forbidden, as by a full disk.
  private func sealableFile() throws -> Int32 {
    typealias Create = @convention(c) (UnsafePointer<CChar>, UInt32) -> Int32
    let symbol = try #require(dlsym(nil, "memfd_create"))
    return unsafeBitCast(symbol, to: Create.self)("full", allowsSealing)
  }

  private let allowsSealing: UInt32 = 2
  private let addSeals: Int32 = 1_033
  private let sealGrowth: Int32 = 4

  private func channel(_ number: Int, of path: String) throws -> [Int16] {
    let target = "\(folder.path)/channel\(number).wav"
    try #require(try Program.run("sox", [path, target, "remix", "\(number)"]) == 0)
    return try SoundClip.decode(path: target)
  }
}
