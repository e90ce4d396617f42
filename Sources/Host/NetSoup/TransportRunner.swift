import Basics
package import LoopGLib
package import Transport

/// Performs what one account asks of the network: requests and WebSockets.
///
/// Certificates are verified, redirections followed within the server alone, bodies and messages
/// bounded at 1 MiB. Used on its loop's thread only. Dropping it ends everything, and nothing is told
/// afterwards.
package final class TransportRunner: @unchecked Sendable {
  // Unchecked: touched on the loop's thread only.
  private let loop: GLibLoop
  private let settings: TransportSettings
  private let session: AccountSession
  private let outlet: EventOutlet<TransportEvent>
  private var requests: [RequestID: RequestRunner] = [:]
  private var sockets: [SocketID: SocketRunner] = [:]

  /// - Parameter handler: called on the loop's thread, never from within ``perform(_:)``.
  package init(
    loop: GLibLoop, settings: TransportSettings = TransportSettings(),
    handler: @escaping @Sendable (TransportEvent) -> Void
  ) {
    self.loop = loop
    self.settings = settings
    session = AccountSession(settings: settings)
    outlet = EventOutlet(on: loop, handler: handler)
  }

  /// Carries an effect out. A name that is still in use may not be used again; what concerns a name
  /// that is not in use is passed over.
  package func perform(_ effect: TransportEffect) {
    outlet.whileAsked { carryOut(effect) }
  }

  /// The addresses of this machine are others than before: requests under way fail at once, and no
  /// connection that was kept open is used again. What goes over WebSockets, their owner decides.
  /// Servers on this machine are not concerned.
  package func networkChanged() {
    outlet.whileAsked {
      for request in requests.values where !request.isLoopback {
        request.abandon(.networkChanged)
      }
    }
    session.dropConnections()
  }

  private func carryOut(_ effect: TransportEffect) {
    switch effect {
    case .request(let id, let request): begin(id, request)
    case .cancel(let id): requests[id] = nil
    case .open(let id, let request): open(id, request)
    case .send(let id, let message): sockets[id]?.send(message)
    case .close(let id, let code): sockets[id]?.close(code: code)
    }
  }

  private func begin(_ id: RequestID, _ request: HTTPRequest) {
    precondition(requests[id] == nil, "a request has a name of its own")
    do throws(TransportFailure) {
      guard requests.count < settings.requestLimit else {
        throw .broken("more than \(settings.requestLimit) requests at once")
      }
      requests[id] = try RequestRunner(request, session: session, on: loop) { [weak self] result in
        self?.requests[id] = nil
        switch result {
        case .success(let response): self?.outlet.tell(.response(id, response))
        case .failure(let failure): self?.outlet.tell(.requestFailed(id, failure))
        }
      }
    } catch {
      outlet.tell(.requestFailed(id, error))
    }
  }

  private func open(_ id: SocketID, _ request: SocketRequest) {
    precondition(sockets[id] == nil, "a socket has a name of its own")
    do throws(TransportFailure) {
      guard sockets.count < settings.socketLimit else {
        throw .broken("more than \(settings.socketLimit) connections at once")
      }
      sockets[id] = try SocketRunner(request, session: session, on: loop) { [weak self] event in
        if event.isLast { self?.sockets[id] = nil }
        switch event {
        case .opened: self?.outlet.tell(.opened(id))
        case .received(let message): self?.outlet.tell(.received(id, message))
        case .closed(let code, let reason):
          self?.outlet.tell(.closed(id, code: code, reason: reason))
        case .failed(let failure): self?.outlet.tell(.failed(id, failure))
        }
      }
    } catch {
      outlet.tell(.failed(id, error))
    }
  }
}
