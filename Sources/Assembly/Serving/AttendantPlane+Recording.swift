import Basics
import Exchange
import LoopGLib

/// What is said in rooms, on its way to files.
extension AttendantPlane {
  func perform(_ order: RecordingOrder, in room: String) {
    switch order {
    case .start(let path): startRecording(room, to: path)
    case .append(let samples):
      guard recorders[room]?.append(samples) == false else { return }
      stopRecording(room)
    case .stop: stopRecording(room)
    }
  }

  /// Completes all files, and waits for it.
  func stopRecordings() {
    for (room, recorder) in recorders { tell(recorder.finish(), of: recorder.path, in: room) }
    recorders = [:]
  }

  private func startRecording(_ room: String, to path: String) {
    do throws(RoomRecorder.Refusal) {
      guard recorders.count < RoomRecorder.limit else {
        throw RoomRecorder.Refusal(
          sentence: "\(RoomRecorder.limit) rooms are being recorded already; stop one first.")
      }
      recorders[room] = try RoomRecorder(path: path, in: dataFolder)
      tell(.began, of: path, in: room)
    } catch {
      tell(.failed(error.sentence), of: path, in: room)
    }
  }

  private func stopRecording(_ room: String) {
    guard let recorder = recorders.removeValue(forKey: room) else { return }
    let path = recorder.path
    // A slow disk shall not hold up the sound.
    BackgroundThread.run {
      let news = recorder.finish()
      self.loop.perform {
        self.assumeIsolated { $0.tell(news, of: path, in: room) }
      }
    }
  }

  private func tell(_ news: RoomRecording, of path: String, in room: String) {
    perform(desk?.recording(news, of: room, path: path))
  }
}
