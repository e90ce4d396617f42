import Basics

/// Something that has happened to a visitor, to be told once the present event is dealt with.
struct VisitorNews: Equatable, Sendable {
  let visitor: String
  let news: ExchangeNews
}

/// Parties of calls that are nobody's account: the exchange itself speaks for them. Their ids hold a
/// colon, as no user's can.
extension Exchange {
  /// Who speaks for a visitor.
  enum Host: Equatable, Sendable {
    case facade(FacadeName)
    /// The caller of a bot, who is being handed over.
    case handOver
  }

  /// Names a visitor, whose news are told to its host from now on.
  mutating func welcomeVisitor(_ id: String, of host: Host) { visitors[id] = host }

  mutating func dismissVisitor(_ id: String) { visitors[id] = nil }

  /// Notes what a visitor is to be told.
  func tellVisitor(_ id: String, _ news: ExchangeNews, _ turn: inout Turn) {
    guard visitors[id] != nil else { return }
    turn.visitorNews.append(VisitorNews(visitor: id, news: news))
  }

  /// Tells hosts and sockets what has been noted; what follows from it is told as well.
  mutating func tellHosts(_ turn: inout Turn) {
    defer { NexaconFacade.forgetEndedRooms(in: &self) }
    while !turn.visitorNews.isEmpty || !turn.socketNews.isEmpty {
      if !turn.socketNews.isEmpty {
        NexaconFacade.deliver(turn.socketNews.removeFirst(), in: &self, &turn)
        continue
      }
      let item = turn.visitorNews.removeFirst()
      switch visitors[item.visitor] {
      case .facade(let facade): facade.type.take(item.news, for: item.visitor, in: &self, &turn)
      case .handOver: takeHandOver(item.news, &turn)
      case nil: break  // It has gone meanwhile.
      }
    }
  }
}

extension StoredCall.Party {
  /// Whether it is nobody's account; see ``Exchange/welcomeVisitor(_:of:)``.
  var isVisitor: Bool { id.contains(":") }
}
