import Media
import Testing

@Suite("Datagram class")
struct DatagramClassTests {
  @Test(
    "is told by the first byte",
    arguments: [
      (UInt8(0), DatagramClass.stun), (3, .stun), (4, .unknown), (19, .unknown), (20, .dtls),
      (63, .dtls),
      (64, .turnChannel), (79, .turnChannel), (80, .unknown), (127, .unknown), (128, .rtp),
      (191, .rtp), (192, .unknown), (255, .unknown),
    ])
  func firstByte(value: UInt8, expected: DatagramClass) {
    #expect(DatagramClass(of: [value] + [UInt8](repeating: 0, count: 20)) == expected)
  }

  @Test(
    "parts RTCP from RTP by the second byte",
    arguments: [
      (UInt8(191), DatagramClass.rtp), (192, .rtcp), (200, .rtcp), (223, .rtcp), (224, .rtp),
      (111, .rtp),
      (111 | 0x80, .rtp),
    ])
  func secondByte(value: UInt8, expected: DatagramClass) {
    #expect(DatagramClass(of: [0x80, value] + [UInt8](repeating: 0, count: 20)) == expected)
  }

  @Test("takes nothing for a packet that has no room for a header")
  func short() {
    #expect(DatagramClass(of: []) == .unknown)
    #expect(DatagramClass(of: [0x80]) == .unknown)
    #expect(DatagramClass(of: [0x80, 200, 0, 1, 0, 0, 0]) == .unknown)
    #expect(DatagramClass(of: [0x80, 200, 0, 1, 0, 0, 0, 0]) == .rtcp)
  }
}
