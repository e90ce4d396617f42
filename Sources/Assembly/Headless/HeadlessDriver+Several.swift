import Calling
import Invocation
import Phone

/// Calls of several, and what accounts are asked beside calls.
extension HeadlessDriver {
  /// Tells who has come to a call of several, and who has left it.
  func tellParticipants(since previous: Board) {
    for call in board.calls where !call.phase.isEnded {
      let before = previous.calls.first { $0.id == call.id }?.participants ?? []
      let others = call.participants.filter { !$0.isSelf }
      for person in others where !before.contains(where: { $0.id == person.id }) {
        printer.remark("note", in: call.id, "\(person.name) is in the call.")
      }
      for person in before
      where !person.isSelf && !call.participants.contains(where: { $0.id == person.id }) {
        printer.remark("note", in: call.id, "\(person.name) has left the call.")
      }
    }
  }

  /// A server has answered what it was asked beside calls.
  func answered(_ answer: ServiceAnswer) {
    switch answer {
    case .table, .done, .document: happened(.answer)
    case .failed, .unsupported:
      if queue.waitsFor == .answer { waitFailed(.signalingFailed, "That could not be done.") }
    }
  }

  /// Asks every account; each answers for itself.
  func askAll(_ request: ServiceRequest) {
    for account in board.accounts {
      serviceCount += 1
      phone.order(.serve(ServiceID(serviceCount), account.id, request))
    }
  }
}

extension Participant {
  /// `Ann (muted, speaks)`.
  var line: String {
    let remarks = [
      isSelf ? "you" : nil, isMuted ? "muted" : nil, isSpeaking ? "speaks" : nil,
    ].compactMap { $0 }
    return name + (remarks.isEmpty ? "" : " (\(remarks.joined(separator: ", ")))")
  }
}
