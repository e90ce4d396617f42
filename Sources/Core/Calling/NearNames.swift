import Basics

/// Names that are nearly the one that was typed.
enum NearNames {
  /// The names of up to three contacts that contain what was typed, or can be made of it by a few
  /// changes of letters; nearest first.
  static func find(_ typed: String, among contacts: [Contact]) -> [String] {
    let wanted = Array(typed.lowercased().prefix(lengthLimit))
    guard !wanted.isEmpty else { return [] }
    let allowed = max(1, wanted.count / 3)
    var found: [(distance: Int, name: String)] = []
    for contact in contacts {
      let distances = [contact.name, contact.address].map { name in
        editDistance(wanted, Array(name.lowercased().prefix(lengthLimit)))
      }
      if let nearest = distances.min(), nearest <= allowed {
        found.append((nearest, contact.name))
      } else if contact.name.lowercased().contains(typed.lowercased()) {
        found.append((allowed + 1, contact.name))
      }
    }
    return found.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(3).map(\.name)
  }

  private static let lengthLimit = 64
}
