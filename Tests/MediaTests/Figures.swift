import Media
import Simulation

/// The last figures that a side told.
func lastStatistics(_ pair: SessionPair, _ side: SessionPair.Side) -> MediaStatistics? {
  for report in pair.reports[side.rawValue].reversed() {
    if case .statistics(let statistics) = report { return statistics }
  }
  return nil
}
