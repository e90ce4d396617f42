import Basics
import Files
import Glibc

/// The code of this process: the program's own and that of its libraries.
///
/// A page of it takes part in what the process needs from when it is run for the first time, with fifteen
/// around it; and most is run while the program starts or a call is set up, and never again.
struct MappedCode: Equatable {
  /// Where it stands in memory.
  let ranges: [Range<UInt>]

  /// - Parameter maps: as `/proc/PID/maps` has them (proc(5)): a line for each mapping, of its addresses, what
  ///   is allowed in it, and, among others, the file that it comes from.
  init(_ maps: String) {
    ranges = maps.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ", maxSplits: 5)
      // What is private and cannot be written is as it is in the file. Of the kernel's own nothing is.
      guard fields.count == 6, fields[1] == "r-xp",
        fields[5].drop(while: { $0 == " " }).hasPrefix("/")
      else { return nil }
      let bounds = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
      guard bounds.count == 2, bounds[0] < bounds[1] else { return nil }
      return bounds[0]..<bounds[1]
    }
  }

  static var ofThisProcess: MappedCode {
    let maps = try? SmallFile.read("/proc/self/maps", limit: 1 << 20)
    return MappedCode(String(decoding: maps ?? [], as: UTF8.self))
  }

  /// Gives its pages back. They stay in the system's cache, and what is run again comes back from there,
  /// sixteen pages at a time and in a microsecond or two. Breakpoints that a debugger has written are lost.
  func giveBack() {
    for range in ranges {
      // Refused where pages are locked, which is as well.
      madvise(
        UnsafeMutableRawPointer(bitPattern: range.lowerBound), range.count, MADV_DONTNEED)
    }
  }
}
