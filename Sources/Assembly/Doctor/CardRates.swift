import Files
import Glibc

/// The rates at which the sound cards of this machine run at this moment.
enum CardRates {
  /// In samples a second, each once; empty where no card is in use, or there is none.
  static func current() -> [Int] {
    var rates: Set<Int> = []
    for card in entries("/proc/asound", beginningWith: "card") {
      for device in entries(card, beginningWith: "pcm") {
        for stream in entries(device, beginningWith: "sub") {
          let bytes = (try? SmallFile.read(stream + "/hw_params", limit: 4_096)) ?? []
          if let rate = rate(in: String(decoding: bytes, as: UTF8.self)) { rates.insert(rate) }
        }
      }
    }
    return rates.sorted()
  }

  /// The rate in the text of a `hw_params` file, as in `rate: 48000 (48000/1)`.
  static func rate(in text: String) -> Int? {
    for line in text.split(separator: "\n") where line.hasPrefix("rate: ") {
      return Int(line.dropFirst(6).prefix { $0 != " " })
    }
    return nil
  }

  private static func entries(_ folder: String, beginningWith start: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var paths: [String] = []
    while let entry = readdir(directory), paths.count < 64 {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasPrefix(start) { paths.append("\(folder)/\(name)") }
    }
    return paths
  }
}
