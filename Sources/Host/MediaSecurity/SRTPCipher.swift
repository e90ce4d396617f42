import CSRTP
import Glibc
package import Media

/// Protects what is sent and checks what is received, with the keys of one association.
///
/// A packet that was not taken is not fit for use and is to be dropped.
///
/// - Source: RFC 3711, RFC 7714.
package final class SRTPCipher: CipherPort {
  private let sending: srtp_t
  private let receiving: srtp_t
  private let tagBytes: Int
  /// The senders whose replay windows are kept, the one heard last at the end.
  private var sources: [UInt32] = []

  package init(keys: CipherKeys) throws(CipherError) {
    let keyBytes = CipherKeys.keyByteCount + keys.profile.saltByteCount
    guard Self.libraryStatus == srtp_err_status_ok else { throw CipherError(Self.libraryStatus) }
    guard keys.sending.count == keyBytes, keys.receiving.count == keyBytes else {
      throw .malformed
    }
    tagBytes = keys.profile.tagByteCount
    sending = try Self.session(keys.sending, keys.profile, ssrc_any_outbound)
    do {
      receiving = try Self.session(keys.receiving, keys.profile, ssrc_any_inbound)
    } catch {
      srtp_dealloc(sending)
      throw error
    }
  }

  deinit {
    srtp_dealloc(sending)
    srtp_dealloc(receiving)
  }

  /// Sets the library up on a thread of its own.
  ///
  /// It tests its algorithms, which takes 15–90 ms; without this the first cipher would, while
  /// keys are agreed and sound is waited for.
  package static func prepare() {
    _ = preparation
  }

  package func protectRTP(_ packet: inout [UInt8]) throws(CipherError) {
    try transform(&packet, atLeast: Self.rtpHeaderBytes, growth: Self.mostTrailerBytes) {
      srtp_protect(sending, $0, &$1)
    }
  }

  package func unprotectRTP(_ packet: inout [UInt8]) throws(CipherError) {
    try transform(&packet, atLeast: Self.rtpHeaderBytes + tagBytes) {
      srtp_unprotect(receiving, $0, &$1)
    }
    noteSource(packet[8..<12])
  }

  package func protectRTCP(_ packet: inout [UInt8]) throws(CipherError) {
    try transform(&packet, atLeast: Self.rtcpHeaderBytes, growth: Self.mostTrailerBytes) {
      srtp_protect_rtcp(sending, $0, &$1)
    }
  }

  package func unprotectRTCP(_ packet: inout [UInt8]) throws(CipherError) {
    try transform(&packet, atLeast: Self.rtcpHeaderBytes + Self.rtcpIndexBytes + tagBytes) {
      srtp_unprotect_rtcp(receiving, $0, &$1)
    }
    noteSource(packet[4..<8])
  }

  /// Lets the library work on a packet in its place.
  private func transform(
    _ packet: inout [UInt8], atLeast fewestBytes: Int, growth: Int = 0,
    _ body: (UnsafeMutableRawPointer?, inout Int32) -> srtp_err_status_t
  ) throws(CipherError) {
    guard packet.count >= fewestBytes, packet.count <= Self.mostPacketBytes else {
      throw .malformed
    }
    var length = Int32(packet.count)
    packet.append(contentsOf: repeatElement(0, count: growth))
    let status = packet.withUnsafeMutableBytes { body($0.baseAddress, &length) }
    packet.removeLast(packet.count - Int(length))
    guard status == srtp_err_status_ok else { throw CipherError(status) }
  }

  /// Forgets the sender that was silent longest when there are too many: the library itself would
  /// keep a window for each of them without end.
  private func noteSource(_ bytes: ArraySlice<UInt8>) {
    // In network order, as the library keeps it.
    let source = bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
    if sources.last == source { return }
    sources.removeAll { $0 == source }
    sources.append(source)
    if sources.count > Self.mostSources {
      srtp_remove_stream(receiving, sources.removeFirst())
    }
  }

  private static func session(
    _ key: [UInt8], _ profile: CipherKeys.Profile, _ direction: srtp_ssrc_type_t
  ) throws(CipherError) -> srtp_t {
    var policy = srtp_policy_t()
    let libraryProfile = srtp_profile_t(rawValue: UInt32(profile.rawValue))
    srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp, libraryProfile)
    srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp, libraryProfile)
    policy.ssrc.type = direction
    policy.window_size = replayWindow
    var key = key
    var session: srtp_t?
    let status = key.withUnsafeMutableBufferPointer { key in
      policy.key = key.baseAddress
      return srtp_create(&session, &policy)
    }
    guard status == srtp_err_status_ok, let session else { throw CipherError(status) }
    return session
  }

  /// Who comes first sets the library up, and who comes meanwhile waits.
  private static let libraryStatus = srtp_init()

  private static let preparation: Void = {
    var thread = pthread_t()
    let isStarted =
      pthread_create(
        &thread, nil,
        { _ in
          _ = SRTPCipher.libraryStatus
          return nil
        }, nil) == 0
    if isStarted { pthread_detach(thread) }
  }()

  /// Packets; ten seconds of speech, and more than RFC 3711 §3.3.2 asks.
  private static let replayWindow: UInt = 512
  /// A call has one or two; a conference that renews them stays within this, too.
  package static let mostSources = 32
  private static let mostPacketBytes = 4_096
  private static let mostTrailerBytes = Int(SRTP_MAX_TRAILER_LEN) + rtcpIndexBytes
  private static let rtpHeaderBytes = 12
  private static let rtcpHeaderBytes = 8
  private static let rtcpIndexBytes = 4
}

extension CipherError {
  fileprivate init(_ status: srtp_err_status_t) {
    switch status {
    case srtp_err_status_auth_fail: self = .notAuthentic
    case srtp_err_status_replay_fail, srtp_err_status_replay_old: self = .replayed
    case srtp_err_status_bad_param, srtp_err_status_parse_err: self = .malformed
    default: self = .failed(Int32(bitPattern: status.rawValue))
    }
  }
}
