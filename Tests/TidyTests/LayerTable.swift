/// The two tables of the architecture page: which target stands in which layer.
struct LayerTable {
  enum Column { case core, host }

  struct Place: Equatable {
    let column: Column
    let layer: Int
  }

  let places: [String: Place]

  init() throws {
    let page = try SourceTree.text("Sources/Assembly/Assembly.docc/Architecture.md")
    var places: [String: Place] = [:]
    var column: Column?
    for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
      let cells = line.split(separator: "|").map { $0.split(separator: " ").joined(separator: " ") }
      if cells.first == "layer" {
        column = cells[1] == "core targets" ? .core : .host
      } else if let column, cells.count == 3, let layer = Int(cells[0]) {
        for name in cells[1].split(separator: "`") where name != ", " {
          places[String(name)] = Place(column: column, layer: layer)
        }
      } else if !line.hasPrefix("|") {
        column = nil
      }
    }
    self.places = places
  }

  /// Why `target` may not import `module`; `nil` when it may.
  func objection(to module: String, in target: String) -> String? {
    guard let from = places[target] else { return "\(target) stands in no layer" }
    guard let to = places[module] else {
      return isAllowedLibrary(module, in: target, from) ? nil : "\(module) is not for \(target)"
    }
    if module.hasSuffix("Wire"), !mayImportWire(module, target, from) {
      return "\(target) may not know the words of \(module)"
    }
    switch (from.column, to.column) {
    case (.core, .host): return "the core imports nothing of the host"
    case (.core, .core), (.host, .host):
      return to.layer < from.layer ? nil : "\(module) is not below \(target)"
    case (.host, .core):
      if from.layer == 0 { return "a C module imports nothing" }
      return from.layer > 1 || module == "Basics" ? nil : "below layer 2 only Basics is known"
    }
  }

  /// Modules that come with the toolchain.
  private func isAllowedLibrary(_ module: String, in target: String, _ place: Place) -> Bool {
    switch place.column {
    case .core:
      module == "FoundationEssentials"
        && (target == "Formats" || target.hasSuffix("Wire") || target.hasSuffix("Client"))
    case .host: ["Glibc", "Synchronization"].contains(module)
    }
  }

  private func mayImportWire(_ module: String, _ target: String, _ place: Place) -> Bool {
    if place.column == .host { return place.layer > 2 }
    return target == "Exchange" || target == module.dropLast(4) + "Client"
  }
}
