/// The namespaces of XMPP and of the extensions spoken here, each named once.
package enum XMPPNamespace {
  // RFC 6120.
  package static let client = "jabber:client"
  package static let streams = "http://etherx.jabber.org/streams"
  package static let streamErrors = "urn:ietf:params:xml:ns:xmpp-streams"
  package static let stanzaErrors = "urn:ietf:params:xml:ns:xmpp-stanzas"
  package static let sasl = "urn:ietf:params:xml:ns:xmpp-sasl"
  package static let bind = "urn:ietf:params:xml:ns:xmpp-bind"
  /// RFC 3921 §3; gone from RFC 6121, and still offered.
  package static let session = "urn:ietf:params:xml:ns:xmpp-session"
  /// RFC 7395.
  package static let framing = "urn:ietf:params:xml:ns:xmpp-framing"

  // Extensions.
  /// XEP-0030.
  package static let discoInfo = "http://jabber.org/protocol/disco#info"
  package static let discoItems = "http://jabber.org/protocol/disco#items"
  /// XEP-0045.
  package static let muc = "http://jabber.org/protocol/muc"
  package static let mucUser = "http://jabber.org/protocol/muc#user"
  package static let mucOwner = "http://jabber.org/protocol/muc#owner"
  package static let mucAdmin = "http://jabber.org/protocol/muc#admin"
  /// XEP-0004.
  package static let dataForms = "jabber:x:data"
  /// XEP-0115.
  package static let capabilities = "http://jabber.org/protocol/caps"
  /// XEP-0160 stores, XEP-0203 stamps.
  package static let delay = "urn:xmpp:delay"
  /// XEP-0172.
  package static let nick = "http://jabber.org/protocol/nick"
  /// XEP-0184.
  package static let receipts = "urn:xmpp:receipts"
  /// XEP-0198.
  package static let streamManagement = "urn:xmpp:sm:3"
  /// XEP-0199.
  package static let ping = "urn:xmpp:ping"
  /// XEP-0215, and its earlier version.
  package static let externalServices = "urn:xmpp:extdisco:2"
  package static let externalServices1 = "urn:xmpp:extdisco:1"
  /// XEP-0166, 0167, 0176, 0320, 0293, 0294, 0338, 0339.
  package static let jingle = "urn:xmpp:jingle:1"
  package static let jingleErrors = "urn:xmpp:jingle:errors:1"
  package static let jingleRTP = "urn:xmpp:jingle:apps:rtp:1"
  package static let jingleRTPAudio = "urn:xmpp:jingle:apps:rtp:audio"
  package static let jingleICE = "urn:xmpp:jingle:transports:ice-udp:1"
  package static let jingleDTLS = "urn:xmpp:jingle:apps:dtls:0"
  package static let jingleFeedback = "urn:xmpp:jingle:apps:rtp:rtcp-fb:0"
  package static let jingleHeaderExtensions = "urn:xmpp:jingle:apps:rtp:rtp-hdrext:0"
  package static let jingleGrouping = "urn:xmpp:jingle:apps:grouping:0"
  package static let jingleSources = "urn:xmpp:jingle:apps:rtp:ssma:0"
  // Jitsi's own.
  package static let jitsiFocus = "http://jitsi.org/protocol/focus"
  package static let jitsiMeet = "http://jitsi.org/jitmeet"
  package static let jitsiAudio = "http://jitsi.org/jitmeet/audio"
  package static let jitsiStartMuted = "http://jitsi.org/jitmeet/start-muted"
  package static let jitsiSourceName = "http://jitsi.org/source-name"
}
