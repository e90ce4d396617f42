import FuzzTargets
import Glibc

/// What `FUZZ_TARGET` names.
private let target = getenv("FUZZ_TARGET").flatMap { FuzzTarget(rawValue: String(cString: $0)) }

/// One try of libFuzzer's.
@_cdecl("LLVMFuzzerTestOneInput")
public func tryOne(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let target else {
    fatalError("FUZZ_TARGET is one of \(FuzzTarget.allCases.map(\.rawValue))")
  }
  if let complaint = target.complaint(about: Array(UnsafeBufferPointer(start: data, count: count)))
  {
    print(complaint)
    fflush(nil)
    abort()
  }
  return 0
}
