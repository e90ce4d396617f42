import Basics
import Testing

@Suite("Bytes")
struct BytesTests {
  @Test("numbers come back in network order")
  func roundTrip() {
    var bytes: [UInt8] = [1]
    bytes.append(bigEndian: UInt16(0x0203))
    bytes.append(bigEndian24: 0xFF04_0506)
    bytes.append(bigEndian: UInt32(0x0708_090A))
    bytes.append(bigEndian: UInt64(0x0B0C_0D0E_0F10_1112))
    #expect(bytes == Array(1...18))

    var reader = ByteReader(bytes)
    #expect(reader.readUInt8() == 1)
    #expect(reader.readUInt16() == 0x0203)
    #expect(reader.readUInt24() == 0x04_0506)
    #expect(reader.readUInt32() == 0x0708_090A)
    #expect(reader.readUInt64() == 0x0B0C_0D0E_0F10_1112)
    #expect(reader.remaining == 0)
  }

  @Test("nothing is read beyond the end, and a read that fails takes nothing", arguments: 0..<8)
  func bounds(count: Int) {
    let bytes = [UInt8](repeating: 7, count: count)
    var reader = ByteReader(bytes)
    if count < 8 { #expect(reader.readUInt64() == nil) }
    if count < 4 { #expect(reader.readUInt32() == nil) }
    if count < 3 { #expect(reader.readUInt24() == nil) }
    if count < 2 { #expect(reader.readUInt16() == nil) }
    if count < 1 { #expect(reader.readUInt8() == nil) }
    #expect(reader.remaining == count)
    #expect(reader.read(count + 1) == nil)
    #expect(reader.skip(count + 1) == false)
    #expect(reader.read(-1) == nil)
    #expect(reader.skip(-1) == false)
    #expect(reader.read(.max) == nil)
    #expect(reader.skip(.max) == false)
    #expect(reader.read(count) == bytes)
    #expect(reader.remaining == 0)
    #expect(reader.read(0) == [])
    #expect(reader.skip(0) == true)
  }
}
