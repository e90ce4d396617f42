import Testing

@Suite("Layers")
struct LayerTests {
  private let table: LayerTable
  private let files = SourceTree.sources

  init() throws { table = try LayerTable() }

  @Test("every import leads to a lower layer of the architecture's tables")
  func imports() {
    #expect(files.count > 50)
    for file in files {
      for module in file.imports {
        let objection = table.objection(to: module, in: file.target)
        #expect(objection == nil, "\(file.path) imports \(module): \(objection ?? "")")
      }
    }
  }

  @Test("every target stands in the tables, and nothing else does")
  func completeness() {
    let targets = Set(files.map(\.target)).union(cModules)
    #expect(Set(table.places.keys).symmetricDifference(targets) == [])
  }

  @Test("each C module has one target that imports it, but for the exceptions that the page names")
  func cModulesOnce() {
    // The event loop's library and the C library are everybody's; libsoup has two halves, client and
    // server, and a shell for each.
    for module in cModules where !["CGLib", "CLinux", "CSoup"].contains(module) {
      let users = Set(files.filter { $0.imports.contains(module) }.map(\.target))
      let allowed = module == "CSoup" ? 2 : 1
      #expect(users.count <= allowed, "\(module) is imported by \(users.sorted())")
    }
  }

  @Test("an import that leads upward, sideways or around a library is found")
  func finds() {
    #expect(table.objection(to: "Basics", in: "Calling") == nil)
    #expect(table.objection(to: "Calling", in: "Basics") != nil)
    #expect(table.objection(to: "Calling", in: "Media") != nil)
    #expect(table.objection(to: "Files", in: "Phone") != nil)
    #expect(table.objection(to: "Glibc", in: "Phone") != nil)
    #expect(table.objection(to: "FoundationEssentials", in: "Console") != nil)
    #expect(table.objection(to: "FoundationEssentials", in: "Formats") == nil)
    #expect(table.objection(to: "BotServerWire", in: "Phone") != nil)
    #expect(table.objection(to: "BotServerWire", in: "BotServerClient") == nil)
    #expect(table.objection(to: "BotServerWire", in: "Exchange") == nil)
    #expect(table.objection(to: "Calling", in: "LoopGLib") != nil)
    #expect(table.objection(to: "Foundation", in: "NetSoup") != nil)
    #expect(table.objection(to: "Nowhere", in: "Assembly") != nil)
  }

  private var cModules: [String] {
    [
      "GLib", "Nice", "Soup", "OpenSSL", "SRTP", "Opus", "ALSA", "Pulse", "Ncurses", "SQLite",
      "SndFile",
    ]
    .map { "C\($0)" } + ["CSpeexDSP", "CWebRTCAudioProcessing", "CVoiceProcessing", "CLinux"]
  }
}
