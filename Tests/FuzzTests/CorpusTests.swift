import Basics
import FuzzTargets
import Glibc
import Testing

@Suite("What fuzzing has found")
struct CorpusTests {
  @Test("is taken well: damaged packets, descriptions, texts", arguments: FuzzTarget.allCases)
  func corpus(target: FuzzTarget) throws {
    for (name, bytes) in try Self.corpus(of: target) {
      let complaint = target.complaint(about: bytes)
      #expect(complaint == nil, "\(target) \(name)")
      // What is cut off is a message of its own.
      for count in Set([0, 1, bytes.count / 2, max(0, bytes.count - 1)]) {
        #expect(target.complaint(about: Array(bytes.prefix(count))) == nil, "\(name), \(count)")
      }
    }
  }

  /// A short run of what `make fuzz` does at length; what it finds is to be put into the corpus.
  @Test("is taken well when it is damaged anew", arguments: FuzzTarget.allCases)
  func damagedAnew(target: FuzzTarget) throws {
    let corpus = try Self.corpus(of: target).map(\.bytes)
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<Self.tries {
      var bytes = corpus.randomElement(using: &generator) ?? []
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let other = corpus.randomElement(using: &generator) ?? []
        bytes = Self.damaged(bytes, with: other, using: &generator)
      }
      #expect(target.complaint(about: bytes) == nil, "\(target) \(bytes)")
    }
  }

  /// Bytes changed in one place: overwritten, cut out, doubled, or with a part of others put in.
  private static func damaged(
    _ bytes: [UInt8], with other: [UInt8], using generator: inout SeededGenerator
  ) -> [UInt8] {
    let start = Int.random(in: 0...bytes.count, using: &generator)
    let end = min(bytes.count, start + Int.random(in: 1...32, using: &generator))
    let part: ArraySlice<UInt8>
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: part = [UInt8.random(in: 0...255, using: &generator)]
    case 1: part = []
    case 2: part = bytes[start..<end] + bytes[start..<end]
    default: part = other.dropFirst(start).prefix(end - start)
    }
    return Array((bytes[..<start] + part + bytes[end...]).prefix(largestByteCount))
  }

  /// How many damaged inputs each target is given; some seconds for all.
  private static let tries = 150
  private static let largestByteCount = 8_192

  private static func corpus(
    of target: FuzzTarget
  ) throws -> [(name: String, bytes: [UInt8])] {
    let folder = folder + "/" + target.rawValue
    let names = try #require(Self.names(in: folder), "\(folder) is missing")
    #expect(!names.isEmpty)
    return try names.map { ($0, try #require(Self.contents(of: "\(folder)/\($0)"))) }
  }

  private static let folder =
    "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/") + "/Corpus"

  private static func names(in folder: String) -> [String]? {
    guard let directory = opendir(folder) else { return nil }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  private static func contents(of file: String) -> [UInt8]? {
    guard let stream = fopen(file, "r") else { return nil }
    defer { fclose(stream) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, stream)
    return Array(bytes.prefix(count))
  }
}
