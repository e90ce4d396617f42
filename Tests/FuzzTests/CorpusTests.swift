import FuzzTargets
import Glibc
import Testing

@Suite("What fuzzing has found")
struct CorpusTests {
  @Test("is taken well: damaged packets, descriptions, texts", arguments: FuzzTarget.allCases)
  func corpus(target: FuzzTarget) throws {
    let folder = Self.folder + "/" + target.rawValue
    let names = try #require(Self.names(in: folder), "\(folder) is missing")
    #expect(!names.isEmpty)
    for name in names {
      let bytes = try #require(Self.contents(of: "\(folder)/\(name)"))
      let complaint = target.complaint(about: bytes)
      #expect(complaint == nil, "\(target) \(name)")
      // What is cut off is a message of its own.
      for count in Set([0, 1, bytes.count / 2, max(0, bytes.count - 1)]) {
        #expect(target.complaint(about: Array(bytes.prefix(count))) == nil, "\(name), \(count)")
      }
    }
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
