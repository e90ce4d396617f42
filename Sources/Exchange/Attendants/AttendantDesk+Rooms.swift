import Basics
import Media
import SDP

/// Legs in rooms, and legs that wait for somebody.
extension AttendantDesk {
  mutating func join(
    _ id: String, room name: String, offer: String, at now: Instant
  ) -> [AttendantEffect] {
    guard legs[id] == nil else { return [] }  // Named twice; the first one stands.
    guard hasRoom(in: name), legs.count < Self.legLimit else {
      return [.report(.hangUp(callID: id, reason: "busy"))]
    }
    guard let description = try? SessionDescription(decoding: offer) else {
      return [.report(.hangUp(callID: id, reason: "failed"))]
    }
    legs[id] = Leg(.room(name), session: makeSession(.answerer(offer: description), at: now))
    enter(name, id)
    return with(id, at: now) { $0.prepare(at: now) + $0.open(at: now) }
  }

  /// Takes a leg with sound out of whatever it is in, and lets it hear that it waits.
  mutating func park(_ id: String, at now: Instant) -> [AttendantEffect] {
    guard let place = legs[id]?.place, place != .parked, place.hasSound else { return [] }
    legs[id]?.move(to: .parked)
    startTicking(at: now)
    return leave(id, place, at: now)
  }

  /// Takes a leg into a room on the path it has. Where the room is full, the leg stays where it is.
  mutating func move(_ id: String, to name: String, at now: Instant) -> [AttendantEffect] {
    guard let place = legs[id]?.place, place != .room(name), place.hasSound else { return [] }
    guard hasRoom(in: name) else {
      let text = "The room \(HarmlessText.line(name, limit: 40)) is full; nobody was moved there."
      return [.note(LogEntry(.warning, "rooms", text))]
    }
    legs[id]?.move(to: .room(name))
    enter(name, id)
    startTicking(at: now)
    return leave(id, place, at: now)
  }

  func hasRoom(in name: String) -> Bool {
    rooms[name].map { $0.legs.count < Self.roomLegLimit } ?? true
  }

  mutating func enter(_ name: String, _ id: String) {
    var room =
      rooms.removeValue(forKey: name)
      ?? Room(encoder: SharedEncoder(settings: settings, ports: ports))
    room.add(id)
    rooms[name] = room
  }

  /// A leg is not in that place any more; a room or conference ends with its last.
  mutating func leave(_ id: String, _ place: Leg.Place, at now: Instant) -> [AttendantEffect] {
    switch place {
    case .attendant, .parked: return []
    case .room(let name): return leave(id, room: name)
    case .conference(let name): return leave(id, conference: name, at: now)
    }
  }

  private mutating func leave(_ id: String, room name: String) -> [AttendantEffect] {
    rooms[name]?.remove(id)
    guard rooms[name]?.isEmpty == true else { return tellSpeakers(of: name) }
    let effects = stopRecording(name)
    rooms[name] = nil
    return effects
  }

  // MARK: Sound

  /// Those of a room who hear and can be heard.
  func hearing(in name: String) -> [String] {
    rooms[name]?.legs.filter { legs[$0]?.isSecured == true } ?? []
  }

  /// One frame for everybody in a room.
  mutating func mix(_ name: String, at now: Instant) -> [AttendantEffect] {
    var effects: [AttendantEffect] = []
    var frames: [(leg: String, samples: [Int16])] = []
    for id in hearing(in: name) {
      guard let (samples, heard) = legs[id]?.hear(at: now) else { continue }
      frames.append((id, samples))
      effects += translate(heard, of: id, at: now)
    }
    guard let sound = rooms[name]?.mix(frames) else { return effects }
    var shared: EncodedFrame?
    for frame in frames {
      let said: [SessionEffect]
      if let own = sound.own[frame.leg] {
        said = legs[frame.leg]?.say(own, at: now) ?? []
      } else if legs[frame.leg]?.session?.takesSharedSound == true {
        shared = shared ?? rooms[name]?.encoder.encode(sound.everybody)
        guard let shared else { continue }
        said = legs[frame.leg]?.session?.captured(shared, at: now) ?? []
      } else {
        said = legs[frame.leg]?.say(sound.everybody, at: now) ?? []
      }
      effects += translate(said, of: frame.leg, at: now)
    }
    if rooms[name]?.recordingPath != nil {
      effects.append(.recording(room: name, .append(sound.everybody)))
    }
    return effects + tellSpeakers(of: name)
  }

  private mutating func tellSpeakers(of name: String) -> [AttendantEffect] {
    guard let speakers = rooms[name]?.newSpeakers() else { return [] }
    return [.report(.speakers(room: name, legs: speakers))]
  }

  /// One frame for a leg that waits.
  mutating func wait(_ id: String, at now: Instant) -> [AttendantEffect] {
    guard let (_, heard) = legs[id]?.hear(at: now) else { return [] }
    let result = translate(heard, of: id, at: now)
    guard let signal = legs[id]?.waitingSignal?.next(sampleCount: attendantFrameSamples) else {
      return result
    }
    return result + translate(legs[id]?.say(signal, at: now) ?? [], of: id, at: now)
  }

  // MARK: Recording

  mutating func startRecording(_ name: String, to path: String) -> [AttendantEffect] {
    guard let room = rooms[name] else {
      return [.report(.recording(room: name, path: path, .failed("Nobody is in the room.")))]
    }
    guard room.recordingPath == nil else {
      return [
        .report(.recording(room: name, path: path, .failed("The room is being recorded already.")))
      ]
    }
    rooms[name]?.recordingPath = path
    return [.recording(room: name, .start(path: path))]
  }

  mutating func stopRecording(_ name: String) -> [AttendantEffect] {
    guard rooms[name]?.recordingPath != nil else { return [] }
    rooms[name]?.recordingPath = nil
    return [.recording(room: name, .stop)]
  }

  /// What a room's recorder has to tell. One that has failed or has ended by itself is given nothing more.
  package mutating func recording(
    _ news: RoomRecording, of name: String, path: String
  ) -> [AttendantEffect] {
    if news != .began, rooms[name]?.recordingPath == path { rooms[name]?.recordingPath = nil }
    return [.report(.recording(room: name, path: path, news))]
  }
}
