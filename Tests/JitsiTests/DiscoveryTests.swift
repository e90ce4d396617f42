import Basics
import Testing

@testable import Jitsi

@Suite("Jitsi address and settings")
struct DiscoveryTests {
  @Test("a URL names server, tenant, room and token")
  func url() throws {
    let address = try JitsiAddress(
      url:
        "https://Meet.Example.org:8443/acme/Daily%20Talk?userInfo.displayName=x&jwt=a.b.c#config.y=1"
    )
    #expect(address.origin == "https://meet.example.org:8443")
    #expect(address.host == "meet.example.org")
    #expect(address.tenant == "acme")
    #expect(address.room == "daily%20talk")
    #expect(address.title == "Daily Talk")
    #expect(address.token?.exposed == "a.b.c")
    #expect(address.browserURL == "https://meet.example.org:8443/acme/Daily%20Talk")
  }

  @Test("a token may stand in the fragment")
  func fragment() throws {
    let address = try JitsiAddress(url: "http://localhost:80/r#config.x=y&jwt=t")
    #expect(address.token?.exposed == "t")
  }

  @Test("letters beyond ASCII are encoded in lower case, as Jitsi's own clients do")
  func letters() throws {
    #expect(try JitsiAddress(url: "https://h/Über").room == "%c3%bcber")
    #expect(try JitsiAddress(server: "https://h/t", room: "A b").room == "a%20b")
  }

  @Test(
    "what names no conference is told apart",
    arguments: [
      ("ftp://h/r", JitsiAddress.ReadingError.notURL),
      ("https://h", .noRoom),
      ("https://h/", .noRoom),
      ("https://h/%zz", .badRoom("%zz")),
      ("https://u:p@h/r", .notURL),
      ("https://h/%00x", .badRoom("%00x")),
    ])
  func nonsense(text: String, error: JitsiAddress.ReadingError) {
    #expect(throws: error) { try JitsiAddress(url: text) }
    #expect(!error.sentence.isEmpty)
  }

  @Test("a name longer than a node may be is refused")
  func long() {
    #expect(throws: (any Error).self) {
      try JitsiAddress(server: "https://h", room: String(repeating: "a", count: 301))
    }
    #expect(throws: Never.self) {
      try JitsiAddress(server: "https://h", room: String(repeating: "a", count: 300))
    }
  }

  @Test("a server without settings has the usual ones")
  func defaults() throws {
    let server = JitsiServer(config: "", for: try JitsiAddress(url: "https://h.example/r"))
    #expect(server.domain == "h.example")
    #expect(server.rooms == "conference.h.example")
    #expect(server.focus == "focus.h.example")
    #expect(server.webSocketURL == "wss://h.example/xmpp-websocket")
    #expect(server.conferenceRequestURL == nil)
    #expect(!server.restartsIceInPlace)
  }

  @Test("a tenant has rooms and paths of its own")
  func tenant() throws {
    let server = JitsiServer(config: "", for: try JitsiAddress(url: "http://h:8080/acme/r"))
    #expect(server.rooms == "conference.acme.h")
    #expect(server.webSocketURL == "ws://h:8080/acme/xmpp-websocket")
  }

  @Test("the settings of docker's server are read")
  func docker() throws {
    let config = """
      // Begin default config overrides.
      if (!config.hasOwnProperty('hosts')) config.hosts = {};
      config.hosts.domain = 'meet.jitsi';
      var subdir = '<!--# echo var="subdir" default="" -->';
      var subdomain = '<!--# echo var="subdomain" default="" -->';
      if (subdir.startsWith('<!--')) { subdir = ''; }
      config.focusUserJid = 'focus@auth.meet.jitsi';
      config.hosts.muc = 'muc.' + subdomain + 'meet.jitsi';
      config.hosts.anonymousdomain = 'guest.meet.jitsi';
      config.bosh = 'https://h.example/' + subdir + 'http-bind';
      config.websocket = 'wss://h.example/' + subdir + 'xmpp-websocket';
      config.conferenceRequestUrl = 'https://h.example/' + subdir + 'conference-request/v1';
      config.enableIceRestart = true;
      """
    let guest = JitsiServer(config: config, for: try JitsiAddress(url: "https://h.example/acme/r"))
    #expect(guest.domain == "meet.jitsi")
    #expect(guest.signInDomain == "guest.meet.jitsi")
    #expect(guest.rooms == "muc.acme.meet.jitsi")
    #expect(guest.focus == "focus.meet.jitsi")
    #expect(guest.webSocketURL == "wss://h.example/acme/xmpp-websocket")
    #expect(guest.conferenceRequestURL == "https://h.example/acme/conference-request/v1")
    #expect(guest.restartsIceInPlace)
    let known = JitsiServer(
      config: config, for: try JitsiAddress(url: "https://h.example/r?jwt=t"))
    #expect(known.signInDomain == "meet.jitsi")
    #expect(known.rooms == "muc.meet.jitsi")
  }

  @Test("the settings of a packaged server are read")
  func packaged() throws {
    let config = """
      /* eslint-disable no-unused-vars */
      var domainroot = "example.org";
      var config = {
          // hosts: { domain: 'wrong.example' },
          hosts: {
              domain: 'h.' + domainroot,
              "muc": `conference.${subdomain}h.example.org`, // it's "fine"
          },
          websocket: '//' + window.location.host + '/ws' + (typeof x === 'undefined' ? '' : '?y'),
          bosh: '/http-bind',
          p2p: { enabled: true, iceServers: [ { urls: 'stun:x' } ] },
          testing: { hosts: { domain: 'no.example' } },
          f: function () { var websocket = 1; return { websocket: 'wss://no' }; },
          conferenceRequestUrl: '/conference-request/v1',
      };
      """
    let server = JitsiServer(config: config, for: try JitsiAddress(url: "https://h.example.org/r"))
    #expect(server.domain == "h.example.org")
    #expect(server.rooms == "conference.h.example.org")
    // The expression is more than a sum, so that the usual place is taken.
    #expect(server.webSocketURL == "wss://h.example.org/xmpp-websocket")
    #expect(server.conferenceRequestURL == "https://h.example.org/conference-request/v1")
  }

  @Test("a secure page does not lead to an insecure stream")
  func downgrade() throws {
    let server = JitsiServer(
      config: "config.websocket = 'ws://evil.example/x'; config.hosts.domain = 'a b<c>'",
      for: try JitsiAddress(url: "https://h.example/r"))
    #expect(server.webSocketURL == "wss://h.example/xmpp-websocket")
    #expect(server.domain == "h.example")
  }

  @Test("a file that is cut off or endless does no harm")
  func hostile() throws {
    let address = try JitsiAddress(url: "https://h.example/r")
    for config in [
      "config.websocket = 'wss://h", "/* never closed", "{{{{", "}}}} config.hosts = {",
      String(repeating: "{ a: ", count: 50_000), String(repeating: "'", count: 100_001),
      String(repeating: "config.hosts.domain='x';", count: 100_000), "\u{0}\u{1}${", "`${`",
    ] {
      #expect(!JitsiServer(config: config, for: address).domain.isEmpty)
    }
  }
}
