extension Bench {
  func latency() throws(BenchProcess.Failure) -> BenchFigures {
    BenchFigures("mouth to ear", unit: "ms", aim: 90)
  }
}
