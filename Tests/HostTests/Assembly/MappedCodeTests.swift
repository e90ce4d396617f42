import Glibc
import Testing

@testable import Assembly

@Suite("The code of a process")
struct MappedCodeTests {
  private static let maps = """
    55602d8c6000-55602ea94000 r-xp 00000000 fe:00 1051 /usr/bin/tip ring
    55602ea95000-55602eaf9000 r--p 011ce000 fe:00 1051 /usr/bin/tip ring
    55602eaf9000-55602ec8a000 rw-p 01232000 fe:00 1051 /usr/bin/tip ring
    556066d50000-556066db3000 rw-p 00000000 00:00 0                          [heap]
    7f17cb0c5000-7f17cb342000 r-xp 000c5000 fe:00 912                        /usr/lib/libcrypto.so.3
    7f17cb400000-7f17cb401000 r-xp 00000000 00:00 0
    7f17cb500000-7f17cb501000 rwxp 00000000 fe:00 913                        /usr/lib/other.so
    7ffd0a1f4000-7ffd0a1f6000 r-xp 00000000 00:00 0                          [vdso]
    ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]

    """

  @Test("is what comes from files, can be run, and cannot have been written")
  func ranges() {
    #expect(
      MappedCode(Self.maps).ranges == [
        0x5560_2d8c_6000..<0x5560_2ea9_4000, 0x7f17_cb0c_5000..<0x7f17_cb34_2000,
      ])
    #expect(MappedCode("").ranges == [])
    #expect(MappedCode("r-xp r-xp r-xp r-xp r-xp /r-xp\n5-4 r-xp 0 0 0 /a\n").ranges == [])
  }

  @Test("is given back and comes back by itself")
  func ownCode() {
    let code = MappedCode.ofThisProcess
    #expect(code.ranges.contains { $0.contains(UInt(bitPattern: address(of: abs))) })
    code.giveBack()
    #expect(MappedCode.ofThisProcess == code)
  }

  private func address(of function: @convention(c) (CInt) -> CInt) -> Int {
    unsafeBitCast(function, to: Int.self)
  }
}
